"""Judging records that no database is asked for."""

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from app.kernel.filters import EVERYTHING, And, Context, Not, Or, Where, bind, everything_may_be_used, matches
from app.kernel.filters.bound import Step
from tests.kernel.filters.schema import Deal, Shop, Tag


def holds(record: Any, field: str, operator: str, value: Any = None, **options: Any) -> bool:
    bound = bind(Where(field, operator, value), Deal, everything_may_be_used, Context(user_id=7))
    return matches(bound, record, **options)


def test_groups_hold_as_logic_has_it() -> None:
    yes, no = Where("seats", "eq", 5), Where("seats", "eq", 6)
    for tree, wanted in ((EVERYTHING, True), (Or(()), False), (And((yes, no)), False), (Or((no, yes)), True),
                         (Not(no), True), (Not(And((yes, yes))), False)):
        assert matches(bind(tree, Deal), {"seats": 5}) is wanted


@pytest.mark.parametrize(("operator", "value"), [
    ("ne", 1), ("not_in", [1, 2]), ("is_empty", None), ("eq", None), ("in", [1, None])])
def test_a_missing_value_meets_every_denial(operator: str, value: Any) -> None:
    assert holds({"seats": None}, "seats", operator, value)
    assert holds({}, "seats", operator, value)


@pytest.mark.parametrize(("operator", "value"), [
    ("eq", 1), ("in", [1, 2]), ("is_not_empty", None), ("lt", 1), ("lte", 1), ("gt", 1), ("gte", 1),
    ("between", [0, 9]), ("ne", None), ("not_in", [None])])
def test_a_missing_value_meets_no_other_question(operator: str, value: Any) -> None:
    assert not holds({"seats": None}, "seats", operator, value)


def test_a_blank_text_is_empty_and_still_equal_to_a_blank() -> None:
    blank = {"name": ""}
    assert holds(blank, "name", "is_empty")
    assert holds(blank, "name", "eq", None)
    assert holds(blank, "name", "eq", "")
    assert not holds({"name": None}, "name", "eq", "")
    assert not holds({"stage": ""}, "stage", "is_empty")


@pytest.mark.parametrize(("value", "empty"), [(None, True), ({}, True), ([], True), ("", True), (0, False),
                                              (False, False), ({"a": None}, False), ([None], False)])
def test_json_is_empty_when_it_holds_nothing(value: Any, empty: bool) -> None:
    assert holds({"extra": value}, "extra", "is_empty") is empty


def test_text_is_found_in_any_case_but_equal_only_to_itself() -> None:
    assert holds({"name": "ÄPFEL 100%"}, "name", "contains", "äpfel 1")
    assert holds({"name": "ÄPFEL 100%"}, "name", "ends_with", "0%")
    assert holds({"name": "İstanbul"}, "name", "starts_with", "IST")
    assert not holds({"name": "ÄPFEL"}, "name", "eq", "äpfel")
    assert not holds({"name": "axb"}, "name", "contains", "a_b")


def test_a_float_that_was_not_stored_yet_counts_as_the_decimal_it_will_be() -> None:
    assert holds({"rate": 0.1}, "rate", "eq", "0.1")
    assert holds({"rate": Decimal("0.1000")}, "rate", "eq", "0.1")
    assert holds({"rate": 0.3}, "rate", "lte", "0.3")


def test_an_object_is_read_by_its_attributes_and_relations() -> None:
    shop = SimpleNamespace(id=3, code="S1", region=SimpleNamespace(name="North"))
    deal = SimpleNamespace(shop_id=3, shop=shop, owner_id=7, tags=[SimpleNamespace(id=1, word="vip", rank=2)])
    assert holds(deal, "shop", "eq", 3)
    assert holds(deal, "shop", "eq", "S1")
    assert holds(deal, "owner", "eq", "me")
    assert holds(deal, "shop.region.name", "starts_with", "n")
    assert not holds(deal, "shop.code", "ne", "S1")
    assert holds(deal, "tags", "has", ["vip", 1])
    assert holds(deal, "tags.rank", "gt", 1)
    assert not holds(deal, "tags", "has", ["vip", 2])
    assert holds(deal, "tags", "has_any", [2, "vip"])


def test_a_mapping_is_read_by_columns_or_by_names() -> None:
    by_column = {"shop_id": 3, "shop": {"id": 3, "code": "S1"}}
    by_name = {"shop": {"id": 3, "code": "S1"}}
    for record in (by_column, by_name):
        assert holds(record, "shop", "in", [3, 4])
        assert holds(record, "shop", "eq", "S1")
        assert holds(record, "shop.code", "eq", "S1")
        assert not holds(record, "shop", "is_empty")
    assert holds({"shop": 3}, "shop", "eq", 3)
    assert holds({"shop": Shop(id=3, code="S1")}, "shop", "eq", 3)
    assert holds({"shop": None}, "shop", "is_empty")
    assert holds({}, "shop", "ne", 3)
    assert holds({"tags": [{"id": 1, "word": "vip"}]}, "tags", "has", ["vip"])
    assert holds({}, "tags", "is_empty")
    assert holds({"tags": [Tag(id=1)]}, "tags", "is_not_empty")


def test_a_row_is_called_by_any_of_its_keys() -> None:
    record = {"shop": {"id": 3, "code": "S1", "name": "ACME", "kind": None}}
    assert holds(record, "shop", "eq", "S1")
    assert holds(record, "shop", "in", ["ACME", 9])
    assert not holds(record, "shop", "eq", "acme")


def test_the_caller_may_say_what_is_related() -> None:
    asked: list[tuple[Any, str]] = []
    shops = {3: {"code": "S1", "region_id": 1}}

    def related(record: Any, step: Step) -> Any:
        asked.append((record, step.name))
        return shops.get(record[step.column]) if step.target is Shop else None

    record = {"shop_id": 3}
    assert holds(record, "shop.code", "eq", "S1", related=related)
    assert not holds({"shop_id": 4}, "shop.code", "is_not_empty", related=related)
    assert holds(record, "shop.region.name", "is_empty", related=related)
    assert asked == [(record, "shop"), ({"shop_id": 4}, "shop"), (record, "shop"), (shops[3], "region")]


def test_a_related_row_out_of_sight_counts_as_absent() -> None:
    record = {"shop_id": 3, "tags": [{"id": 1}]}

    def nothing(record: Any, step: Step) -> Any:
        return None

    assert holds(record, "shop.code", "is_empty", related=nothing)
    assert holds(record, "shop.code", "ne", "S1", related=nothing)
    assert not holds(record, "shop", "eq", "S1", related=nothing)
    assert holds(record, "shop", "eq", 3, related=nothing)
    assert holds(record, "tags", "is_empty", related=nothing)
    assert not holds(record, "tags", "has", [1], related=nothing)


def test_a_pointer_without_a_relation_reads_its_own_name() -> None:
    deal = SimpleNamespace(region_id=1)
    assert holds(deal, "region", "eq", 1)
    assert holds(deal, "region.name", "is_empty")
    deal.region = SimpleNamespace(name="North")
    assert holds(deal, "region.name", "eq", "North")


def test_an_encrypted_value_is_compared_by_its_hash() -> None:
    assert holds({"phone": "13 8"}, "phone", "eq", "138")
    assert not holds({"phone": "139"}, "phone", "in", ["138"])
    assert holds({"phone": None}, "phone", "is_empty")
    assert not holds({"phone": ""}, "phone", "is_empty")


def test_times_are_compared_with_their_spans() -> None:
    record = {"closes_on": dt.date(2026, 3, 31), "happened_at": dt.datetime(2026, 3, 31, 23, 59, tzinfo=dt.UTC)}
    assert holds(record, "happened_at", "eq", "2026-03-31")
    assert not holds(record, "happened_at", "gt", "2026-03-31")
    assert holds(record, "closes_on", "between", ["2026-03-01", "2026-03-31"])
    assert holds(record, "happened_at", "in", ["2026-03-30", "2026-03-31"])
