"""Lower rooms point at records of sales by the name of the table; the relations are declared here."""

import datetime as dt

import sqlalchemy as sa

from app.customers.models import Customer, Interaction, LifecycleChange
from app.kernel.database import session
from app.sales.models import Lead, LeadSource, Order

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_a_customer_leads_to_its_source(shop):
    source = shop.rows(LeadSource, "id")[0][0]
    shop.customer(lead_source=source)
    found = shop.as_("sales1", lambda: session().scalars(sa.select(Customer)).one().lead_source.id)
    assert found == source


def test_an_interaction_leads_to_lead_and_opportunity(shop):
    lead, deal = shop.add(Lead, name="Ann", by="sales1"), shop.deal()
    shop.add(Interaction, kind="call", lead=lead, opportunity=deal, by="sales1")

    def read():
        said = session().scalars(sa.select(Interaction)).one()
        return said.lead.id, said.opportunity.id

    assert shop.as_("sales1", read) == (lead, deal)


def test_a_move_of_the_lifecycle_leads_to_its_order(shop):
    order = shop.add(Order, customer=shop.customer(), ordered_at=NOON, number="A-1", by="sales1")
    statement = sa.select(LifecycleChange).where(LifecycleChange.order_id == order)
    assert shop.as_("sales1", lambda: str(session().scalars(statement).one().order)) == "A-1"
