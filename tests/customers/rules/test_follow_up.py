"""What interactions move: the last contact and the next."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.customers.rules.follow_up import Moves, Said, interaction_problems, moves, next_contact

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def day(number):
    return NOON + dt.timedelta(days=number)


def call(about=1, at=0, then=None, kind="call", living=True):
    return Said(about, kind, day(at), None if then is None else day(then), living)


@pytest.mark.parametrize("about", ["customer", "lead", "opportunity"])
def test_an_interaction_with_anybody_is_fine(about):
    assert interaction_problems({"kind": "call", about: 7, "happened_at": NOON}) == {}


def test_an_interaction_with_nobody_is_refused():
    assert set(interaction_problems({"kind": "call", "happened_at": NOON})) == {"customer"}


@pytest.mark.parametrize(("content", "refused"), [("", True), (None, True), ("  ", True), ("Called back", False)])
def test_a_note_says_something(content, refused):
    found = interaction_problems({"kind": "note", "customer": 1, "content": content})
    assert ("content" in found) is refused


@pytest.mark.parametrize(("then", "refused"), [(-1, True), (0, True), (1, False)])
def test_the_next_contact_comes_after_this_one(then, refused):
    found = interaction_problems({"kind": "visit", "customer": 1, "happened_at": NOON, "next_at": day(then)})
    assert ("next_at" in found) is refused


def test_a_new_contact_moves_whom_it_is_about():
    assert moves([(None, call(about=5, then=3))]) == {5: Moves(states=True)}
    assert moves([(None, call(about=5))]) == {5: Moves()}


@pytest.mark.parametrize("said", [call(kind="note", then=3), call(living=False, then=3), call(about=None, then=3)])
def test_a_note_a_deleted_contact_and_one_about_nobody_move_nothing(said):
    assert moves([(None, said)]) == {}


def test_a_changed_appointment_withdraws_the_old_one():
    assert moves([(call(then=3), call(then=4))]) == {1: Moves(states=True, revised=True, withdrawn={day(3)})}


def test_a_deleted_contact_withdraws_its_appointment():
    gone = {1: Moves(revised=True, withdrawn={day(3)})}
    assert moves([(call(then=3), call(then=3, living=False))]) == gone
    assert moves([(call(then=3), call(then=3, kind="note"))]) == gone


def test_a_moved_contact_counts_for_both():
    found = moves([(call(about=1, then=3), call(about=2, then=3))])
    assert found == {1: Moves(revised=True, withdrawn={day(3)}), 2: Moves(states=True)}


def test_a_restored_contact_states_its_appointment_again():
    assert moves([(call(then=3, living=False), call(then=3))]) == {1: Moves(states=True)}


def test_a_note_that_becomes_a_call_counts_as_new():
    assert moves([(call(then=3, kind="note"), call(then=3))]) == {1: Moves(states=True)}


def test_an_edit_of_the_text_alone_moves_nothing():
    assert moves([(call(then=3), call(then=3))]) == {1: Moves()}


def test_a_contact_that_never_had_an_appointment_withdraws_none():
    assert moves([(call(), call(living=False))]) == {1: Moves(revised=True)}


def test_several_changes_of_one_record_are_taken_together():
    found = moves([(None, call(then=9)), (call(then=3), call(then=3, living=False)), (None, call())])
    assert found == {1: Moves(states=True, revised=True, withdrawn={day(3)})}


# current, last contact, stated, moves -> next contact
CASES = [
    ("a stated appointment is taken", None, 0, 3, Moves(states=True), 3),
    ("it replaces the one before", 2, 0, 3, Moves(states=True), 3),
    ("a hand-typed time outlives a contact without appointment", 2, 0, None, Moves(), 2),
    ("a hand-typed time outlives an older stated one", 5, 0, 3, Moves(), 5),
    ("a contact after the appointed time settles it", 2, 4, 2, Moves(), None),
    ("a contact at the appointed time settles it", 2, 2, None, Moves(), None),
    ("a withdrawn appointment goes", 3, 0, None, Moves(revised=True, withdrawn={day(3)}), None),
    ("and the one before it comes back", 3, 0, 2, Moves(revised=True, withdrawn={day(3)}), 2),
    ("a withdrawn appointment that was replaced by hand leaves that alone", 5, 0, None,
     Moves(revised=True, withdrawn={day(3)}), 5),
    ("a deleted contact brings back the appointment that it had settled", None, 0, 2, Moves(revised=True), 2),
    ("a new contact does not bring back what was settled", None, 3, 2, Moves(), None),
    ("nor what was cleared by hand", None, 0, 2, Moves(), None),
    ("without any contact a hand-typed time stays", 2, None, None, Moves(revised=True), 2),
    ("without any contact there is nothing to bring back", None, None, None, Moves(revised=True), None),
]


@pytest.mark.parametrize(("current", "last", "stated", "moved", "then"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])
def test_the_next_contact_in_every_case(current, last, stated, moved, then):
    moments = [None if number is None else day(number) for number in (current, last, stated, then)]
    assert next_contact(*moments[:3], moved) == moments[3]


days = st.none() | st.integers(-5, 5).map(day)


@given(days, days, days, st.booleans(), st.booleans(), st.frozensets(st.integers(-5, 5).map(day)))
def test_the_next_contact_is_ahead_of_the_last_and_was_said(current, last, stated, states, revised, withdrawn):
    found = next_contact(current, last, stated, Moves(states, revised, set(withdrawn)))
    assert found is None or found in (current, stated)
    assert found is None or last is None or found > last
