"""Minor and major units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import money

CURRENCIES = st.sampled_from(["CNY", "USD", "JPY", "KWD", "EUR"])


@pytest.mark.parametrize(("currency", "places"), [("CNY", 2), ("USD", 2), ("JPY", 0), ("KWD", 3), ("XQZ", 2)])
def test_each_currency_has_its_decimal_places(currency, places):
    assert money.exponent(currency) == places


@given(st.integers(-10**15, 10**15), CURRENCIES)
def test_minor_units_survive_the_way_to_major_and_back(minor, currency):
    assert money.to_minor(money.to_major(minor, currency), currency) == minor
    assert money.to_minor(Decimal(money.plain(minor, currency)), currency) == minor


@pytest.mark.parametrize(("minor", "currency", "text"), [
    (123456, "CNY", "1234.56"), (-5, "CNY", "-0.05"), (0, "CNY", "0.00"), (1234, "JPY", "1234"), (1, "KWD", "0.001"),
    (10**17, "CNY", "1000000000000000.00")])
def test_the_plain_form_has_a_point_and_nothing_else(minor, currency, text):
    assert money.plain(minor, currency) == text


@pytest.mark.parametrize(("major", "currency"), [("0.001", "CNY"), ("1.5", "JPY"), ("0.0001", "KWD")])
def test_more_places_than_the_currency_has_are_refused(major, currency):
    with pytest.raises(ValueError, match="decimal places"):
        money.to_minor(Decimal(major), currency)


def test_people_read_the_amount_grouped_with_its_sign():
    assert money.spoken(123456, "CNY", "zh") == "¥1,234.56"
    assert money.spoken(123456, "CNY", "en") == "CN¥1,234.56"
    assert money.spoken(1234, "JPY", "zh") == "JP¥1,234"
