"""Messages: read through their ticket, deleted with it, and honest about who wrote them."""

import pytest

from app.kernel.errors import RuleError
from app.support.models import Ticket, TicketMessage
from tests.desk.records import delete, of, restore, visible_ids
from tests.support.desk import customer, message, ticket


@pytest.fixture
def opened(company):
    """A ticket of support1 about a customer of sales1."""
    return ticket(company, customer=customer(company), assignee=company.ids["support1"])


def test_a_message_belongs_to_who_wrote_it(company, opened):
    found = message(company, opened)
    assert of(company, TicketMessage, found, "owner_id", "author", "internal") == (
        company.ids["support1"], "agent", False)


def test_who_reads_the_ticket_reads_what_was_said(company, opened):
    found = message(company, opened)
    assert visible_ids(company, "sales1", TicketMessage) == [found]
    assert visible_ids(company, "sales2", TicketMessage) == []


def test_nobody_writes_on_a_ticket_out_of_sight(company, opened):
    with pytest.raises(RuleError) as refused:
        message(company, opened, "sales2")
    assert list(refused.value.problems) == ["ticket"]


@pytest.mark.parametrize(("values", "name"), [({"body": ""}, "body"), ({"author": "nobody"}, "author"),
                                              ({"author": "customer", "internal": True}, "internal")])
def test_an_impossible_message_is_refused_beside_its_field(company, opened, values, name):
    with pytest.raises(RuleError) as refused:
        message(company, opened, **values)
    assert list(refused.value.problems) == [name]


def test_messages_go_to_the_bin_with_their_ticket_and_come_back(company, opened):
    found = message(company, opened)
    delete(company, Ticket, opened)
    assert of(company, TicketMessage, found, "deleted_at") is not None
    restore(company, Ticket, opened)
    assert of(company, TicketMessage, found, "deleted_at") is None
