"""A masked value is in no bytes of any channel; support sees it while an open ticket of the customer is his."""

import pytest

from app.customers.models import Contact, Customer
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit, session
from app.support.models import Ticket

PHONE, MAIL, BORN = "13966667777", "planted@example.com", "1961-02-03"
MASKED = ("support1", "marketing", "analyst")
CHANNELS = ("/api/v1/{entity}/", "/api/v1/{entity}/{id}", "/api/v1/{entity}/{id}/history",
            "/api/v1/{entity}/lookup?q=1", "/api/v1/{entity}/export?format=csv",
            "/api/v1/{entity}/export?format=jsonl", "/{entity}/list/",
            "/{entity}/show/{id}", "/{entity}/edit/{id}", "/{entity}/charts/", "/api/v1/{entity}/_info",
            "/api/v1/{entity}/?columns=name,phone,customer.phone&page_size=5",
            "/{entity}/list/?columns=phone,customer.phone")


@pytest.fixture
def ids(company):
    """A customer and a contact of nobody's, with the planted values, changed once so that there is a history."""
    with company.app.app_context(), acting_as(SYSTEM):
        made = in_unit(_make)
        in_unit(_change, made)
    return made


def _make():
    customer = Customer(name="Ada", phone="13900000001", email=MAIL, birth_date=BORN, address=f"{PHONE} Street")
    session().add(customer)
    session().flush()
    contact = Contact(name="Bob", customer_id=customer.id, phone=PHONE, email=MAIL, birth_date=BORN, wechat=PHONE)
    session().add(contact)
    session().flush()
    return {"customer": customer.id, "contact": contact.id}


def _change(made):
    session().get(Customer, made["customer"]).phone = PHONE


def seen(company, user, ids):
    """(channel, value) for every planted value that the user finds anywhere."""
    client, found = company.client(user), []
    for entity, record_id in ids.items():
        for channel in CHANNELS:
            text = client.get(channel.format(entity=entity, id=record_id)).get_data(as_text=True)
            found += [(channel, value) for value in (PHONE, MAIL, BORN) if value in text]
    return found


def take_on(company, ids, **values):
    """An open ticket of the customer, held by support1; its id."""
    with company.app.app_context(), acting_as(SYSTEM):
        return in_unit(_ticket, company.ids["support1"], ids["customer"], values)


def _ticket(owner, customer, values):
    ticket = Ticket(subject="Broken", customer_id=customer, assignee_id=owner, owner_id=owner, kind="request",
                    priority="normal", status="open")
    for name, value in values.items():
        setattr(ticket, name, value)
    session().add(ticket)
    session().flush()
    return ticket.id


@pytest.mark.parametrize("user", MASKED)
def test_a_masked_value_is_in_no_channel(company, ids, user):
    assert seen(company, user, ids) == []


def test_who_may_see_the_values_finds_them_in_the_same_channels(company, ids):
    found = {channel for channel, _value in seen(company, "admin", ids)}
    assert {"/api/v1/{entity}/{id}", "/{entity}/list/", "/{entity}/show/{id}", "/api/v1/{entity}/{id}/history",
            "/api/v1/{entity}/export?format=csv", "/{entity}/edit/{id}"} <= found


def test_support_sees_the_values_while_an_open_ticket_is_his(company, ids):
    ticket = take_on(company, ids)
    record = company.client("support1").get(f"/api/v1/customer/{ids['customer']}").json["result"]
    assert (record["phone"], record["email"], record["birth_date"]) == (PHONE, MAIL, BORN)
    assert PHONE in company.client("support1").get(f"/contact/show/{ids['contact']}").get_data(as_text=True)
    with company.app.app_context(), acting_as(SYSTEM):
        in_unit(_resolve, ticket)
    assert seen(company, "support1", ids) == []


def _resolve(ticket_id):
    ticket = session().get(Ticket, ticket_id)
    ticket.status, ticket.resolution = "resolved", "Mended"


def test_another_agents_ticket_lifts_no_mask(company, ids):
    take_on(company, ids)
    assert seen(company, "support2", ids) == []


def test_an_open_ticket_opens_no_filter(company, ids):
    take_on(company, ids)
    client = company.client("support1")
    assert client.get(f"/api/v1/customer/?phone={PHONE}").status_code == 422
    assert client.get("/api/v1/customer/?sort=phone").status_code == 422
    assert client.get(f"/api/v1/customer/?search={PHONE}").json["ids"] == []
