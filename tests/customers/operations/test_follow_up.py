"""Interactions move the last and the next contact of the customer, whatever is done to them afterwards."""

import datetime as dt
import itertools
import random

import pytest

from app.customers.models import Contact, Customer, Interaction
from app.customers.operations.follow_up import follow_interactions
from app.kernel import clock
from app.kernel.bulk import add_rows, change_rows
from app.kernel.events import DomainEvent
from app.sales.models import Lead, Opportunity
from app.sales.operations.catalogue import lay_out_catalogue

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def day(number):
    return None if number is None else NOON + dt.timedelta(days=number)


@pytest.fixture
def river(office):
    return office.add(Customer, name="Blue River", by="sales1")


def speak(office, customer, at=0, then=None, kind="call", **more):
    return office.add(Interaction, customer=customer, kind=kind, happened_at=day(at), next_at=day(then),
                      content="Spoke", **more)


def stand(office, customer):
    """Last and next contact in days from noon."""
    found = office.of(Customer, customer, "last_contact_at", "next_contact_at")
    return tuple(None if moment is None else (moment - NOON) / dt.timedelta(days=1) for moment in found)


@pytest.mark.parametrize("kind", ["call", "visit", "meeting", "email", "chat", "return_visit"])
def test_every_contact_moves_last_and_next(office, river, kind):
    speak(office, river, 0, then=3, kind=kind, by="sales1")
    assert stand(office, river) == (0, 3)


def test_a_note_moves_neither(office, river):
    speak(office, river, 0, then=3, kind="note")
    assert stand(office, river) == (None, None)


def test_the_latest_contact_counts_not_the_one_typed_last(office, river):
    speak(office, river, 5, then=9)
    speak(office, river, 2, then=7)
    assert stand(office, river) == (5, 9)


def test_a_contact_after_the_appointment_settles_it(office, river):
    speak(office, river, 0, then=3)
    speak(office, river, 4)
    assert stand(office, river) == (4, None)


def test_a_contact_before_the_appointment_leaves_it(office, river):
    speak(office, river, 0, then=3)
    speak(office, river, 1)
    assert stand(office, river) == (1, 3)


def test_an_edit_moves_both_along(office, river):
    first = speak(office, river, 0, then=3)
    speak(office, river, -2, then=8)
    office.edit(Interaction, first, happened_at=day(1), next_at=day(6))
    assert stand(office, river) == (1, 6)
    office.edit(Interaction, first, next_at=None)
    assert stand(office, river) == (1, 8)
    office.edit(Interaction, first, kind="note")
    assert stand(office, river) == (-2, 8)
    office.edit(Interaction, first, kind="visit", next_at=day(4))
    assert stand(office, river) == (1, 4)


def test_a_deleted_contact_takes_its_moves_back_and_restoring_brings_them_again(office, river):
    speak(office, river, 0, then=3)
    later = speak(office, river, 5, then=9)
    office.delete(Interaction, later)
    assert stand(office, river) == (0, 3)
    office.restore(Interaction, later)
    assert stand(office, river) == (5, 9)


def test_deleting_the_contact_that_settled_an_appointment_opens_it_again(office, river):
    speak(office, river, 0, then=3)
    later = speak(office, river, 5)
    assert stand(office, river) == (5, None)
    office.delete(Interaction, later)
    assert stand(office, river) == (0, 3)


def test_deleting_the_only_contact_leaves_nothing(office, river):
    office.delete(Interaction, speak(office, river, 0, then=3))
    assert stand(office, river) == (None, None)


def test_a_time_that_was_typed_by_hand_survives_contacts_before_it(office, river):
    office.edit(Customer, river, next_contact_at=day(6))
    first = speak(office, river, 0)
    assert stand(office, river) == (0, 6)
    office.delete(Interaction, first)
    assert stand(office, river) == (None, 6)
    speak(office, river, 7)
    assert stand(office, river) == (7, None)


def test_a_contact_moved_to_another_customer_counts_there_and_no_longer_here(office, river):
    hill = office.add(Customer, name="Green Hill")
    said = speak(office, river, 0, then=3)
    office.edit(Interaction, said, customer=hill)
    assert (stand(office, river), stand(office, hill)) == ((None, None), (0, 3))


def test_the_contacts_of_a_deleted_customer_go_and_return_with_it(office, river):
    speak(office, river, 0, then=3)
    office.delete(Customer, river)
    assert office.rows(Interaction, "deleted_with") == [(f"customer:{river}",)]
    office.restore(Customer, river)
    assert stand(office, river) == (0, 3)
    assert office.rows(Interaction, "deleted_at") == [(None,)]


def test_a_colleagues_customer_is_moved_although_the_writer_may_not_edit_it(office, river):
    speak(office, river, 0, by="support1")
    assert stand(office, river)[0] == 0
    events = office.rows(DomainEvent, "changes", "cause", "actor_id", where=DomainEvent.entity == "customer")
    assert set(events[-1][0]) == {"last_contact_at"}
    assert events[-1][1:] == ("interaction", office.ids["support1"])


def test_a_whole_file_of_interactions_is_followed_at_once(office, river):
    rows = [{"customer": river, "kind": "call", "happened_at": day(number)} for number in range(700)]
    outcome = office.as_("system", add_rows, Interaction, rows)
    assert len(outcome.done) == 700
    assert stand(office, river) == (699, None)


def test_a_contact_with_somebody_names_his_customer_by_itself(office, river):
    with clock.at(NOON):
        office.add(Interaction, kind="call", contact=office.add(Contact, name="Ann", customer=river))
    assert office.rows(Interaction, "customer_id") == [(river,)]
    assert stand(office, river) == (0, None)


def test_any_order_of_edits_and_deletions_ends_where_the_remaining_contacts_stand(office):
    chance = random.Random(7)
    customers = [office.add(Customer, name=name) for name in "AB"]
    known = []
    for _step in range(40):
        move = chance.choice(["add", "add", "edit", "delete", "restore"])
        at = chance.randint(0, 20)
        values = {"customer": chance.choice(customers), "kind": chance.choice(["call", "visit", "note"]),
                  "happened_at": day(at)}
        if move == "add" or not known:
            known.append(office.add(Interaction, content="x", **values))
        else:
            chosen = chance.choice(known)
            deleted = office.of(Interaction, chosen, "deleted_at")
            if move == "edit" and deleted is None:
                office.edit(Interaction, chosen, **values)
            elif move == "delete" and deleted is None:
                office.delete(Interaction, chosen)
            elif move == "restore" and deleted is not None:
                office.restore(Interaction, chosen)
    rows = office.rows(Interaction, "customer_id", "kind", "happened_at", "deleted_at")
    for customer in customers:
        living = [at for about, kind, at, deleted in rows if about == customer and kind != "note" and deleted is None]
        assert office.of(Customer, customer, "last_contact_at") == max(living, default=None)


def test_a_lead_and_an_opportunity_follow_their_interactions_too(office):
    office.as_("system", lay_out_catalogue)
    lead, deal = office.add(Lead, name="Ann"), office.add(Opportunity, name="Till")
    office.add(Interaction, lead=lead, opportunity=deal, kind="call", happened_at=day(0), next_at=day(3))
    for model, record in ((Lead, lead), (Opportunity, deal)):
        assert office.of(model, record, "last_contact_at", "next_at") == (day(0), day(3))
    assert office.of(Lead, lead, "status") == "contacted"


def test_following_nothing_asks_nothing(office):
    assert office.as_("system", follow_interactions, Customer, "customer", "next_contact_at", []) is None


def test_changes_within_one_transaction_count_once(office, river):
    def twice():
        made = add_rows(Interaction, [{"customer": river, "kind": "call", "happened_at": day(1)}]).done
        for number in itertools.islice(itertools.count(2), 3):
            change_rows(Interaction, {made[0]: {"happened_at": day(number)}})

    office.as_("system", twice)
    assert stand(office, river) == (4, None)
    events = office.rows(DomainEvent, "kind", where=(DomainEvent.entity == "customer") & (DomainEvent.kind == "update"))
    assert len(events) == 1
