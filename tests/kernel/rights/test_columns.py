"""Column modes: what an actor sees, uses and writes."""

import pytest

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Customer
from app.kernel.actor import SYSTEM, Actor
from app.kernel.rights import columns

MODES = {("customer", "phone"): "mask", ("customer", "email"): "hide", ("customer", "level"): "read"}
READER = Actor(kind="user", id=1, columns=MODES)


@pytest.mark.parametrize(("field", "sees", "uses", "writes"), [
    ("name", True, True, True), ("level", True, True, False), ("phone", True, False, False),
    ("email", False, False, False)])
def test_a_mode_says_what_may_be_done_with_a_field(field, sees, uses, writes):
    assert columns.may_see(READER, Customer, field) is sees
    assert columns.may_use(READER, Customer, field) is uses
    assert columns.may_write(READER, Customer, field) is writes


def test_the_system_writes_every_field():
    assert columns.mode(SYSTEM, "customer", "email") == "write"


@pytest.mark.parametrize(("modes", "merged"), [
    (["hide", "mask"], "mask"), (["read", "hide"], "read"), (["write", "hide"], "write"), (["mask"], "mask"),
    ([], "write")])
def test_of_several_roles_the_most_open_mode_counts(modes, merged):
    assert columns.merge_modes(modes) == merged


def test_hidden_fields_do_not_exist_and_read_only_ones_are_not_writable():
    seen, written = columns.visible_fields(READER, Customer), columns.writable_fields(READER, Customer)
    assert "email" not in seen
    assert {"phone", "level", "id"} <= set(seen)
    assert not {"email", "phone", "level", "id", "created_at"} & set(written)
    assert "name" in written


def test_a_mask_is_lifted_where_the_declared_condition_holds(monkeypatch):
    monkeypatch.setattr(columns, "_reveals", {})
    assert columns.reveal_condition(Customer, READER) is None
    columns.lift_masks_where("customer", lambda model, actor: model.owner_id == actor.id)
    assert "owner_id" in str(columns.reveal_condition(Customer, READER))


@pytest.mark.parametrize(("mode", "names"), [("write", True), ("read", True), ("mask", False), ("hide", False)])
def test_who_may_not_use_the_title_may_not_read_what_a_record_is_called(mode, names):
    assert columns.may_name(Actor(kind="user", id=1, columns={("customer", "name"): mode}), Customer) is names


def test_a_title_that_is_made_has_no_column_rule(monkeypatch):
    monkeypatch.setattr(Customer, "title_field", "name_and_town")
    assert columns.may_name(Actor(kind="user", id=1, columns={("customer", "name_and_town"): "hide"}), Customer)
