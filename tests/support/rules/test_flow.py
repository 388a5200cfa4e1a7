"""The way of a ticket: which status may follow which, and what messages and times make of it."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.problems import Problem
from app.support.rules import flow
from app.support.rules.flow import (
    ACTIVE,
    AGENT,
    CLOSED,
    CUSTOMER,
    MERGED,
    MOVES,
    NEW,
    OPEN,
    RESOLVED,
    SETTLED,
    STATUS_WORDS,
    WAITING_CUSTOMER,
    WAITING_THIRD,
    Said,
    Standing,
    after_messages,
    is_reopened,
    message_problems,
    minutes_between,
    move_problem,
    settled_at,
    ticket_problems,
)

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
STATUSES = list(STATUS_WORDS)


def at(hours):
    return NOON + hours * HOUR


def test_every_status_has_a_word_and_its_moves():
    assert set(STATUSES) == set(MOVES) == {*ACTIVE, *SETTLED, MERGED}
    assert all(set(moves) <= set(STATUSES) for moves in MOVES.values())


@pytest.mark.parametrize("status", STATUSES)
def test_staying_is_always_possible(status):
    assert move_problem(status, status) is None


@pytest.mark.parametrize(("before", "after"), [
    (NEW, OPEN), (NEW, RESOLVED), (NEW, CLOSED), (OPEN, WAITING_CUSTOMER), (OPEN, WAITING_THIRD),
    (WAITING_CUSTOMER, OPEN), (WAITING_THIRD, WAITING_CUSTOMER), (OPEN, RESOLVED), (RESOLVED, CLOSED),
    (RESOLVED, OPEN), (CLOSED, OPEN), (CLOSED, RESOLVED), (WAITING_THIRD, RESOLVED)])
def test_work_goes_forward_and_back(before, after):
    assert move_problem(before, after) is None


@pytest.mark.parametrize("status", [status for status in STATUSES if status != MERGED])
def test_anything_may_be_merged_and_what_is_merged_stays_so(status):
    assert move_problem(status, MERGED) is None
    assert move_problem(MERGED, status) is not None


@pytest.mark.parametrize("status", [status for status in STATUSES if status != NEW])
def test_a_ticket_is_new_only_once(status):
    refused = move_problem(status, NEW)
    assert isinstance(refused, Problem)
    assert str(refused) == f"A ticket that is “{STATUS_WORDS[status]}” cannot become “New”."


def test_a_ticket_may_come_to_us_in_any_status():
    assert all(ticket_problems({"status": status}, None) == {} for status in STATUSES)


def test_a_forbidden_move_is_a_problem_of_the_status():
    assert list(ticket_problems({"status": NEW}, {"status": OPEN})) == ["status"]


def test_a_ticket_is_merged_into_another_or_not_at_all():
    assert list(ticket_problems({"status": MERGED, "merged_into": None}, {"status": OPEN})) == ["status"]
    assert ticket_problems({"status": MERGED, "merged_into": 5}, {"status": OPEN}) == {}


def test_a_ticket_that_came_to_us_merged_can_still_be_corrected():
    assert ticket_problems({"status": MERGED, "merged_into": None}, {"status": MERGED}) == {}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(STATUSES, STATUSES)))
def test_taking_a_batch_back_may_lead_anywhere(before, after):
    assert ticket_problems({"status": after}, {"status": before}, taken_back=True) == {}


@pytest.mark.parametrize("status", ACTIVE)
def test_an_open_ticket_is_not_resolved(status):
    assert settled_at(status, at(-1), NOON) is None


@pytest.mark.parametrize("status", SETTLED)
def test_a_ticket_is_resolved_when_it_is_said_and_keeps_the_time(status):
    assert settled_at(status, None, NOON) == NOON
    assert settled_at(status, at(-1), NOON) == at(-1)


def test_merging_says_nothing_about_being_resolved():
    assert settled_at(MERGED, None, NOON) is None
    assert settled_at(MERGED, at(-1), NOON) == at(-1)


@pytest.mark.parametrize(("before", "after", "expected"), [
    (RESOLVED, OPEN, True), (CLOSED, WAITING_THIRD, True), (OPEN, WAITING_CUSTOMER, False), (RESOLVED, CLOSED, False),
    (None, OPEN, False), (MERGED, OPEN, False)])
def test_working_again_on_what_was_settled_is_reopening(before, after, expected):
    assert is_reopened(before, after) is expected


@pytest.mark.parametrize(("start", "end", "expected"), [
    (NOON, at(1), 60), (NOON, NOON + dt.timedelta(seconds=59), 0), (NOON, at(-1), 0), (None, NOON, None),
    (NOON, None, None), (NOON, at(49), 2940)])
def test_minutes_are_whole_and_never_negative(start, end, expected):
    assert minutes_between(start, end) == expected


def moved(status, *messages, first=None, resolved=None):
    return after_messages(Standing(status, first, resolved), [Said(*message) for message in messages])


def test_the_first_public_word_of_ours_is_the_first_response():
    said = (CUSTOMER, False, at(0)), (AGENT, True, at(1)), (AGENT, False, at(3)), (AGENT, False, at(2))
    assert moved(OPEN, *said) == {"first_responded_at": at(2)}


def test_a_later_answer_is_no_first_response():
    assert moved(OPEN, (AGENT, False, at(2)), first=at(1)) == {}


def test_an_internal_note_is_no_response_and_opens_nothing():
    assert moved(NEW, (AGENT, True, at(1))) == {}
    assert moved(RESOLVED, (AGENT, True, at(1)), resolved=at(0)) == {}


def test_our_answer_opens_a_new_ticket():
    assert moved(NEW, (AGENT, False, at(1))) == {"first_responded_at": at(1), "status": OPEN}


@pytest.mark.parametrize(("status", "expected"), [
    (WAITING_CUSTOMER, {"status": OPEN}), (NEW, {}), (OPEN, {}), (WAITING_THIRD, {}), (CLOSED, {}), (MERGED, {})])
def test_the_customers_word_brings_back_what_waited_for_him(status, expected):
    assert moved(status, (CUSTOMER, False, at(1)), resolved=at(0)) == expected


def test_the_customers_word_after_the_solution_reopens_it():
    assert moved(RESOLVED, (CUSTOMER, False, at(1)), resolved=at(0)) == {"status": OPEN}
    assert moved(RESOLVED, (CUSTOMER, False, at(1))) == {"status": OPEN}


def test_a_word_that_is_older_than_the_solution_reopens_nothing():
    assert moved(RESOLVED, (CUSTOMER, False, at(1)), resolved=at(1)) == {}
    assert moved(RESOLVED, (CUSTOMER, False, at(1)), resolved=at(2)) == {}


def test_an_answer_after_the_customers_word_leaves_the_ticket_waiting():
    assert moved(WAITING_CUSTOMER, (CUSTOMER, False, at(1)), (AGENT, False, at(2)), first=at(0)) == {}


def test_without_messages_nothing_moves():
    assert moved(NEW) == {}


messages = st.lists(st.tuples(st.sampled_from([CUSTOMER, AGENT]), st.booleans(), st.integers(-50, 50).map(at)))
moments = st.none() | st.integers(-50, 50).map(at)


@given(st.sampled_from(STATUSES), messages, moments, moments)
def test_what_messages_move_is_a_move_that_the_flow_allows(status, said, first, resolved):
    found = moved(status, *said, first=first, resolved=resolved)
    assert move_problem(status, found.get("status", status)) is None
    assert set(found) <= {"status", "first_responded_at"}
    assert first is None or "first_responded_at" not in found


@given(st.sampled_from(STATUSES), st.permutations([
    (CUSTOMER, False, at(1)), (AGENT, False, at(2)), (AGENT, True, at(3)), (CUSTOMER, False, at(4))]))
def test_the_order_in_which_messages_are_told_does_not_matter(status, said):
    assert moved(status, *said) == moved(status, *sorted(said, key=lambda each: each[2]))


@pytest.mark.parametrize(("author", "internal", "expected"), [
    (CUSTOMER, True, ["internal"]), (CUSTOMER, False, []), (AGENT, True, []), (AGENT, None, [])])
def test_only_colleagues_write_internal_notes(author, internal, expected):
    assert list(message_problems({"author": author, "internal": internal})) == expected


def test_the_words_of_the_module_are_those_of_the_interface():
    assert STATUSES == ["new", "open", "waiting_customer", "waiting_third", "resolved", "closed", "merged"]
    assert flow.CUSTOMER != flow.AGENT
