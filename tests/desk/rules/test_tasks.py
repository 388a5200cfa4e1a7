"""Tasks: one holder, the time of being done, and what may stand in them."""

import datetime as dt

import pytest

from app.desk.rules.tasks import CANCELLED, DONE, IN_PROGRESS, LIVE, OPEN, done_at, one_holder, task_problems

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def holder(assignee, owner, before=None):
    values = {"assignee": assignee, "owner": owner}
    found = one_holder(values, None if before is None else {"assignee": before, "owner": before})
    assert found["assignee"] == found["owner"]
    return found["owner"]


@pytest.mark.parametrize(("assignee", "owner", "expected"), [(None, None, None), (5, None, 5), (None, 7, 7), (5, 7, 5)])
def test_a_new_task_belongs_to_its_assignee_or_else_to_its_owner(assignee, owner, expected):
    assert holder(assignee, owner) == expected


@pytest.mark.parametrize(("assignee", "owner", "expected"), [
    (1, 1, 1), (5, 1, 5), (1, 7, 7), (5, 7, 5), (None, 1, None), (1, None, None)])
def test_whichever_of_the_two_was_changed_leads(assignee, owner, expected):
    assert holder(assignee, owner, before=1) == expected


@pytest.mark.parametrize(("remind", "due"), [
    (None, None), (NOON, None), (None, NOON), (NOON, NOON), (NOON - HOUR, NOON)])
def test_a_reminder_up_to_the_due_time_passes(remind, due):
    assert task_problems({"remind_at": remind, "due_at": due}) == {}


def test_a_reminder_after_the_due_time_is_refused_beside_the_reminder():
    found = task_problems({"remind_at": NOON + HOUR, "due_at": NOON})
    assert list(found) == ["remind_at"]
    assert "must not come after" in str(found["remind_at"])


@pytest.mark.parametrize("status", [OPEN, IN_PROGRESS, CANCELLED, None])
def test_what_is_not_done_has_no_time_of_being_done(status):
    assert done_at(status, NOON - HOUR, NOON) is None


def test_a_task_is_done_when_it_is_marked_and_stays_so():
    assert done_at(DONE, None, NOON) == NOON
    assert done_at(DONE, NOON - HOUR, NOON) == NOON - HOUR


def test_live_tasks_are_those_that_still_ask_for_something():
    assert set(LIVE) == {OPEN, IN_PROGRESS}
