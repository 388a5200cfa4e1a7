"""Filters from URLs, declarations and REST bodies, and back into a URL."""

import json
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import example, given
from werkzeug.datastructures import MultiDict

from app.kernel.errors import Malformed
from app.kernel.filters import (
    EVERYTHING,
    And,
    Minor,
    Not,
    Or,
    Where,
    from_keywords,
    from_rest,
    parse,
    to_query,
)
from app.kernel.filters.tree import check
from tests.kernel.filters.test_tree import ANY_TREES, BIG, WON


def test_names_and_operators_are_read_from_a_url() -> None:
    tree = parse("?stage.category=won&amount__gte=100&tags=vip&tags=new&created_at=this_month")
    assert tree == And((WON, BIG, Where("tags", "in", ["vip", "new"]), Where("created_at", "eq", "this_month")))


@pytest.mark.parametrize("args", [
    "amount__gte=100&name__contains=a", [("amount__gte", "100"), ("name__contains", "a")],
    MultiDict([("amount__gte", "100"), ("name__contains", "a")]), {"amount__gte": "100", "name__contains": "a"},
    {"amount__gte": 100, "name__contains": ["a"]},
])
def test_arguments_are_read_in_every_form_in_which_they_come(args: Any) -> None:
    assert parse(args) == And((BIG, Where("name", "contains", "a")))


def test_repeated_arguments_of_a_multidict_all_count() -> None:
    assert parse(MultiDict([("tags", "a"), ("tags", "b")])) == Where("tags", "in", ["a", "b"])


def test_no_arguments_mean_everything() -> None:
    assert parse("") == parse([]) == parse("q=x&page=2") == EVERYTHING


def test_the_names_of_the_page_are_no_filters() -> None:
    reserved = "q=a&sort=b&page=1&page_size=50&after=c&before=d&view=e&format=csv&columns=f&count=exact&_csrf=g&__x=h"
    assert parse(reserved + "&amount__gte=100") == BIG


def test_a_field_that_is_named_like_a_page_argument_is_asked_with_its_operator() -> None:
    assert parse("page__eq=50") == Where("page", "eq", 50)
    assert to_query(Where("page", "eq", 50)) == "page__eq=50"
    assert to_query(Where("view", "in", ["a", "b"])) == "view__in=a&view__in=b"


def test_a_page_may_reserve_names_of_its_own() -> None:
    assert parse("month=3&amount__gte=100", reserved=frozenset({"month"})) == BIG
    assert to_query(Where("month", "eq", 3), reserved=frozenset({"month"})) == "month__eq=3"


def test_an_untouched_field_of_a_form_asks_nothing() -> None:
    assert parse("name__contains=&amount__gte=&stage=&tags=&filter=") == EVERYTHING
    assert parse("tags=&tags=vip") == Where("tags", "eq", "vip")


def test_a_blank_can_still_be_asked_for_as_json() -> None:
    query = to_query(Where("name", "eq", ""))
    assert query.startswith("filter=")
    assert parse(query) == Where("name", "eq", "")


@pytest.mark.parametrize(("text", "value"), [
    ("100", 100), ("-1", -1), ("0", 0), ("007", "007"), ("+1", "+1"), ("-0", "-0"), ("1.5", "1.5"), ("true", True),
    ("false", False), ("True", "True"), ("null", "null"), ("9" * 18, 10**18 - 1), ("9" * 19, "9" * 19), ("١٢", "١٢"),
])
def test_only_what_would_be_written_the_same_is_read_as_a_number(text: str, value: Any) -> None:
    found = parse([("field", text)])
    assert isinstance(found, Where)
    assert found.value == value
    assert type(found.value) is type(value)


def test_the_question_for_an_empty_field_needs_no_value() -> None:
    for text in ("", "1", "true", "yes"):
        assert parse([("name__is_empty", text)]) == Where("name", "is_empty")
        assert parse([("name__is_not_empty", text)]) == Where("name", "is_not_empty")
    for text in ("0", "false", "No"):
        assert parse([("name__is_empty", text)]) == Where("name", "is_not_empty")
        assert parse([("name__is_not_empty", text)]) == Where("name", "is_empty")


def test_a_field_given_twice_means_any_of_its_values() -> None:
    assert parse("stage__ne=won&stage__ne=lost") == Where("stage", "not_in", ["won", "lost"])
    assert parse("stage__in=won") == Where("stage", "in", ["won"])
    assert parse("name__contains=a&name__contains=b") == And((
        Where("name", "contains", "a"), Where("name", "contains", "b")))


def test_two_bounds_come_as_two_values_or_with_a_comma() -> None:
    wanted = Where("amount", "between", [100, "200.5"])
    assert parse("amount__between=100&amount__between=200.5") == parse("amount__between=100,200.5") == wanted
    assert parse("amount__between=1,2,3") == Where("amount", "between", ["1,2,3"])


def test_unknown_operators_are_left_for_the_judge() -> None:
    assert parse("amount__like=1") == Where("amount", "like", 1)
    assert parse("amount__=1") == Where("amount", "", 1)


def test_a_whole_tree_travels_as_json() -> None:
    either = {"or": [{"field": "stage.category", "operator": "eq", "value": "won"},
                     {"field": "amount", "operator": "gte", "value": 100}]}
    text = quote(json.dumps(either))
    assert parse(f"filter={text}") == Or((WON, BIG))
    assert parse(f"filter={text}&name=x") == And((Where("name", "eq", "x"), Or((WON, BIG))))
    assert parse(f"filter={text}&filter={text}") == And((Or((WON, BIG)), Or((WON, BIG))))


@pytest.mark.parametrize("text", [
    "{", "[]", "5", '{"field": "a"}', '{"field":"a","operator":"eq","value":NaN}',
    pytest.param("[" * 100_000, id="deep"),
    pytest.param('{"field":"a","operator":"eq","value":' + "9" * 5_000 + "}", id="long"),
])
def test_json_that_is_no_filter_is_malformed(text: str) -> None:
    with pytest.raises(Malformed) as refusal:
        parse([("filter", text)])
    assert str(refusal.value) == "The filter could not be read."


def test_what_no_database_could_store_is_malformed_in_a_url_too() -> None:
    with pytest.raises(Malformed):
        parse("name=%00")


def test_limits_hold_for_urls() -> None:
    with pytest.raises(Malformed, match="conditions"):
        parse([(f"name{number}__contains", "x") for number in range(101)])
    with pytest.raises(Malformed, match="values"):
        parse([("seats", str(number)) for number in range(1_001)])


def test_a_url_reads_like_the_question() -> None:
    tree = And((WON, BIG, Where("tags", "in", ["vip", "客户"]), Where("closes_on", "between", ["today", "2026-03-01"]),
                Where("name", "is_empty"), Where("active", "eq", True), Where("owner", "ne", "me")))
    assert parse_qsl(to_query(tree)) == [
        ("stage.category", "won"), ("amount__gte", "100"), ("tags", "vip"), ("tags", "客户"),
        ("closes_on__between", "today"), ("closes_on__between", "2026-03-01"), ("name__is_empty", "true"),
        ("active", "true"), ("owner__ne", "me")]


def test_what_pairs_cannot_say_goes_into_json_after_them() -> None:
    tree = And((BIG, Or((WON, BIG)), WON))
    assert parse_qsl(to_query(tree)) == [("amount__gte", "100"), ("filter", json.dumps(
        {"and": [{"or": [{"field": "stage.category", "operator": "eq", "value": "won"},
                         {"field": "amount", "operator": "gte", "value": 100}]},
                 {"field": "stage.category", "operator": "eq", "value": "won"}]}, separators=(",", ":")))]


def test_everything_has_an_empty_query() -> None:
    assert to_query(EVERYTHING) == ""


@given(ANY_TREES)
@example(And((BIG,)))
@example(And((BIG, And((WON,)))))
@example(And((BIG, EVERYTHING)))
@example(And((BIG, BIG)))
@example(And((Where("a", "in", ["x"]), Where("a", "eq", "y"))))
@example(Or(()))
@example(Not(EVERYTHING))
@example(Where("filter", "eq", "x"))
@example(Where("_a", "eq", "x"))
@example(Where("a__gte", "eq", "x"))
@example(Where("", "eq", "x"))
@example(Where("a", "", "x"))
@example(Where("a", "eq", None))
@example(Where("a", "eq", "100"))
@example(Where("a", "in", ["x", None]))
@example(Where("a", "in", []))
@example(Where("a", "eq", ["x", "y"]))
@example(Where("a", "eq", Minor(1)))
@example(Where("a", "between", ["1,2"]))
@example(Where("a", "eq", "&=+%20 客😀"))
def test_every_tree_survives_the_url(tree: Any) -> None:
    try:
        check(tree)
    except Malformed:
        return
    assert parse(to_query(tree)) == tree


def test_declarations_write_dots_as_double_underscores() -> None:
    tree = from_keywords({"expected_close_on": "this_month", "stage__category": "open", "amount__gte": 100,
                          "shop__region__name__starts_with": "华"})
    assert tree == And((Where("expected_close_on", "eq", "this_month"), Where("stage.category", "eq", "open"), BIG,
                        Where("shop.region.name", "starts_with", "华")))


def test_a_list_in_a_declaration_means_any_of_it() -> None:
    assert from_keywords({"stage": ["open", "won"]}) == Where("stage", "in", ["open", "won"])
    assert from_keywords({"stage__ne": ("won",)}) == Where("stage", "not_in", ["won"])
    assert from_keywords({"tags__has": ["a"]}) == Where("tags", "has", ["a"])
    assert from_keywords({}) == EVERYTHING


@pytest.mark.parametrize(("name", "tree"), [
    ("eq", Where("name", "eq", "x")), ("neq", Where("name", "ne", "x")), ("gt", Where("name", "gt", "x")),
    ("lt", Where("name", "lt", "x")), ("sw", Where("name", "starts_with", "x")),
    ("nsw", Not(Where("name", "starts_with", "x"))), ("ew", Where("name", "ends_with", "x")),
    ("new", Not(Where("name", "ends_with", "x"))), ("ct", Where("name", "contains", "x")),
    ("nct", Where("name", "not_contains", "x")), ("in", Where("name", "in", ["x"])),
    ("not_in", Where("name", "not_in", ["x"])), ("rel_o_m", Where("name", "eq", "x")),
    ("nrel_o_m", Where("name", "ne", "x")), ("rel_m_m", Where("name", "has", ["x"])),
    ("gte", Where("name", "gte", "x")), ("eqf", Where("name", "eqf", "x")),
])
def test_the_framework_s_operators_are_understood(name: str, tree: Any) -> None:
    assert from_rest([{"col": "name", "opr": name, "value": "x"}]) == tree


def test_several_rest_filters_must_all_hold() -> None:
    assert from_rest([{"col": "a", "opr": "eq", "value": None}, {"col": "b", "opr": "in", "value": [1, 2]}]) == And((
        Where("a", "eq", None), Where("b", "in", [1, 2])))
    assert from_rest([]) == EVERYTHING


@pytest.mark.parametrize("broken", [None, {}, "x", [None], [{"col": "a", "opr": None, "value": 1}],
                                    [{"opr": "eq", "value": 1}], [{"col": "a", "opr": "eq", "value": 1, "x": 1}],
                                    [{"col": "a", "opr": ["eq"], "value": 1}]])
def test_a_rest_filter_of_another_shape_is_malformed(broken: Any) -> None:
    with pytest.raises(Malformed):
        from_rest(broken)


def test_limits_hold_for_rest() -> None:
    with pytest.raises(Malformed, match="conditions"):
        from_rest([{"col": "a", "opr": "eq", "value": 1}] * 101)
