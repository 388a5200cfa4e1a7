"""What is promised with a ticket: by category, by priority, and never against what was set by hand."""

import datetime as dt

import pytest

from app.support.rules.promises import USUAL_HOURS, Promise, by_category, due_times

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
FOUR_DAY = Promise(4, 24)


def after(hours):
    return NOON + dt.timedelta(hours=hours)


def dues(values=None, before=None, promise=FOUR_DAY):
    """(response due, resolve due) in hours after the creation, None for none."""
    found = due_times({"created_at": NOON, "priority": "high", **(values or {})}, before, promise)
    return tuple(None if found[name] is None else (found[name] - NOON).total_seconds() / 3600
                 for name in ("response_due_at", "resolve_due_at"))


@pytest.mark.parametrize(("values", "category", "expected"), [
    ({}, {}, ("request", "normal")),
    ({}, {"kind": "complaint", "default_priority": "high"}, ("complaint", "high")),
    ({"kind": "suggestion", "priority": "low"}, {"kind": "complaint", "default_priority": "high"},
     ("suggestion", "low")),
    ({"kind": "", "priority": None}, {"kind": None, "default_priority": None}, ("request", "normal"))])
def test_kind_and_priority_come_from_the_category_where_nobody_chose(values, category, expected):
    assert tuple(by_category(values, category).values()) == expected


def test_a_new_ticket_is_due_by_its_promise():
    assert dues() == (4, 24)


def test_a_time_that_somebody_set_stays():
    assert dues({"response_due_at": after(1)}) == (1, 24)
    assert dues({"resolve_due_at": after(2)}) == (4, 2)


def test_no_hours_promise_nothing():
    assert dues(promise=Promise(0, 24)) == (None, 24)
    assert dues(promise=Promise(4, 0)) == (4, None)


def test_without_a_time_of_arrival_nothing_can_be_promised():
    assert dues({"created_at": None}) == (None, None)


def stored(**values):
    return {"priority": "low", "response_due_at": after(24), "resolve_due_at": after(120), **values}


def test_another_priority_promises_anew():
    before = stored()
    assert dues({**before, "priority": "high"}, before) == (4, 24)


def test_what_was_fulfilled_keeps_its_promise():
    before = stored()
    assert dues({**before, "priority": "high", "first_responded_at": after(1)}, before) == (24, 24)
    assert dues({**before, "priority": "high", "resolved_at": after(2)}, before) == (4, 120)


def test_a_time_that_is_set_together_with_the_priority_stays():
    before = stored()
    assert dues({**before, "priority": "high", "response_due_at": after(9)}, before) == (9, 24)


def test_the_same_priority_promises_nothing_new():
    before = stored()
    assert dues(before, before) == (24, 120)


def test_a_time_that_was_taken_off_is_promised_again():
    before = stored()
    assert dues({**before, "response_due_at": None}, before) == (4, 120)


def test_a_higher_priority_promises_less_time():
    order = ["urgent", "high", "normal", "low"]
    for place in (0, 1):
        hours = [USUAL_HOURS[priority][place] for priority in order]
        assert hours == sorted(set(hours))
    assert all(response < solution for response, solution in USUAL_HOURS.values())
