"""Interactions as every way of writing meets them."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Customer, Interaction
from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.kernel.fields import fields_of
from app.sales.models import Lead, Opportunity
from app.sales.operations.catalogue import lay_out_catalogue

OF_INTERFACE = """kind customer contact opportunity happened_at direction content reaction outcome next_step
next_at""".split()
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_an_interaction_has_the_fields_and_kinds_that_others_rely_on():
    fields = fields_of(Interaction)
    assert set(OF_INTERFACE) <= set(fields)
    assert set(fields["kind"].choices) == {"call", "visit", "meeting", "email", "chat", "return_visit", "note"}


@pytest.mark.parametrize(("values", "field"), [
    ({"kind": "call"}, "customer"), ({"kind": "note", "customer": 1}, "content"),
    ({"kind": "fax", "customer": 1}, "kind"),
    ({"kind": "call", "customer": 1, "happened_at": NOON, "next_at": NOON}, "next_at")])
def test_a_bad_value_is_refused_with_its_field(office, values, field):
    office.add(Customer, name="Blue River", by="sales1")
    assert set(office.as_("sales1", add_rows, Interaction, [values]).refused[0]) == {field}


def test_the_interaction_about_an_opportunity_names_its_customer_by_itself(office):
    office.as_("system", lay_out_catalogue)
    river = office.add(Customer, name="Blue River", by="sales1")
    deal = office.add(Opportunity, name="Till", customer=river, by="sales1")
    free = office.add(Opportunity, name="Nobody's", by="sales1")
    for about in (deal, free):
        office.add(Interaction, kind="call", opportunity=about, by="sales1")
    assert office.rows(Interaction, "customer_id") == [(river,), (None,)]


def test_who_had_the_contact_stays_its_owner_when_the_customer_goes(office):
    river = office.add(Customer, name="Blue River", by="sales1")
    said = office.add(Interaction, kind="call", customer=river, by="sales1")
    office.edit(Customer, river, owner=office.ids["sales2"])
    assert office.of(Interaction, said, "owner_id") == office.ids["sales1"]
    seen = office.as_("sales2", lambda: list(session().scalars(sa.select(Interaction.id))))
    assert seen == [said]


def test_an_interaction_leads_to_its_lead_and_opportunity(office):
    office.as_("system", lay_out_catalogue)
    lead, deal = office.add(Lead, name="Ann"), office.add(Opportunity, name="Till")
    office.add(Interaction, kind="call", lead=lead, opportunity=deal)
    found = office.as_("system", lambda: [(str(each.lead), str(each.opportunity)) for each in
                                          session().scalars(sa.select(Interaction))])
    assert found == [("Ann", "Till")]
