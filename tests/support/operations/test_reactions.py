"""What messages, assignments and categories bring about, whichever way they were made."""

import datetime as dt

import pytest

from app.customers.models import OwnerChange
from app.desk.models import Notification
from app.kernel import clock
from app.kernel.bulk import add_rows, change_rows
from app.kernel.errors import RuleError
from app.kernel.events import DomainEvent
from app.support.models import Ticket, TicketMessage
from tests.desk.records import by, edit, of, stored
from tests.support.desk import customer, message, ticket

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def at(hours):
    return clock.at(NOON + dt.timedelta(hours=hours))


@pytest.fixture
def opened(company):
    """A new ticket of support1."""
    with at(0):
        return ticket(company, customer=customer(company), assignee=company.ids["support1"])


def test_our_first_public_word_is_the_first_response_and_opens_the_ticket(company, opened):
    with at(1):
        message(company, opened, author="customer")
        message(company, opened, internal=True)
    assert of(company, Ticket, opened, "status", "first_responded_at") == ("new", None)
    with at(2):
        message(company, opened)
    with at(3):
        message(company, opened)
    assert of(company, Ticket, opened, "status", "first_responded_at", "response_minutes") == (
        "open", NOON + dt.timedelta(hours=2), 120)


def test_who_may_not_edit_the_ticket_answers_all_the_same(company, opened):
    message(company, opened, "sales1")
    assert of(company, Ticket, opened, "first_responded_at") is not None
    assert stored(company, DomainEvent, "cause", where=(DomainEvent.entity == "ticket") & (
        DomainEvent.kind == "update")) == ["ticket_message"]


def test_the_customers_answer_brings_back_a_ticket_that_waited(company, opened):
    edit(company, Ticket, opened, status="waiting_customer")
    message(company, opened, author="customer")
    assert of(company, Ticket, opened, "status") == "open"


def test_the_customers_word_reopens_what_was_resolved_but_not_what_was_closed(company, opened):
    for status, expected in (("resolved", "open"), ("closed", "closed")):
        with at(1):
            edit(company, Ticket, opened, status=status)
        with at(2):
            message(company, opened, author="customer")
        assert of(company, Ticket, opened, "status") == expected


def test_many_messages_at_once_move_each_ticket_once(company, opened):
    other = ticket(company)
    rows = [{"ticket": each, "body": "x", "author": author} for each in (opened, other) for author in
            ("customer", "agent", "agent")]
    by(company, "system", lambda: add_rows(TicketMessage, rows).insist())
    assert [of(company, Ticket, each, "status", "version") for each in (opened, other)] == [("open", 3), ("open", 3)]


def test_editing_or_deleting_a_message_moves_nothing(company, opened):
    said = message(company, opened, author="customer")
    version = of(company, Ticket, opened, "version")
    edit(company, TicketMessage, said, author="agent")
    assert of(company, Ticket, opened, "first_responded_at", "version") == (None, version)


def test_nobody_speaks_on_a_merged_ticket(company, opened):
    stays = ticket(company)
    by(company, "system", lambda: change_rows(Ticket, {opened: {"status": "merged", "merged_into": stays}}).insist())
    with pytest.raises(RuleError) as refused:
        message(company, opened)
    assert list(refused.value.problems) == ["ticket"]
    assert stored(company, TicketMessage, "id") == []


def told(company):
    return stored(company, Notification, "user_id", "title")


def test_the_assignee_is_told_of_his_ticket(company, opened):
    assert told(company) == [(company.ids["support1"], "Ticket for you: Printer")]


def test_several_tickets_at_once_make_one_notice(company):
    tickets = [ticket(company) for _ in range(3)]
    assigned = {each: {"assignee": company.ids["support2"]} for each in tickets}
    by(company, "system", lambda: change_rows(Ticket, assigned).insist())
    assert told(company) == [(company.ids["support2"], "3 tickets were assigned to you.")]


@pytest.mark.parametrize("status", ["resolved", "closed", "merged"])
def test_nobody_is_told_of_what_is_settled(company, status):
    ticket(company, assignee=company.ids["support1"], status=status)
    assert told(company) == []


def test_the_history_of_assignees_is_kept(company, opened):
    edit(company, Ticket, opened, assignee=company.ids["support2"])
    rows = stored(company, OwnerChange, "kind", "from_owner_id", "to_owner_id", where=OwnerChange.entity == "ticket")
    assert rows == [("created", None, company.ids["support1"]),
                    ("assigned", company.ids["support1"], company.ids["support2"])]


def test_a_new_ticket_is_one_event_with_its_number(company, opened):
    ((kind, changes),) = stored(company, DomainEvent, "kind", "changes", where=DomainEvent.entity == "ticket")
    assert kind == "create"
    assert changes["number"] == [None, of(company, Ticket, opened, "number")]
