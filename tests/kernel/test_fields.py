"""Columns stated in one line, and what every screen reads of them."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Contact, Customer
from app.kernel import fields
from app.kernel.entity import scoped_by_table
from app.kernel.fields import default_of, fields_of
from app.sales.models import Lead

NOON = dt.datetime.fromisoformat("2026-03-29T20:00:00+08:00")


def test_a_pointer_drops_its_id_in_the_outer_name():
    customer = fields_of(Contact)["customer"]
    assert (customer.column, customer.kind, customer.target) == ("customer_id", "pointer", "customer")
    owner = fields_of(Contact)["owner"]
    assert (owner.column, owner.kind, owner.target) == ("owner_id", "user", "ab_user")


def test_a_relation_to_many_is_a_field_with_its_target():
    tags = fields_of(Customer)["tags"]
    assert (tags.kind, tags.column, tags.target) == ("many", "tags", "tag")


def test_the_origin_of_a_record_is_its_source_unless_it_has_one_itself():
    assert fields_of(Customer)["source"].column == "source_name"
    assert fields_of(Customer)["source"].readonly
    assert fields_of(Lead)["source"].column != "source_name"
    assert "source_name" not in fields_of(Lead)


@pytest.mark.parametrize("entity", sorted(scoped_by_table()))
def test_every_field_of_every_entity_is_labelled_and_reachable(entity):
    model = scoped_by_table()[entity]
    for name, field in fields_of(model).items():
        assert field.name == name
        assert hasattr(model, field.column)
        assert field.label, (entity, name)
        assert (field.target is not None) == (field.kind in ("pointer", "user", "many")), (entity, name)
        assert field.choices is None or field.kind == "choice"


def test_what_the_system_keeps_is_read_only():
    assert {name for name, field in fields_of(Contact).items() if field.readonly} >= {
        "id", "created_at", "created_by", "updated_at", "updated_by", "source"}


def test_defaults_are_plain_values_also_where_the_column_calls_for_them():
    assert default_of(Customer, fields_of(Customer)["kind"]) == "organisation"
    assert default_of(Customer, fields_of(Customer)["name"]) is None
    assert default_of(Customer, fields_of(Customer)["created_at"]).tzinfo is not None


def test_a_moment_is_stored_as_utc_on_both_databases():
    moment = fields.Moment()
    assert moment.process_bind_param(NOON, sqlite.dialect()) == dt.datetime(2026, 3, 29, 12)
    assert moment.process_bind_param(NOON, postgresql.dialect()) == NOON
    assert moment.process_result_value(dt.datetime(2026, 3, 29, 12), sqlite.dialect()) == NOON
    assert moment.process_result_value(NOON, postgresql.dialect()).tzinfo is dt.UTC
    assert moment.process_bind_param(None, sqlite.dialect()) is moment.process_result_value(None, None) is None


def test_a_moment_without_zone_never_reaches_the_database():
    with pytest.raises(ValueError, match="time zone"):
        fields.Moment().process_bind_param(dt.datetime(2026, 3, 29), sqlite.dialect())


@pytest.mark.parametrize(("made", "kind", "type_"), [
    (fields.text("A", 5), "text", sa.String), (fields.long_text("A"), "long_text", sa.Text),
    (fields.integer("A", 1, 2), "integer", sa.Integer), (fields.decimal("A"), "decimal", sa.Numeric),
    (fields.money("A"), "money", sa.BigInteger), (fields.boolean("A"), "boolean", sa.Boolean),
    (fields.date("A"), "date", sa.Date), (fields.moment("A"), "moment", fields.Moment),
    (fields.choice("A", {"a": "A"}), "choice", sa.String), (fields.json("A"), "json", sa.JSON),
    (fields.pointer("customer", "A"), "pointer", sa.Integer), (fields.pointer("ab_user", "A"), "user", sa.Integer),
    (fields.about("A"), "about", sa.String)])
def test_each_constructor_makes_a_column_of_its_kind(made, kind, type_):
    assert made.column.info["kind"] == kind
    assert isinstance(made.column.type, type_)
    assert made.column.nullable


def test_required_columns_refuse_null_and_pointers_have_an_index():
    assert not fields.text("A", required=True).column.nullable
    assert fields.pointer("customer", "A").column.index
    assert not fields.pointer("customer", "A", index=False).column.index
    assert fields.boolean("A").column.default.arg is False


@pytest.mark.parametrize(("column", "kind", "name"), [
    ("customer_id", "pointer", "customer"), ("owner_id", "user", "owner"), ("about_id", "integer", "about_id"),
    ("id", "integer", "id"), ("paid", "pointer", "paid"), ("external_id", "text", "external_id"),
    ("tags", "many", "tags"), ("_id", "pointer", "")])
def test_only_a_pointer_is_called_otherwise_outside_than_inside(column, kind, name):
    assert fields.outer_name(column, kind) == name


@pytest.mark.parametrize(("made", "limits"), [
    (fields.text("A", 5), {"max_length": 5}), (fields.long_text("A", 9), {"max_length": 9}),
    (fields.integer("A", 1, 2), {"least": 1, "most": 2}), (fields.decimal("A", 0.5), {"least": 0.5, "most": None}),
    (fields.money("A", 0), {"least": 0}), (fields.about("A"), {"max_length": 90}),
    (fields.text("A", readonly=True, aliases=("B",)), {"readonly": True, "aliases": ("B",)}),
    (fields.moment("A", quiet=True), {"quiet": True}), (fields.text("A", personal=True), {"personal": True})])
def test_what_a_column_states_is_what_every_screen_reads(made, limits):
    assert {name: made.column.info[name] for name in limits} == limits


@pytest.mark.parametrize("moment", [
    "2026-03-29T01:59:59.999999+01:00", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00",
    "1900-01-01T00:00:00+08:05", "2026-01-01T00:00:00+14:00", "2026-01-01T00:00:00-12:00"])
@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_no_moment_is_another_one_after_it_was_stored(moment, dialect):
    given, kind = dt.datetime.fromisoformat(moment), fields.Moment()
    back = kind.process_result_value(kind.process_bind_param(given, dialect), dialect)
    assert back == given
    assert back.utcoffset() == dt.timedelta()


def test_the_fields_of_a_class_are_read_once_and_in_the_order_in_which_they_stand():
    known = fields_of(Customer)
    assert fields_of(Customer) is known
    names = list(known)
    assert names.index("id") < names.index("name") < names.index("created_at") < names.index("owner")


@pytest.mark.parametrize("entity", sorted(scoped_by_table()))
def test_no_two_fields_of_an_entity_share_a_column(entity):
    columns = [field.column for field in fields_of(scoped_by_table()[entity]).values()]
    assert len(set(columns)) == len(columns)
