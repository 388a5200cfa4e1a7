"""Tickets, categories and queues in a line each, for the tests of this room."""

from app.customers.models import Customer
from app.support.models import Ticket, TicketCategory, TicketMessage
from app.workflows.models import Queue
from tests.desk.records import add


def ticket(company, who="system", **values):
    """The id of a new ticket."""
    return add(company, Ticket, who, **{"subject": "Printer", **values})


def category(company, name, **values):
    """The id of a new category."""
    return add(company, TicketCategory, name=name, **values)


def message(company, ticket_id, who="support1", **values):
    """The id of a new message on a ticket."""
    return add(company, TicketMessage, who, **{"ticket": ticket_id, "body": "Hello", **values})


def customer(company, owner="sales1", **values):
    """The id of a new customer."""
    return add(company, Customer, **{"name": "Acme", "owner": company.ids[owner], **values})


def queue(company, name="Technicians"):
    """The id of a new queue."""
    return add(company, Queue, name=name)
