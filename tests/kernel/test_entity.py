"""What every record is."""

import pytest
import sqlalchemy as sa

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Contact, Customer, Tag
from app.kernel.database import session
from app.kernel.entity import Entity, Scoped, entity_class, entity_names, living_key, scoped_by_table, values_of
from app.kernel.fields import fields_of
from app.security.audit import AuditEntry
from tests.desk.records import add, of

STAMPS = {"id", "owner", "team", "created_at", "created_by", "updated_at", "updated_by", "source", "external_ids",
          "extra"}


@pytest.mark.parametrize("entity", entity_names())
def test_every_entity_has_what_the_interface_promises(entity):
    model = entity_class(entity)
    assert issubclass(model, Entity)
    assert set(fields_of(model)) >= STAMPS
    assert {"version", "deleted_at"} <= set(sa.inspect(model).column_attrs.keys())
    assert str(model.entity_label)
    assert str(model.entity_label_plural)
    known = fields_of(model)
    assert set(model.natural_key) <= set(known), "the natural key names fields"
    assert set(model.lookup_keys) <= set(known)
    assert set(model.hangs_on) <= set(known)
    assert hasattr(model, model.title_field)


def test_logs_are_scoped_but_no_entities():
    assert scoped_by_table()["audit_entry"] is AuditEntry
    assert issubclass(AuditEntry, Scoped)
    assert "audit_entry" not in entity_names()
    with pytest.raises(KeyError):
        entity_class("unicorn")


def test_a_record_is_called_by_its_title_or_else_by_its_number():
    assert str(Customer(name="Acme")) == repr(Customer(name="Acme")) == "Acme"
    assert str(Customer(id=5)) == "#5"


def test_a_deleted_record_frees_its_key():
    index = living_key("thing", "customer", "code")
    assert index.name == "uq_thing_customer_code"
    assert index.unique
    assert str(index.dialect_options["sqlite"]["where"]) == "deleted_at IS NULL"
    among = living_key("alert", "customer", among=("status", ("open", "kept")))
    assert str(among.dialect_options["postgresql"]["where"]) == "deleted_at IS NULL AND status IN ('open', 'kept')"


def test_the_values_of_a_record_stand_under_outer_names(company):
    tag = add(company, Tag, name="vip")
    pk = add(company, Customer, name="Acme", owner=company.ids["sales1"], tags=[tag])
    contact = add(company, Contact, name="Li", customer=pk, owner=company.ids["sales1"])
    with company.acting("system"):
        found = values_of(session().scalars(sa.select(Contact).where(Contact.id == contact)).one())
        assert (found["customer"], found["owner"], found["name"]) == (pk, company.ids["sales1"], "Li")
        customer = session().scalars(sa.select(Customer)).one()
        assert "tags" not in values_of(customer), "a relation that is not loaded stays unread"
        assert [each.id for each in customer.tags] == values_of(customer)["tags"] == [tag]


def test_a_record_keeps_who_made_it_and_whose_team_it_is(company):
    pk = add(company, Customer, "sales1", name="Acme")
    sales1 = company.ids["sales1"]
    assert of(company, Customer, pk, "owner_id", "created_by_id", "team_id", "version") == (
        sales1, sales1, company.teams["East"], 1)
