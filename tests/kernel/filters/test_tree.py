"""The filter tree as plain data: what it keeps, what it refuses."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.errors import Malformed
from app.kernel.filters import EVERYTHING, And, Minor, Not, Or, Where, all_of, from_dict, leaves, to_dict, without
from app.kernel.filters.tree import check

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.builds(Minor, st.integers()), st.decimals(
    allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False), st.dates(),
    st.datetimes(), st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=9))
WHERES = st.builds(Where, st.text("ab._", max_size=9), st.sampled_from(["eq", "in", "has", "is_empty", "between"]),
                   st.one_of(SCALARS, st.lists(SCALARS, max_size=4)))
ANY_TREES = st.recursive(WHERES, lambda parts: st.one_of(
    st.builds(And, st.lists(parts, max_size=3)), st.builds(Or, st.lists(parts, max_size=3)), st.builds(Not, parts)),
    max_leaves=6)

WON = Where("stage.category", "eq", "won")
BIG = Where("amount", "gte", 100)


@given(ANY_TREES)
def test_a_tree_survives_json(tree: Any) -> None:
    try:
        check(tree)
    except Malformed:
        return
    assert from_dict(json.loads(json.dumps(to_dict(tree)))) == tree


def test_the_written_form_is_the_documented_one() -> None:
    tree = And((BIG, Or((WON, Not(Where("tags", "has", ["vip"]))))))
    assert to_dict(tree) == {"and": [
        {"field": "amount", "operator": "gte", "value": 100},
        {"or": [{"field": "stage.category", "operator": "eq", "value": "won"},
                {"not": {"field": "tags", "operator": "has", "value": ["vip"]}}]}]}
    assert to_dict(EVERYTHING) == {"and": []}
    assert to_dict(Where("amount", "eq", Minor(10_000)))["value"] == {"minor": 10_000}


def test_trees_are_values_that_can_be_kept_in_a_set() -> None:
    assert {And([BIG, WON]), And((BIG, WON))} == {And((BIG, WON))}
    assert hash(Where("tags", "in", ["a", "b"])) == hash(Where("tags", "in", ("a", "b")))


@pytest.mark.parametrize(("given_value", "kept"), [
    (Decimal("100.50"), "100.50"), (0.1, "0.1"), (dt.date(2026, 3, 1), "2026-03-01"),
    (dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC), "2026-03-01T08:00:00+00:00"), (True, True), (None, None),
    ([dt.date(2026, 3, 1), 2], ("2026-03-01", 2)),
])
def test_values_become_json_able_at_once(given_value: Any, kept: Any) -> None:
    assert Where("field", "eq", given_value).value == kept


def test_an_operator_over_a_list_always_holds_one() -> None:
    assert Where("tags", "has", 5).value == (5,)
    assert Where("tags", "has", [5]).value == (5,)
    assert Where("name", "eq", "x").value == "x"


def test_a_question_without_value_drops_what_was_given() -> None:
    assert Where("name", "is_empty", "true") == Where("name", "is_empty")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), object(), {"minor": 1}, b"x"])
def test_what_no_json_can_hold_is_no_value(value: Any) -> None:
    with pytest.raises(ValueError, match="a filter value"):
        Where("field", "eq", value)


def test_trees_join_without_needless_nesting() -> None:
    assert all_of() == EVERYTHING
    assert all_of(WON) == WON
    assert all_of(EVERYTHING, WON) == WON
    assert all_of(And((WON, BIG)), Or((BIG,))) == And((WON, BIG, Or((BIG,))))


def test_a_part_can_be_taken_out() -> None:
    tree = And((WON, BIG, Or((BIG,))))
    assert without(tree, 1) == And((WON, Or((BIG,))))
    assert without(And((WON, BIG)), 0) == BIG
    assert without(WON, 0) == EVERYTHING


def test_the_questions_of_a_tree_come_in_reading_order() -> None:
    assert list(leaves(And((WON, Not(Or((BIG, WON))), EVERYTHING)))) == [WON, BIG, WON]


@pytest.mark.parametrize("broken", [
    None, [], "amount", 5, {}, {"and": "x"}, {"or": {"field": "a"}}, {"and": [], "or": []}, {"not": None},
    {"field": "amount"}, {"field": "amount", "operator": "eq"}, {"operator": "eq", "value": 1},
    {"field": 5, "operator": "eq", "value": 1}, {"field": "a", "operator": None, "value": 1},
    {"field": "a", "operator": "eq", "value": 1, "extra": 2}, {"field": "a", "operator": "eq", "value": {"x": 1}},
    {"field": "a", "operator": "eq", "value": {"minor": "1"}},
    {"field": "a", "operator": "eq", "value": {"minor": True}},
    {"field": "a", "operator": "in", "value": [[1]]}, {"field": "a", "operator": "eq", "value": float("nan")},
    {"field": "a", "operator": "eq", "value": "nul\x00"}, {"field": "a", "operator": "in", "value": ["\ud800"]},
    {"field": "\udfff", "operator": "eq", "value": 1}, {"field": "a", "operator": "\x00", "value": 1},
    {"field": "a" * 201, "operator": "eq", "value": 1}, {"field": "a", "operator": "e" * 201, "value": 1},
])
def test_a_broken_shape_is_malformed(broken: Any) -> None:
    with pytest.raises(Malformed) as refusal:
        from_dict(broken)
    assert str(refusal.value) == "The filter could not be read."


def test_a_forgotten_value_is_fine_where_none_belongs() -> None:
    assert from_dict({"field": "name", "operator": "is_empty"}) == Where("name", "is_empty")


def _nested(levels: int) -> Any:
    tree: Any = {"field": "a", "operator": "eq", "value": 1}
    for _ in range(levels - 1):
        tree = {"not": tree}
    return tree


def test_eight_levels_are_read_and_nine_are_not() -> None:
    assert from_dict(_nested(8))
    for levels in (9, 50_000):
        with pytest.raises(Malformed) as refusal:
            from_dict(_nested(levels))
        assert str(refusal.value) == "A filter may be nested at most 8 levels deep."


def test_a_tree_built_by_code_has_the_same_limit_of_depth() -> None:
    tree: Any = WON
    for _ in range(8):
        tree = Or((tree,))
    with pytest.raises(Malformed, match="levels deep"):
        check(tree)


def test_a_hundred_conditions_are_read_and_one_more_is_not() -> None:
    check(And((BIG,) * 100))
    with pytest.raises(Malformed) as refusal:
        check(And((BIG,) * 101))
    assert str(refusal.value) == "A filter may hold at most 100 conditions."


def test_empty_groups_and_each_value_of_has_count_as_conditions() -> None:
    check(Or((EVERYTHING,) * 100))
    with pytest.raises(Malformed, match="conditions"):
        check(Or((EVERYTHING,) * 101))
    check(Where("tags", "has", list(range(100))))
    check(And((Where("tags", "has", []),) * 100))
    with pytest.raises(Malformed, match="conditions"):
        check(Where("tags", "has", list(range(101))))


def test_a_thousand_values_are_read_and_one_more_is_not() -> None:
    check(Where("seats", "in", list(range(1_000))))
    with pytest.raises(Malformed) as refusal:
        check(Where("seats", "in", list(range(1_001))))
    assert str(refusal.value) == "A list in a filter may hold at most 1000 values."


def test_all_lists_together_stay_below_what_a_statement_can_carry() -> None:
    full = Where("seats", "in", list(range(1_000)))
    check(And((full,) * 10))
    with pytest.raises(Malformed) as refusal:
        check(And((*(full,) * 10, BIG)))
    assert str(refusal.value) == "A filter may list at most 10000 values in all."


def test_a_text_of_two_thousand_characters_is_read_and_one_more_is_not() -> None:
    check(Where("name", "contains", "客" * 2_000))
    with pytest.raises(Malformed) as refusal:
        check(Where("name", "contains", "客" * 2_001))
    assert str(refusal.value) == "A text in a filter may be at most 2000 characters long."
