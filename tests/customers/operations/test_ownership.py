"""Every change of owner leaves one row, whichever way it was made."""

import datetime as dt

import sqlalchemy as sa

from app.customers.models import Customer, OwnerChange
from app.customers.operations import claim
from app.kernel import clock
from app.kernel.database import session
from app.sales.models import Lead, Opportunity, Order
from app.sales.operations.catalogue import lay_out_catalogue

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def hands(office, entity):
    return office.rows(OwnerChange, "kind", "from_owner_id", "to_owner_id", "by_id", where=OwnerChange.entity == entity)


def test_who_makes_a_customer_has_it_from_the_beginning(office):
    office.add(Customer, name="Blue River", by="sales1")
    mine = office.ids["sales1"]
    assert hands(office, "customer") == [("created", None, mine, mine)]


def test_a_customer_made_for_the_pool_belongs_to_nobody_yet(office):
    office.add(Customer, name="Blue River", owner=None)
    assert hands(office, "customer") == []


def test_an_assignment_names_both_and_who_made_it(office):
    with clock.at(NOON):
        customer = office.add(Customer, name="Blue River", by="sales1")
    with clock.at(NOON + dt.timedelta(days=1)):
        office.edit(Customer, customer, owner=office.ids["sales2"], by="manager")
    ids = office.ids
    assert hands(office, "customer")[-1] == ("assigned", ids["sales1"], ids["sales2"], ids["manager"])
    assert office.rows(OwnerChange, "at")[-1] == (NOON + dt.timedelta(days=1),)
    assert office.of(Customer, customer, "owned_since") == NOON + dt.timedelta(days=1)


def test_an_edit_by_the_form_is_remembered_too(office):
    customer = office.add(Customer, name="Blue River", by="sales1")

    def assign():
        record = session().scalars(sa.select(Customer).where(Customer.id == customer)).one()
        record.owner_id = office.ids["sales2"]
        session().flush()

    office.as_("manager", assign)
    assert hands(office, "customer")[-1][:3] == ("assigned", office.ids["sales1"], office.ids["sales2"])
    assert office.of(Customer, customer, "team_id") == office.teams["West"]


def test_an_edit_of_something_else_is_not(office):
    customer = office.add(Customer, name="Blue River", by="sales1")
    since = office.of(Customer, customer, "owned_since")
    office.edit(Customer, customer, city="Suzhou", by="sales1")
    assert len(hands(office, "customer")) == 1
    assert office.of(Customer, customer, "owned_since") == since


def test_a_claim_is_written_once(office):
    customer = office.add(Customer, name="Blue River", owner=None)
    office.as_("sales1", claim, [customer], {})
    assert [kind for kind, *_who in hands(office, "customer")] == ["claimed"]


def test_leads_opportunities_and_orders_are_remembered_like_customers(office):
    office.as_("system", lay_out_catalogue)
    customer = office.add(Customer, name="Blue River", by="sales1")
    for model, values in ((Lead, {"name": "Ann"}), (Opportunity, {"name": "Till"}), (Order, {"customer": customer})):
        record = office.add(model, **values, by="sales1")
        office.edit(model, record, owner=office.ids["sales1b"], by="manager")
        assert [kind for kind, *_who in hands(office, model.__tablename__)] == ["created", "assigned"]
