import pytest

from app.data.rules.currencies import SYMBOLS, currencies_meant, known_currencies


@pytest.mark.parametrize(("sign", "currency"),
                         [("¥", "CNY"), ("¥", "JPY"), ("$", "USD"), ("€", "EUR"), ("eur", "EUR"), ("rmb", "CNY"),
                          ("元", "CNY")])
def test_a_sign_or_code_means_its_currency(sign, currency):
    assert currency in currencies_meant(sign)


def test_a_code_means_one_currency_only():
    assert currencies_meant("USD") == {"USD"}


@pytest.mark.parametrize("sign", ["ABC", "#", "", "ABCD"])
def test_an_unknown_sign_means_nothing(sign):
    assert currencies_meant(sign) == frozenset()


def test_every_symbol_stands_for_currencies_that_exist():
    assert all(meant <= known_currencies() for meant in SYMBOLS.values())


@pytest.mark.parametrize("code", sorted(known_currencies()))
def test_every_code_means_itself_in_any_case_of_letters(code):
    assert currencies_meant(code) == currencies_meant(code.lower()) == {code}


@pytest.mark.parametrize("sign", ["ß", "ﬀ", "i\u0307", "¥¥", " $", "US$", "\x00", "元元"])
def test_what_only_resembles_a_sign_means_nothing(sign):
    assert currencies_meant(sign) == frozenset()
