"""Numbers of orders, and what an order may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sales.rules.orders import order_number, order_numbers, order_problems


def test_a_number_names_the_year():
    assert order_number("SO", 2026, 17) == "SO-2026-000017"
    assert order_number("订单", 2026, 1_234_567) == "订单-2026-1234567"


@given(st.integers(0, 10**6), st.integers(0, 300))
def test_numbers_follow_each_other_without_gap_or_repetition(after, wanted):
    found = order_numbers("SO", 2026, after, wanted)
    assert len(set(found)) == len(found) == wanted
    assert found[:1] == [order_number("SO", 2026, after + 1)][:wanted]
    assert found[-1:] == [order_number("SO", 2026, after + wanted)][:wanted]


@pytest.mark.parametrize(("currency", "fields"), [("CNY", set()), ("yuan", {"currency"}), (None, set())])
def test_an_order_names_a_known_currency(currency, fields):
    assert set(order_problems({"currency": currency})) == fields
