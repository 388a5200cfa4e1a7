"""Support sees a customer's phone in plain while an open ticket of that customer is his own, and at no other time."""

import pytest

from app.customers.models import Contact, Customer
from app.support.models import Ticket
from tests.desk.records import add, delete, edit, of
from tests.support.desk import customer, ticket

PHONE = "+86 138 0013 8000"


@pytest.fixture
def acme(company):
    """A customer with a phone."""
    return customer(company, phone=PHONE)


def phone(company, who, entity, record_id):
    return company.client(who).get(f"/api/v1/{entity}/{record_id}").json["result"]["phone"]


def is_open(company, who, entity, record_id):
    shown = phone(company, who, entity, record_id)
    assert shown in (PHONE, "•••")
    return shown == PHONE


def test_without_a_ticket_the_phone_is_masked(company, acme):
    assert not is_open(company, "support1", "customer", acme)


@pytest.mark.parametrize(("status", "expected"), [
    ("new", True), ("open", True), ("waiting_customer", True), ("waiting_third", True), ("resolved", False),
    ("closed", False), ("merged", False)])
def test_an_open_ticket_lifts_the_mask_for_its_assignee(company, acme, status, expected):
    ticket(company, customer=acme, assignee=company.ids["support1"], status=status)
    assert is_open(company, "support1", "customer", acme) is expected
    assert not is_open(company, "support2", "customer", acme)


def test_the_mask_returns_with_the_end_of_the_ticket(company, acme):
    found = ticket(company, customer=acme, assignee=company.ids["support1"])
    edit(company, Ticket, found, status="resolved")
    assert not is_open(company, "support1", "customer", acme)
    edit(company, Ticket, found, status="open")
    assert is_open(company, "support1", "customer", acme)
    delete(company, Ticket, found)
    assert not is_open(company, "support1", "customer", acme)


def test_the_mask_goes_with_the_ticket_to_the_next_assignee(company, acme):
    found = ticket(company, customer=acme, assignee=company.ids["support1"])
    edit(company, Ticket, found, assignee=company.ids["support2"])
    assert not is_open(company, "support1", "customer", acme)
    assert is_open(company, "support2", "customer", acme)


def test_other_customers_stay_masked(company, acme):
    ticket(company, customer=customer(company, name="Other"), assignee=company.ids["support1"])
    assert not is_open(company, "support1", "customer", acme)


@pytest.mark.parametrize("name", ["marketing", "analyst"])
def test_other_masked_roles_are_not_concerned(company, acme, name):
    ticket(company, customer=acme, assignee=company.ids["support1"])
    assert not is_open(company, name, "customer", acme)


def test_contacts_of_the_customer_and_whom_the_ticket_names_are_shown(company, acme):
    colleague = add(company, Contact, name="Ann", customer=acme, phone=PHONE)
    outsider = add(company, Contact, name="Bob", customer=customer(company, name="Agency"), phone=PHONE)
    for contact in (colleague, outsider):
        assert not is_open(company, "support1", "contact", contact)
    ticket(company, customer=acme, contact=outsider, assignee=company.ids["support1"])
    for contact in (colleague, outsider):
        assert is_open(company, "support1", "contact", contact)


def test_a_lifted_mask_is_for_reading_only(company, acme):
    ticket(company, customer=acme, assignee=company.ids["support1"])
    client = company.client("support1")
    assert client.put(f"/api/v1/customer/{acme}", json={"phone": "123456"}).status_code in (403, 422)
    assert client.get(f"/api/v1/customer/?phone={PHONE.replace(' ', '%20').replace('+', '%2B')}").status_code == 422
    assert of(company, Customer, acme, "phone") == PHONE
