"""What stages bring with them, and what winning and losing ask for."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sales.rules.deals import (
    derived,
    furthest,
    has_something_sold,
    opportunity_problems,
    seconds_between,
    stage_problems,
)

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
EARLIER = NOON - dt.timedelta(days=9)


def row(stage_id, category="open", order=None, probability=None, pipeline=1):
    return {"id": stage_id, "pipeline": pipeline, "category": category, "order": order or stage_id,
            "probability": probability}


def deal(category="open", **values):
    return {"stage_category": category, "customer": 5, "line_count": 1, "loss_reason": None, **values}


@pytest.mark.parametrize("category", ["open", "won", "lost"])
def test_what_is_recorded_as_closed_from_the_beginning_is_taken_as_it_is(category):
    assert opportunity_problems(deal(category, customer=None, line_count=0), None) == {}


@pytest.mark.parametrize("was", ["open", "lost"])
@pytest.mark.parametrize(("values", "fields"), [
    ({}, set()), ({"line_count": 0}, {"lines"}), ({"customer": None}, {"customer"}),
    ({"line_count": 0, "customer": None}, {"lines", "customer"}), ({"line_count": 0, "product": 3, "amount": 100},
                                                                   set()),
    ({"line_count": 0, "product": 3}, {"lines"}), ({"line_count": 0, "amount": 100}, {"lines"}),
    ({"line_count": 0, "product": 3, "amount": 0}, {"lines"})])
def test_winning_asks_for_lines_and_customer(was, values, fields):
    assert set(opportunity_problems(deal("won", **values), deal(was))) == fields


def test_what_was_won_without_lines_can_still_be_corrected():
    assert opportunity_problems(deal("won", line_count=0, customer=None), deal("won", line_count=0)) == {}


def test_losing_asks_for_the_reason():
    assert set(opportunity_problems(deal("lost"), deal())) == {"loss_reason"}
    assert opportunity_problems(deal("lost", loss_reason=4), deal()) == {}


def test_a_reason_that_was_given_is_not_taken_away_and_one_that_never_was_is_not_asked_for_later():
    assert set(opportunity_problems(deal("lost"), deal("lost", loss_reason=4))) == {"loss_reason"}
    assert opportunity_problems(deal("lost"), deal("lost")) == {}


def test_an_open_opportunity_needs_nothing():
    assert opportunity_problems({"stage_category": "open"}, {"stage_category": "won"}) == {}


def test_something_is_sold_by_lines_or_by_product_and_amount():
    assert has_something_sold({"line_count": 2})
    assert has_something_sold({"product": 1, "amount": 5})
    assert not has_something_sold({"product": None, "amount": 5})


def test_the_stage_decides_pipeline_category_and_probability():
    made = derived({"stage": 2}, None, row(2, probability=40, pipeline=7), NOON)
    assert made == {"pipeline": 7, "stage_category": "open", "probability": 40, "closed_at": None,
                    "stage_changed_at": NOON}


@pytest.mark.parametrize(("category", "probability"), [("won", 100), ("lost", 0)])
def test_what_is_closed_is_certain_whatever_the_row_says(category, probability):
    assert derived({"stage": 2}, None, row(2, category, probability=55), NOON)["probability"] == probability


def test_a_stage_without_probability_promises_none():
    assert derived({"stage": 2}, None, row(2), NOON)["probability"] == 0


@pytest.mark.parametrize(("values", "before", "category", "closed"), [
    ({}, None, "open", None),
    ({"closed_at": EARLIER}, None, "open", None),
    ({}, None, "won", NOON),
    ({"closed_at": EARLIER}, None, "won", EARLIER),
    ({"closed_at": None}, {"stage_category": "open", "closed_at": None}, "won", NOON),
    ({"closed_at": EARLIER}, {"stage_category": "open", "closed_at": None}, "lost", EARLIER),
    ({"closed_at": EARLIER}, {"stage_category": "won", "closed_at": EARLIER}, "open", None),
    ({"closed_at": EARLIER}, {"stage_category": "won", "closed_at": NOON}, "won", EARLIER),
    ({"closed_at": None}, {"stage_category": "won", "closed_at": EARLIER}, "won", EARLIER),
    ({"closed_at": None}, {"stage_category": "won", "closed_at": None}, "won", NOON),
    ({"closed_at": EARLIER}, {"stage_category": "won", "closed_at": EARLIER}, "lost", NOON),
])
def test_the_closing_time_in_every_case(values, before, category, closed):
    assert derived({"stage": 2, **values}, before, row(2, category), NOON)["closed_at"] == closed


def test_the_time_in_a_stage_begins_when_it_is_entered():
    assert "stage_changed_at" not in derived({"stage": 2}, {"stage": 2, "stage_category": "open"}, row(2), NOON)
    assert derived({"stage": 2}, {"stage": 1, "stage_category": "open"}, row(2), NOON)["stage_changed_at"] == NOON


def test_a_deal_that_was_closed_in_the_past_entered_its_stage_then():
    assert derived({"stage": 2, "closed_at": EARLIER}, None, row(2, "won"), NOON)["stage_changed_at"] == EARLIER


def test_reopening_and_winning_forget_why_it_was_lost():
    before = {"stage": 3, "stage_category": "lost"}
    for category in ("open", "won"):
        assert derived({"stage": 2, "loss_reason": 4}, before, row(2, category), NOON)["loss_reason"] is None
    assert "loss_reason" not in derived({"stage": 3}, before, row(3, "lost"), NOON)
    assert "loss_reason" not in derived({"stage": 2}, {"stage_category": "open"}, row(2), NOON)
    assert "loss_reason" not in derived({"stage": 3}, None, row(3), NOON)


def test_lines_make_the_amount():
    assert derived({"stage": None, "line_count": 2, "lines_total": 70, "amount": 5}, None, {}, NOON) == {"amount": 70}
    assert derived({"line_count": 0, "lines_total": 0, "amount": 5}, None, {}, NOON) == {}


@pytest.mark.parametrize(("stage", "before", "found"), [
    (row(1), {}, 1), (row(2), row(1), 2), (row(1), row(2), 2), (row(2), row(2), 2),
    (row(9, "won"), row(2), 9), (row(9, "lost"), row(2), 2), (row(9, "lost"), {}, None), ({}, row(2), 2), ({}, {},
                                                                                                           None),
    (row(1), row(9, "won"), 1), (row(1, pipeline=2), row(5), 1)])
def test_how_far_an_opportunity_came(stage, before, found):
    assert furthest(stage, before) == found


@given(st.lists(st.integers(1, 9), min_size=1))
def test_the_furthest_of_open_stages_is_the_latest_in_the_pipeline(ways):
    known: dict = {}
    for stage in ways:
        known = row(furthest(row(stage), known))
    assert known["id"] == max(ways)


def test_a_stage_keeps_pipeline_and_category():
    assert stage_problems(row(1), None) == {}
    assert stage_problems({**row(1), "label": "Talk"}, {**row(1), "label": "Call"}) == {}
    assert set(stage_problems(row(1, "won", pipeline=2), row(1))) == {"pipeline", "category"}


@pytest.mark.parametrize(("entered", "left", "seconds"), [
    (EARLIER, NOON, 9 * 86_400), (NOON, EARLIER, 0), (None, NOON, None)])
def test_the_time_in_a_stage(entered, left, seconds):
    assert seconds_between(entered, left) == seconds
