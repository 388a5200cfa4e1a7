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


@pytest.mark.parametrize(("last", "churned", "stage"), [
    (NOON, NOON, "churned"), (NOON, NOON - dt.timedelta(seconds=1), "repeat_purchase"),
    (NOON, NOON + dt.timedelta(days=1), "churned"), (NOON, None, "repeat_purchase")])
def test_only_an_order_after_the_giving_up_brings_a_customer_back(last, churned, stage):
    assert stage_of(orders(2, 10, last), churned, BAR) == stage


def test_a_customer_who_was_given_up_before_any_order_stays_given_up():
    assert stage_of(NO_ORDERS, NOON, BAR) == "churned"
    assert stage_of(orders(1), NOON - dt.timedelta(days=1), BAR) == "first_purchase"


@pytest.mark.parametrize("bar", [LoyaltyBar(1, 0), LoyaltyBar(0, 0)])
def test_one_order_is_a_first_purchase_however_low_the_bar_lies(bar):
    assert stage_of(orders(1), None, bar) == "first_purchase"
    assert stage_of(orders(2), None, bar) == "loyal"


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 400), st.integers(1, 10), st.integers(0, 300))
def test_more_orders_over_the_same_time_never_lower_the_stage(fewer, more, days, least, span):
    bar = LoyaltyBar(least, span)
    few, many = sorted((fewer, more))
    one, other = (stage_of(orders(count, days), None, bar) for count in (few, many))
    assert STAGES.index(one) <= STAGES.index(other)


@pytest.mark.parametrize("before", [None, *STAGES])
@pytest.mark.parametrize("after", STAGES)
def test_every_move_has_one_reason(before, after):
    reason = why(before, after)
    if before is None:
        assert reason == "created"
    elif after == "churned":
        assert reason == "churn"
    elif before == "churned":
        assert reason == "won_back"
    else:
        assert reason == ("order" if STAGES.index(after) > STAGES.index(before) else "taken_back")
