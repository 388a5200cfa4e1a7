"""Values as JSON for events and audit."""

import datetime as dt
import json
from decimal import Decimal

import pytest

from app.customers.models import Customer
from app.kernel.fields import Field, fields_of
from app.kernel.stored import decode, decode_changes, encode

NOON = dt.datetime(2026, 3, 29, 12, 30, 1, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(("kind", "value"), [
    ("text", "客户"), ("integer", 5), ("boolean", False), ("money", 2**53 + 1), ("decimal", Decimal("1.50")),
    ("date", dt.date(2026, 3, 29)), ("moment", NOON), ("pointer", 5), ("many", [1, 2]), ("json", {"a": [1]}),
    ("text", None), ("personal", None)])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_kind_survives_the_way_through_json(app, kind, value):
    field = Field("value", "value", kind, "Value")
    stored = json.loads(json.dumps(encode(Customer, field, value)))
    found = decode(Customer, field, stored)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_personal_value_is_encrypted_in_json_too(app):
    field = fields_of(Customer)["phone"]
    with app.app_context():
        stored = encode(Customer, field, "13800138000")
        assert "13800138000" not in json.dumps(stored)
        assert decode(Customer, field, stored) == "13800138000"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_fields_that_are_gone_are_left_out_of_old_changes(app):
    changes = {"name": ["A", "B"], "shoe_size": [1, 2], "last_order_at": [None, NOON.isoformat()]}
    assert decode_changes(Customer, changes) == {"name": ("A", "B"), "last_order_at": (None, NOON)}
