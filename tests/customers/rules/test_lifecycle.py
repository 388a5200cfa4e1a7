"""The five stages, from orders."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.customers.rules.lifecycle import NO_ORDERS, STAGES, LoyaltyBar, OrderFacts, stage_of, why

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
BAR = LoyaltyBar(orders=4, span_days=0)


def orders(count, days=0, last=NOON):
    """`count` orders within `days` days that end at `last`."""
    return OrderFacts(count, last - dt.timedelta(days=days), last, 99) if count else NO_ORDERS


@pytest.mark.parametrize(("count", "stage"), [
    (0, "potential"), (1, "first_purchase"), (2, "repeat_purchase"), (3, "repeat_purchase"),
    (4, "loyal"), (9, "loyal")])
def test_the_number_of_orders_makes_the_stage(count, stage):
    assert stage_of(orders(count), None, BAR) == stage


@pytest.mark.parametrize(("days", "stage"), [(89, "repeat_purchase"), (90, "loyal")])
def test_loyalty_may_also_ask_for_time(days, stage):
    assert stage_of(orders(9, days), None, LoyaltyBar(4, 90)) == stage


def test_a_customer_who_was_given_up_is_churned_however_much_it_bought():
    assert stage_of(orders(9), NOON, BAR) == "churned"
    assert stage_of(orders(9), NOON + dt.timedelta(seconds=1), BAR) == "churned"
    assert stage_of(NO_ORDERS, NOON, BAR) == "churned"


def test_a_later_order_wins_it_back():
    assert stage_of(orders(1), NOON - dt.timedelta(seconds=1), BAR) == "first_purchase"
    assert stage_of(orders(5), NOON - dt.timedelta(days=1), BAR) == "loyal"


@given(st.integers(0, 20), st.integers(0, 900), st.integers(2, 10), st.integers(0, 400))
def test_one_more_order_never_leads_back(count, days, needed, span):
    bar = LoyaltyBar(needed, span)
    before, after = stage_of(orders(count, days), None, bar), stage_of(orders(count + 1, days), None, bar)
    assert STAGES.index(before) <= STAGES.index(after) < STAGES.index("churned")


@pytest.mark.parametrize(("before", "after", "reason"), [
    (None, "potential", "created"), ("potential", "first_purchase", "order"), ("first_purchase", "loyal", "order"),
    ("loyal", "churned", "churn"), ("potential", "churned", "churn"), ("churned", "repeat_purchase", "won_back"),
    ("repeat_purchase", "first_purchase", "taken_back"), ("first_purchase", "potential", "taken_back")])
def test_the_history_names_the_reason(before, after, reason):
    assert why(before, after) == reason
