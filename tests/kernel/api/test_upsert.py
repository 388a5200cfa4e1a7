"""Bulk upsert: each row with its own result."""

import pytest

from app.customers.models import Customer
from app.kernel.api.upsert import upsert
from app.kernel.batches import Batch
from app.kernel.database import in_unit
from app.kernel.errors import Malformed
from tests.desk.records import add, stored


def send(desk, user, rows, match=("code",)):
    """The status and the fields with problems of each row."""
    with desk.app.test_request_context("/?_l_=en"), desk.acting(user):
        answer = in_unit(upsert, Customer, rows, list(match))
    return [(each["status"], sorted(each["problems"])) for each in answer["results"]]


def test_rows_are_created_updated_left_or_rejected_each_for_itself(desk):
    add(desk, Customer, name="Old", code="C1", city="Wuhan", owner=desk.ids["sales1"])
    add(desk, Customer, name="Same", code="C2", owner=desk.ids["sales1"])
    rows = [{"code": "C1", "city": "Berlin"}, {"code": "C2", "name": "Same"}, {"code": "C3", "name": "New"},
            {"code": "C4", "name": ""}, {"code": "C5", "name": "A", "nothing": 1}, "text", {"code": "C1", "city": "X"}]
    assert send(desk, "admin", rows) == [
        ("updated", []), ("unchanged", []), ("created", []), ("rejected", ["name"]), ("rejected", ["nothing"]),
        ("rejected", [""]), ("rejected", [""])]
    assert stored(desk, Batch, "rows_read", "rows_created", "rows_updated", "rows_unchanged", "rows_rejected") == [
        (7, 1, 1, 1, 4)]
    assert ("C1", "Berlin") in stored(desk, Customer, "code", "city")


def test_a_strangers_row_is_neither_changed_nor_told(desk):
    add(desk, Customer, name="Theirs", code="C1", city="Wuhan", owner=desk.ids["sales2"])
    ((status, _),) = send(desk, "manager", [{"code": "C1", "city": "Berlin", "name": "Mine"}])
    assert status == "updated"
    ((status, fields),) = send(desk, "sales1", [{"code": "C1", "city": "Paris", "name": "Mine"}])
    assert (status, fields) == ("rejected", ["code"])
    assert ("C1", "Berlin") in stored(desk, Customer, "code", "city")


def test_without_a_key_every_row_is_new(desk):
    assert send(desk, "admin", [{"name": "A"}, {"name": "A"}], match=()) == [("created", []), ("created", [])]
    assert send(desk, "admin", [{"name": "B", "code": ""}]) == [("created", [])]


def test_a_personal_key_matches_through_its_blind_index(desk):
    assert send(desk, "admin", [{"phone": "138 0013 8000", "city": "Found"}], match=["phone"]) == [("updated", [])]
    assert ("Acme", "Found") in stored(desk, Customer, "name", "city")


@pytest.mark.parametrize("match", [["nothing"], ["tags"]])
def test_a_key_that_is_none_is_malformed(desk, match):
    with pytest.raises(Malformed):
        send(desk, "admin", [{"name": "A"}], match)


def test_where_every_row_is_refused_no_batch_is_left(desk):
    with desk.app.test_request_context(), desk.acting("sales1"):
        told = in_unit(upsert, Customer, ["nonsense", {"name": ""}], [])
    assert told["batch"] is None
    assert [each["status"] for each in told["results"]] == ["rejected", "rejected"]
    assert stored(desk, Batch, "id") == []
