"""Places in an order: what lies behind them, and what their text admits."""

import base64
import datetime as dt
import decimal
import json

import pytest
import sqlalchemy as sa

from app.kernel.errors import Malformed
from app.kernel.fields import Moment
from app.kernel.views.keyset import Order, Place

table = sa.table("t", sa.column("id", sa.BigInteger()), sa.column("name", sa.String()), sa.column("at", Moment()),
                 sa.column("day", sa.Date()), sa.column("rate", sa.Numeric(18, 4)), sa.column("yes", sa.Boolean()),
                 sa.column("small", sa.Integer()), sa.column("big", sa.BigInteger()))
NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def order(name, **options):
    return Order(name, table.c[name], table.c.id, **options)


def sql(parts):
    return [str(part.compile(compile_kwargs={"literal_binds": True})) for part in parts]


def coded(*given):
    return base64.urlsafe_b64encode(json.dumps(given).encode()).decode().rstrip("=")


@pytest.mark.parametrize(("name", "value"), [
    ("name", "客脉 \"'%"), ("name", ""), ("name", None), ("at", NOON), ("day", dt.date(2026, 2, 28)), ("small", -7),
    ("rate", decimal.Decimal("1.2500")), ("yes", False), ("yes", True), ("big", 2 ** 60), ("small", 2 ** 31 - 1)])
@pytest.mark.parametrize("descending", [False, True])
def test_a_place_comes_back_from_its_text(name, value, descending):
    found = order(name, descending=descending)
    assert found.place(found.token(Place(value, 2 ** 40))) == Place(value, 2 ** 40)


@pytest.mark.parametrize("text", [
    "", "x", "====", "é", coded(), coded("name", "a"), coded("name", "a", "5"), coded("name", "a", True),
    coded("name", "a", 2 ** 63), coded("name", 5, 5), coded("name", "a\x00", 5), coded("name", ["a"], 5),
    coded("name", "a", 5, 6),
    base64.urlsafe_b64encode(b"[" * 100_000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    base64.urlsafe_b64encode(b"5").decode(), base64.urlsafe_b64encode(b"null").decode()])
def test_what_is_no_place_is_malformed(text):
    with pytest.raises(Malformed):
        order("name").place(text)


@pytest.mark.parametrize(("name", "value"), [
    ("at", "2026-03-01T12:00:00"), ("at", "0001-01-01T00:00:00+14:00"), ("at", "yesterday"), ("at", 5),
    ("day", "2026-02-30"), ("rate", "NaN"), ("rate", "Infinity"), ("rate", "1e40"), ("rate", "x"), ("rate", []),
    ("small", 2 ** 31), ("small", "7"), ("small", 1.5), ("big", 2 ** 63), ("big", True)])
def test_a_value_that_the_column_cannot_hold_never_reaches_the_database(name, value):
    with pytest.raises(Malformed):
        order(name).place(coded(name, value, 5))


def test_a_place_of_another_order_is_none():
    token = order("name").token(Place("a", 1))
    assert order("name", descending=True).place(token) is None
    assert order("day").place(token) is None


@pytest.mark.parametrize(("descending", "forward", "expected"), [
    (False, True, ["(t.name, t.id) > ('b', 3)"]),
    (True, False, ["(t.name, t.id) > ('b', 3)"]),
    (True, True, ["(t.name, t.id) < ('b', 3)", "t.name IS NULL"]),
    (False, False, ["(t.name, t.id) < ('b', 3)", "t.name IS NULL"])])
def test_behind_a_value_lie_the_greater_ones_and_downwards_the_empty_ones_too(descending, forward, expected):
    assert sql(order("name", descending=descending).ranges(Place("b", 3), forward=forward)) == expected


@pytest.mark.parametrize(("descending", "forward", "expected"), [
    (False, True, ["t.name IS NULL AND t.id > 3", "t.name IS NOT NULL"]),
    (True, True, ["t.name IS NULL AND t.id < 3"]),
    (False, False, ["t.name IS NULL AND t.id < 3"])])
def test_the_empty_ones_come_first_and_among_them_the_id_counts(descending, forward, expected):
    assert sql(order("name", descending=descending).ranges(Place(None, 3), forward=forward)) == expected


def test_a_column_that_is_never_empty_is_one_range():
    found = order("name", nullable=False)
    assert sql(found.ranges(None)) == ["true"]
    assert sql(found.ranges(Place("b", 3), forward=False)) == ["(t.name, t.id) < ('b', 3)"]
    assert sql(order("name").ranges(None)) == ["t.name IS NULL", "t.name IS NOT NULL"]


def test_ranges_come_in_the_direction_of_the_walk():
    up, down = ["t.name IS NULL", "t.name IS NOT NULL"], ["t.name IS NOT NULL", "t.name IS NULL"]
    assert sql(order("name").ranges(None, forward=False)) == down
    assert sql(order("name", descending=True).ranges(None)) == down
    assert sql(order("name", descending=True).ranges(None, forward=False)) == up


def test_an_order_by_the_id_asks_for_the_id_alone():
    found = Order("id", table.c.id, table.c.id, descending=True)
    assert sql(found.ranges(None)) == ["true"]
    assert sql(found.ranges(Place(9, 9))) == ["t.id < 9"]
    assert sql(found.ranges(Place(9, 9), forward=False)) == ["t.id > 9"]
    assert sql(found.sorting()) == ["t.id DESC"]
    assert sql(found.sorting(forward=False, mixed=True)) == ["t.id ASC"]


def test_no_range_joins_conditions_by_or():
    for descending in (False, True):
        for place in (None, Place(None, 3), Place("b", 3)):
            for forward in (False, True):
                parts = order("name", descending=descending).ranges(place, forward=forward)
                assert not any(" OR " in part for part in sql(parts))


def test_where_empty_ones_and_values_stand_together_the_empty_ones_are_the_smallest():
    assert sql(order("name").sorting(mixed=True)) == ["t.name ASC NULLS FIRST", "t.id ASC"]
    assert sql(order("name").sorting(forward=False, mixed=True)) == ["t.name DESC NULLS LAST", "t.id DESC"]
    assert sql(order("name").sorting()) == ["t.name ASC", "t.id ASC"]
