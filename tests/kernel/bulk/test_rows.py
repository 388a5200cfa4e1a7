"""Rows as plain mappings."""

import datetime as dt

import pytest

from app.customers.models import Contact, Customer, Tag
from app.desk.models import Task
from app.kernel.actor import SYSTEM
from app.kernel.bulk import rows
from app.kernel.database import unit
from app.kernel.fields import fields_of
from tests.desk.records import add, delete
from tests.kernel.counting import counted


@pytest.fixture
def customer(company):
    """A seller's customer with two tags."""
    tags = [add(company, Tag, name=name) for name in ("vip", "new")]
    return add(company, Customer, name="Acme", owner=company.ids["sales1"], phone="13800138000", tags=tags), tags


def test_rows_are_read_typed_under_outer_names(company, customer):
    with company.acting("system"), unit():
        row = rows.read_rows(Customer, [customer[0], 10**6])[customer[0]]
        assert (row["name"], row["phone"], row["owner"], row["version"]) == (
            "Acme", "13800138000", company.ids["sales1"], 1)
        assert "tags" not in row
        assert row["deleted_at"] is None


def test_a_deleted_row_is_read_only_on_demand(company, customer):
    delete(company, Customer, customer[0])
    with company.acting("system"), unit():
        assert rows.read_rows(Customer, [customer[0]]) == {}
        assert rows.read_rows(Customer, [customer[0]], with_deleted=True)[customer[0]]["deleted_at"] is not None


def test_links_are_read_and_replaced(company, customer):
    pk, tags = customer
    field = fields_of(Customer)["tags"]
    with company.acting("system"), unit():
        assert rows.read_links(Customer, field, [pk, 10**6]) == {pk: sorted(tags), 10**6: []}
        rows.write_links(Customer, field, {pk: [tags[0], tags[0]]})
        assert rows.read_links(Customer, field, [pk]) == {pk: [tags[0]]}
        rows.write_links(Customer, field, {pk: []})
        assert rows.read_links(Customer, field, [pk]) == {pk: []}


def test_targets_that_are_not_there_or_not_visible_are_unknown(company, customer):
    pk, tags = customer
    with company.acting("sales2") as actor, unit():
        asked = [{"customer": pk, "owner": company.ids["sales2"]}, {"customer": 10**6}]
        unknown = rows.unknown_targets(actor, Contact, asked)
        assert unknown["customer"] == {pk, 10**6}
        assert unknown["owner"] == set()
        assert rows.unknown_targets(actor, Customer, [{"tags": [tags[0], 10**6]}])["tags"] == {10**6}
        assert set(rows.pointer_problems(unknown, {"customer": pk, "name": "x"})) == {"customer"}
        assert rows.pointer_problems({"tags": {7}}, {"tags": [7, 8]}).keys() == {"tags"}
        assert rows.pointer_problems(unknown, {"customer": None}) == {}


def test_subjects_that_are_not_there_not_visible_or_none_are_unknown_by_one_question_an_entity(company, customer):
    pk, _tags = customer
    own = add(company, Customer, name="Own", owner=company.ids["sales2"])
    texts = [f"customer:{own}", f"customer:{pk}", f"customer:{10**17}", "contact:1", "task:1", "nonsense"]
    with company.acting("sales2") as actor, unit(), counted(company.app) as count:
        rows.unknown_targets(actor, Task, [])
        assert rows.unknown_targets(actor, Task, [{"about": text} for text in texts])["about"] == set(texts[1:])
        assert len(count) == 2, str(count)


def test_the_system_knows_every_living_target(company, customer):
    with company.acting("system"), unit():
        assert rows.unknown_targets(SYSTEM, Contact, [{"customer": customer[0]}]) == {"customer": set()}


def test_a_personal_value_brings_its_blind_index_along(company):
    with company.app.app_context():
        stored = rows.column_values(Customer, {"phone": "13800138000", "owner": 3, "tags": [1], "version": 2})
        assert stored["phone"] == "13800138000"
        assert stored["owner_id"] == 3
        assert stored["version"] == 2
        assert "tags" not in stored
        (blind,) = set(stored) - {"phone", "owner_id", "version"}
        assert stored[blind]
        assert rows.column_values(Customer, {"phone": None})[blind] is None


def test_differences_leave_the_stamps_out(company):
    before = {"name": "A", "city": None, "updated_at": 1, "id": 1}
    after = {"name": "B", "city": None, "updated_at": 2, "id": 1}
    assert rows.differences(Customer, before, after) == {"name": ["A", "B"]}


def test_a_field_that_is_closed_to_the_actor_is_a_problem(company, customer):
    values = {"name": "Acme", "kind": "organisation"}
    with company.acting("analyst") as actor, unit():
        problems = rows.judged(Customer, actor, values, None, {"phone": "1"})
        assert "phone" in problems
        assert "phone" not in rows.judged(Customer, SYSTEM, values, None, {"phone": "1"})


@pytest.mark.parametrize(("asked", "fields"), [
    ({}, set()), ({"industry": 1}, set()), ({"industry": 9}, {"industry"}), ({"industry": None}, set()),
    ({"tags": [1, 2]}, set()), ({"tags": [1, 9]}, {"tags"}), ({"tags": []}, set()), ({"tags": None}, set()),
    ({"tags": (9,), "industry": 9}, {"tags", "industry"}), ({"tags": {1}}, set()), ({"name": 9}, set())])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_only_a_row_that_asks_for_an_unknown_target_has_a_problem(databases, asked, fields):
    found = rows.pointer_problems({"industry": {9}, "tags": {9, 8}, "owner": set()}, asked)
    assert set(found) == fields
    assert {str(each) for each in found.values()} <= {"This does not exist, or you may not use it."}


@pytest.mark.parametrize(("before", "after", "told"), [
    ({"name": "A"}, {"name": "A"}, {}), ({"name": "A"}, {"name": "B"}, {"name": ["A", "B"]}),
    ({}, {"city": "X"}, {"city": [None, "X"]}), ({"city": "X"}, {}, {}), ({"city": "X"}, {"city": None},
                                                                         {"city": ["X", None]}),
    ({"id": 1, "updated_at": 1, "updated_by": 1}, {"id": 2, "updated_at": 2, "updated_by": 2}, {}),
    ({"next_contact_at": None}, {"next_contact_at": dt.datetime(2026, 3, 29, tzinfo=dt.UTC)},
     {"next_contact_at": [None, "2026-03-29T00:00:00+00:00"]}),
    ({"tags": [1]}, {"tags": [2]}, {}), ({"nothing": 1}, {"nothing": 2}, {})])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_difference_is_told_from_what_to_what_in_json(databases, before, after, told):
    assert rows.differences(Customer, before, after) == told


@pytest.mark.parametrize(("values", "stored"), [
    ({"name": "A"}, {"name": "A"}), ({"industry": 5}, {"industry_id": 5}), ({"owner": None}, {"owner_id": None}),
    ({"tags": [1]}, {}), ({"deleted_at": None, "version": 3}, {"deleted_at": None, "version": 3}), ({}, {})])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_outer_names_lead_to_columns_and_links_lie_elsewhere(databases, values, stored):
    assert rows.column_values(Customer, values) == stored


@pytest.mark.parametrize("ids", [[2**70], [-1], [0], [2**31], []])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_numbers_that_no_record_has_are_no_rows_and_no_error(company, ids):
    with company.acting("system"), unit():
        assert rows.read_rows(Customer, ids) == {}
        unknown = rows.unknown_targets(SYSTEM, Contact, [{"customer": each} for each in ids])
        assert unknown.get("customer", set()) == set(ids)
