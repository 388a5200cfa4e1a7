"""What lines cost and what money is worth."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sales.rules.money import (
    Rate,
    convert,
    currency_problem,
    line_amount,
    line_problems,
    minor_shift,
    price_of,
    rate_on,
    rate_problems,
    totals,
)

DAY = dt.date(2026, 3, 2)
# A busy machine is no fault of the product.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(("quantity", "price", "discount", "amount"), [
    (3, 100_00, 0, 300_00), (Decimal("2.5"), 3_33, 0, 8_33), (Decimal("0.5"), 1, 0, 1), (Decimal("1.4999"), 1, 0, 1),
    (1, 100_00, 12_34, 87_66), (None, 100, None, 0), (2, None, None, 0)])
def test_a_line_costs_quantity_times_price_less_discount(quantity, price, discount, amount):
    assert line_amount(quantity, price, discount) == amount


@unhurried
@given(st.decimals(0, 10_000, places=4), st.integers(0, 10**9))
def test_rounding_moves_a_line_by_at_most_half_a_minor_unit(quantity, price):
    assert abs(line_amount(quantity, price, 0) - quantity * price) <= Decimal("0.5")


@pytest.mark.parametrize(("values", "fields"), [
    ({"quantity": 1, "unit_price": 100}, set()), ({"quantity": 1, "unit_price": 100, "discount": 100}, set()),
    ({"quantity": 0, "unit_price": 100}, {"quantity"}), ({"quantity": -1, "unit_price": 100}, {"quantity"}),
    ({"quantity": 1, "unit_price": 100, "discount": 101}, {"discount"}), ({"quantity": None, "unit_price": None},
                                                                          set())])
def test_a_line_sells_something_and_no_discount_exceeds_its_price(values, fields):
    assert set(line_problems(values)) == fields


@pytest.mark.parametrize(("product", "price"), [
    ({"unit_price": 5, "currency": "CNY"}, 5), ({"unit_price": 5, "currency": "USD"}, None), ({}, None),
    ({"unit_price": None, "currency": "CNY"}, None)])
def test_the_list_price_counts_in_its_own_currency_only(product, price):
    assert price_of(product, "CNY") == price


@pytest.mark.parametrize(("code", "fine"), [("CNY", True), ("USD", True), ("", True), (None, True), ("cny", False),
                                            ("RMB", False), ("ABC", False), ("￥", False)])
def test_a_currency_is_named_by_its_code(code, fine):
    assert (currency_problem(code) is None) is fine


@pytest.mark.parametrize(("values", "fields"), [
    ({"currency": "USD", "rate": Decimal(7)}, set()), ({"currency": "USD", "rate": None}, set()),
    ({"currency": "CNY", "rate": Decimal(1)}, {"currency"}), ({"currency": "usd", "rate": Decimal(0)}, {"currency",
                                                                                                        "rate"}),
    ({"currency": "USD", "rate": Decimal(-1)}, {"rate"})])
def test_a_rate_is_for_another_currency_and_more_than_nothing(values, fields):
    assert set(rate_problems(values, "CNY")) == fields


def rate(currency, day, value, units=1):
    return Rate(currency, DAY + dt.timedelta(days=day), Decimal(value), units)


RATES = [rate("USD", -10, "7.0"), rate("USD", 0, "7.2"), rate("USD", 5, "7.4"), rate("JPY", -10, "4.8", 100),
         rate("KWD", -10, "23.5")]


@pytest.mark.parametrize(("day", "value"), [(-11, None), (-10, "7.0"), (-1, "7.0"), (0, "7.2"), (4, "7.2"), (99,
                                                                                                             "7.4")])
def test_the_latest_rate_that_was_valid_counts(day, value):
    found = rate_on(RATES, "USD", DAY + dt.timedelta(days=day))
    assert (found and found.rate) == (value and Decimal(value))


@pytest.mark.parametrize(("amount", "currency", "worth"), [
    (100_00, "CNY", 100_00), (100_00, "USD", 720_00), (1000, "JPY", 48_00), (1_000, "KWD", 23_50), (1, "USD", 7),
    (-100_00, "USD", -720_00), (100_00, "EUR", None)])
def test_an_amount_is_converted_with_the_minor_units_of_both_currencies(amount, currency, worth):
    assert convert(amount, currency, DAY, RATES, "CNY") == worth


@pytest.mark.parametrize(("currency", "home", "shift"), [("USD", "CNY", "1"), ("JPY", "CNY", "100"), ("KWD", "CNY",
                                                                                                      "0.1"),
                                                         ("CNY", "JPY", "0.01")])
def test_a_yen_has_no_cents_and_a_dinar_a_thousand(currency, home, shift):
    assert minor_shift(currency, home) == Decimal(shift)


amounts = st.tuples(st.integers(-10**12, 10**12), st.sampled_from(["CNY", "USD", "JPY", "EUR"]), st.just(DAY))


@unhurried
@given(st.lists(amounts))
def test_sums_are_split_by_the_currencies_without_a_rate_and_lose_nothing(given_amounts):
    found = totals(given_amounts, RATES, "CNY")
    assert set(found) <= {"CNY", "EUR"}
    assert found.get("EUR", 0) == sum(amount for amount, currency, _day in given_amounts if currency == "EUR")
    assert found.get("CNY", 0) == sum(convert(amount, currency, day, RATES, "CNY")
                                      for amount, currency, day in given_amounts if currency != "EUR")


@unhurried
@given(st.integers(-10**12, 10**12), st.integers(-10**12, 10**12))
def test_more_money_is_never_worth_less(one, other):
    low, high = sorted([one, other])
    assert convert(low, "USD", DAY, RATES, "CNY") <= convert(high, "USD", DAY, RATES, "CNY")


MOST = 10**16 - 1


@pytest.mark.parametrize(("quantity", "price", "discount", "amount"), [
    (Decimal(10**14), MOST, 0, 10**14 * MOST), (Decimal("99999999999999.9999"), MOST, MOST, None),
    (Decimal("0.0001"), MOST, 0, 10**12), (-Decimal(10**14), -MOST, 0, 10**14 * MOST)])
def test_the_largest_line_that_can_be_typed_is_priced_exactly_and_without_an_error(quantity, price, discount, amount):
    exact = int(quantity * 10**4) * price
    wanted = (exact + 5 * 10**3) // 10**4 - discount if amount is None else amount
    assert line_amount(quantity, price, discount) == wanted


@pytest.mark.parametrize(("quantity", "amount"), [(Decimal("0.5"), 1), (Decimal("-0.5"), -1), (Decimal("1.5"), 2),
                                                  (Decimal("2.5"), 3), (Decimal("-2.5"), -3), (Decimal("0.4999"), 0)])
def test_half_a_minor_unit_is_rounded_away_from_nothing(quantity, amount):
    assert line_amount(quantity, 1, 0) == amount


def test_the_problems_of_an_enormous_line_are_told_and_not_raised():
    values = {"quantity": Decimal(10**14), "unit_price": MOST, "discount": MOST}
    assert line_problems(values) == {}
    assert set(line_problems({**values, "quantity": Decimal("0.0001")})) == {"discount"}


@unhurried
@given(st.integers(-MOST, MOST), st.decimals(Decimal("0.0001"), 10**10, places=4), st.sampled_from([1, 100, 10_000]))
def test_any_amount_is_converted_within_half_a_unit(amount, rate, units):
    found = convert(amount, "USD", DAY, [Rate("USD", DAY, rate, units)], "CNY")
    exact = Fraction(amount) * Fraction(rate) / units
    assert abs(found - exact) <= Fraction(1, 2)


def test_what_was_converted_there_is_the_same_from_either_side_of_nothing():
    rates = [Rate("USD", DAY, Decimal("7.12345"), 1)]
    for amount in (1, 50, 10**15 + 7):
        assert convert(-amount, "USD", DAY, rates, "CNY") == -convert(amount, "USD", DAY, rates, "CNY")
