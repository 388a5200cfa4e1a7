"""Tickets under the laws of the kernel: one holder, what follows from category and time, who sees which."""

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Contact
from app.kernel import clock
from app.kernel.actor import acting
from app.kernel.database import acting_as, session
from app.kernel.errors import NotAllowed, RuleError
from app.kernel.settings import Setting
from app.sales.models import Order
from app.support.models import Ticket
from tests.desk.records import add, delete, edit, of, stored, visible_ids
from tests.support.desk import category, customer, queue, ticket

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def hours(number):
    return dt.timedelta(hours=number)


def problems(work, *args, **kwargs):
    with pytest.raises(RuleError) as refused:
        work(*args, **kwargs)
    return list(refused.value.problems)


def test_a_new_ticket_waits_without_an_owner_in_the_team_that_took_it_down(company):
    found = ticket(company, "sales1")
    assert of(company, Ticket, found, "owner_id", "assignee_id", "team_id", "status") == (
        None, None, company.teams["East"], "new")


def test_a_ticket_of_the_system_belongs_to_no_team(company):
    assert of(company, Ticket, ticket(company), "owner_id", "team_id") == (None, None)


def test_the_assignee_is_the_owner_and_brings_his_team(company):
    found = ticket(company, "admin", assignee=company.ids["support1"])
    assert of(company, Ticket, found, "owner_id", "team_id") == (company.ids["support1"], company.teams["Service"])
    edit(company, Ticket, found, owner=company.ids["support2"])
    assert of(company, Ticket, found, "assignee_id") == company.ids["support2"]
    edit(company, Ticket, found, assignee=None)
    assert of(company, Ticket, found, "owner_id", "team_id") == (None, company.teams["Service"])


def test_kind_and_priority_follow_the_category_unless_somebody_chose(company):
    complaint = category(company, "Quality", kind="complaint", default_priority="high")
    assert of(company, Ticket, ticket(company, category=complaint), "kind", "priority") == ("complaint", "high")
    assert of(company, Ticket, ticket(company, category=complaint, kind="request", priority="low"),
              "kind", "priority") == ("request", "low")
    assert of(company, Ticket, ticket(company), "kind", "priority") == ("request", "normal")


def test_a_chosen_kind_survives_another_category(company):
    found = ticket(company, category=category(company, "Quality", kind="complaint"))
    edit(company, Ticket, found, category=category(company, "Ideas", kind="suggestion"))
    assert of(company, Ticket, found, "kind") == "complaint"


def test_answer_and_solution_are_due_by_the_priority(company):
    with clock.at(NOON):
        found = ticket(company, priority="high")
    assert of(company, Ticket, found, "response_due_at", "resolve_due_at") == (NOON + hours(4), NOON + hours(24))
    edit(company, Ticket, found, priority="urgent")
    assert of(company, Ticket, found, "response_due_at", "resolve_due_at") == (NOON + hours(1), NOON + hours(8))


def test_an_admin_changes_the_promised_hours_without_code(company):
    (setting,) = stored(company, Setting, "id", where=Setting.name == "support.response_hours.high")
    edit(company, Setting, setting, value="2")
    with clock.at(NOON):
        assert of(company, Ticket, ticket(company, priority="high"), "response_due_at") == NOON + hours(2)


def test_a_due_time_that_was_given_stays(company):
    found = ticket(company, resolve_due_at=NOON)
    assert of(company, Ticket, found, "resolve_due_at") == NOON


def test_resolving_and_reopening_keep_the_times(company):
    with clock.at(NOON):
        found = ticket(company)
    with clock.at(NOON + hours(3)):
        edit(company, Ticket, found, status="resolved")
    assert of(company, Ticket, found, "resolved_at", "resolution_minutes", "reopened") == (NOON + hours(3), 180, 0)
    with clock.at(NOON + hours(4)):
        edit(company, Ticket, found, status="closed")
    assert of(company, Ticket, found, "resolved_at") == NOON + hours(3)
    edit(company, Ticket, found, status="open")
    assert of(company, Ticket, found, "resolved_at", "resolution_minutes", "reopened") == (None, None, 1)


def test_minutes_to_the_first_response_are_counted(company):
    with clock.at(NOON):
        found = ticket(company)
    edit(company, Ticket, found, first_responded_at=NOON + hours(2))
    assert of(company, Ticket, found, "response_minutes") == 120


@pytest.mark.parametrize(("before", "after"), [("open", "new"), ("closed", "new"), ("open", "merged")])
def test_a_move_that_the_flow_forbids_is_refused(company, before, after):
    found = ticket(company, status=before)
    assert problems(edit, company, Ticket, found, status=after) == ["status"]
    assert of(company, Ticket, found, "status") == before


@pytest.mark.parametrize("value", [0, 6, -1])
def test_satisfaction_goes_from_one_to_five(company, value):
    assert problems(ticket, company, satisfaction=value) == ["satisfaction"]
    assert of(company, Ticket, ticket(company, satisfaction=5), "satisfaction") == 5


@pytest.mark.parametrize("values", [{"kind": "gossip"}, {"priority": "extreme"}, {"status": "gone"}, {"channel": "x"},
                                    {"subject": ""}, {"subject": None}, {"priority": "high", "status": None}])
def test_what_is_no_choice_is_refused_beside_its_field(company, values):
    assert set(problems(ticket, company, **values)) <= set(values)


def test_the_customer_follows_from_contact_or_order(company):
    acme = customer(company)
    contact = add(company, Contact, name="Ann", customer=acme)
    order = add(company, Order, customer=acme, amount=100, currency="CNY")
    other = customer(company, name="Other")
    assert of(company, Ticket, ticket(company, contact=contact), "customer_id") == acme
    assert of(company, Ticket, ticket(company, order=order), "customer_id") == acme
    assert of(company, Ticket, ticket(company, contact=contact, customer=other), "customer_id") == other
    assert of(company, Ticket, ticket(company), "customer_id") is None


def test_sales_create_and_read_tickets_of_their_customers_but_do_not_edit_them(company):
    mine = ticket(company, "sales1", customer=customer(company))
    foreign = ticket(company, customer=customer(company, "sales2"))
    assert visible_ids(company, "sales1", Ticket) == [mine]
    assert visible_ids(company, "sales2", Ticket) == [foreign]
    with pytest.raises(NotAllowed):
        edit(company, Ticket, mine, "sales1", subject="Changed")


def test_a_ticket_cannot_name_a_customer_out_of_sight(company):
    assert problems(ticket, company, "sales1", customer=customer(company, "sales2")) == ["customer"]


def test_support_reads_own_tickets_and_those_of_its_queues(company):
    here, there = queue(company), queue(company, "Billing")
    own = ticket(company, assignee=company.ids["support1"])
    queued = ticket(company, queue=here)
    ticket(company, queue=there)
    ticket(company)
    with company.acting("support1") as actor:
        serving = dataclasses.replace(actor, groups={"queue": frozenset({here})}, made={})
        with acting_as(serving):
            assert acting().groups
            assert list(session().scalars(sa.select(Ticket.id).order_by(Ticket.id))) == [own, queued]
    assert visible_ids(company, "support1", Ticket) == [own]
    assert visible_ids(company, "marketing", Ticket) == []


def test_the_same_number_is_given_once_among_the_living(company):
    first = ticket(company, number="T-1")
    assert problems(ticket, company, number="T-1") == ["number"]
    delete(company, Ticket, first)
    assert ticket(company, number="T-1")


def test_a_ticket_is_called_by_number_and_subject():
    assert str(Ticket(number="T-2026-000001", subject="Printer")) == "T-2026-000001 Printer"
    assert str(Ticket(subject="Printer")) == "Printer"
