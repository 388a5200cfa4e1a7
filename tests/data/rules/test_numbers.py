from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.rules.numbers import decimal_mark, read_decimal, read_integer, read_money
from app.kernel import money
from app.kernel.problems import Problem

unhurried = settings(deadline=None)  # a busy machine is no fault of the product


@pytest.mark.parametrize(("text", "value"), [
    ("0", "0"), ("007", "7"), ("1,234.5", "1234.5"), ("12,345,678", "12345678"), ("1 234 567.5", "1234567.5"),
    ("1\u00a0234", "1234"),
    ("1\u202f234", "1234"), ("-5", "-5"), ("+5", "5"), ("- 5", "-5"), ("−5", "-5"), ("(1,234.50)", "-1234.50"),
    ("１２３．５", "123.5"),
    ("1.5万", "15000"), ("3亿", "300000000"), ("2 萬", "20000"), ("1.2億", "120000000"), (".5", "0.5"), (" 5 ", "5"),
    ("99999999999999999.9999", "99999999999999999.9999"), ("1.23450", "1.2345"),
])
def test_a_number_is_read_exactly(text, value):
    assert read_decimal(text) == Decimal(value)


@pytest.mark.parametrize("text", [
    "", "abc", "1,5", "1,23,456", "1.2.3", "--5", "5-", "5²", "½", "(-5)", "(5", "5)", "万", "1.5万万", "0x10",
    "1_000", "nan", "inf",
    "12 34", "1,234,5", ".", ",", "1.", "$5", "50%", "1" * 29, "٣",
])
def test_what_is_no_number_is_refused(text):
    refused = read_decimal(text)
    assert isinstance(refused, Problem)
    assert "not a number" in str(refused)


@pytest.mark.parametrize("text", ["1.38E+10", "1e5", "-2E-3", "1,38E+10"])
def test_scientific_notation_is_refused_with_its_own_reason(text):
    for read in (read_decimal, read_integer, lambda value: read_money(value, "CNY")):
        assert "scientific" in str(read(text))


def test_more_than_four_decimal_places_are_refused_and_never_rounded():
    assert read_decimal("1.2345") == Decimal("1.2345")
    assert "more than 4 decimal places" in str(read_decimal("1.23456"))


@pytest.mark.parametrize(("text", "value"),
                         [("1.234,5", "1234.5"), ("1,5", "1.5"), ("1234", "1234"), ("(1.000,25)", "-1000.25")])
def test_a_decimal_comma_is_read_where_it_is_asked_for(text, value):
    assert read_decimal(text, ",") == Decimal(value)


def test_a_decimal_point_is_refused_where_the_comma_is_asked_for():
    assert isinstance(read_decimal("1,234.5", ","), Problem)


@pytest.mark.parametrize(("example", "mark"),
                         [("1,234.56", "."), ("1.234,56", ","), ("0,00", ","), ("1234", None), ("", None),
                          ("dd.mm", None)])
def test_an_example_shows_its_decimal_mark(example, mark):
    assert decimal_mark(example) == mark


@pytest.mark.parametrize(("text", "value"),
                         [("42", 42), ("1,000", 1000), ("3.0", 3), ("1.2万", 12000), ("-7", -7), ("50%", 50),
                          ("５０％", 50)])
def test_a_whole_number_is_read(text, value):
    assert read_integer(text) == value
    assert type(read_integer(text)) is int


@pytest.mark.parametrize("text", ["1.5", "abc", "", "%", "1.5%", "5%%"])
def test_a_fraction_is_no_whole_number(text):
    assert "not a whole number" in str(read_integer(text))


@pytest.mark.parametrize(("text", "currency", "minor"), [
    ("￥1,234.50", "CNY", 123450), ("¥ 5", "CNY", 500), ("$5", "USD", 500), ("-$5", "USD", -500), ("$-5", "USD", -500),
    ("($5.00)", "USD", -500), ("$(5.00)", "USD", -500), ("1.5万元", "CNY", 1_500_000), ("100元", "CNY", 10_000),
    ("CNY 100", "CNY", 10_000),
    ("100 CNY", "CNY", 10_000), ("100.5usd", "USD", 10_050), ("RMB100", "CNY", 10_000), ("€ 9.99", "EUR", 999),
    ("¥500", "JPY", 500),
    ("1.234", "KWD", 1234), ("10.500", "CNY", 1050), ("1", "JPY", 1), ("-0.01", "CNY", -1), ("２００", "CNY", 20_000),
    ("3亿", "CNY", 30_000_000_000),
])
def test_an_amount_becomes_minor_units_of_its_currency(text, currency, minor):
    assert read_money(text, currency) == minor


@pytest.mark.parametrize(("text", "currency"),
                         [("$5", "CNY"), ("100 USD", "CNY"), ("€5", "USD"), ("5元", "JPY"), ("US 5", "CNY")])
def test_an_amount_in_another_currency_than_the_record_is_refused(text, currency):
    assert isinstance(read_money(text, currency), Problem)


def test_the_refusal_of_a_foreign_amount_names_the_records_currency():
    assert "CNY" in str(read_money("$5", "CNY"))


@pytest.mark.parametrize(("text", "currency"), [("10.005", "CNY"), ("0.5", "JPY"), ("1.2345", "KWD")])
def test_more_places_than_the_currency_has_are_refused(text, currency):
    assert "more decimal places" in str(read_money(text, currency))


@pytest.mark.parametrize("text", ["", "$", "元", "abc", "ABC 5", "5 XYZ", "--5", "-$-5", "$(-5)", "100元整", "¥¥5",
                                  "5 5 5 5"])
def test_what_is_no_amount_is_refused(text):
    assert "not an amount" in str(read_money(text, "CNY"))


@pytest.mark.parametrize("currency", ["", "XXY", "cny", "人民币", "C" * 100])
def test_an_unknown_currency_is_refused(currency):
    refused = str(read_money("5", currency))
    assert "not a currency code" in refused
    assert len(refused) < 120


def test_an_amount_with_a_decimal_comma():
    assert read_money("1.234,50 €", "EUR", ",") == 123_450


@unhurried
@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["CNY", "USD", "JPY", "KWD", "EUR"]))
def test_every_amount_is_read_back_from_its_plain_text(minor, currency):
    assert read_money(money.plain(minor, currency), currency) == minor


@unhurried
@given(st.integers(-(10**15), 10**15))
def test_every_grouped_number_is_read_back(number):
    assert read_integer(f"{number:,}") == number


@unhurried
@given(st.text(max_size=30))
def test_no_text_whatever_raises(text):
    for found in (read_integer(text), read_decimal(text), read_money(text, "CNY"), read_decimal(text, ",")):
        assert isinstance(found, int | Decimal | Problem)


@unhurried
@given(st.text(alphabet="0123456789.,-+() 万$¥元%eE", max_size=12))
def test_a_text_that_is_a_number_to_python_is_never_read_as_another_number(text):
    try:
        known = Decimal(text)
    except ArithmeticError:
        return
    found = read_decimal(text)
    assert isinstance(found, Problem) or found == known
