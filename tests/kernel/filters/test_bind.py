"""Where a filter meets an entity, its types and the asker's rights."""

import datetime as dt
from typing import Any

import pytest

from app.kernel import clock
from app.kernel.errors import Malformed, RuleError
from app.kernel.filters import EVERYTHING, And, Context, Minor, Not, Or, Where, bind, everything_may_be_used
from app.kernel.filters.bound import Leaf, Ref
from app.kernel.filters.times import Span
from tests.kernel.filters.schema import Deal, Sealed

MORNING = dt.datetime(2026, 3, 31, 1, 0, tzinfo=dt.UTC)


def ask(field: str, operator: str, value: Any = None, **context: Any) -> Leaf:
    with clock.at(MORNING):
        found = bind(Where(field, operator, value), Deal, everything_may_be_used, Context(**context))
    assert isinstance(found, Leaf)
    return found


def told(field: str, operator: str, value: Any = None) -> tuple[str, bool, tuple[Any, ...]]:
    found = ask(field, operator, value)
    return found.test, found.denied, found.values


def refusal(tree: Any, may_use: Any = everything_may_be_used) -> dict[str, str]:
    with pytest.raises(RuleError) as raised:
        bind(tree, Deal, may_use)
    assert raised.value.status == 422
    return {field: str(reason) for field, reason in raised.value.problems.items()}


def refused(field: str, operator: str, value: Any = None) -> str:
    return refusal(Where(field, operator, value))[field]


def test_the_shape_of_the_tree_is_kept_part_for_part() -> None:
    name, seats = Where("name", "eq", "x"), Where("seats", "gt", 1)
    bound = bind(And((name, Or((seats, Not(name))), EVERYTHING)), Deal)
    assert isinstance(bound, And)
    assert isinstance(bound.parts[1], Or)
    assert isinstance(bound.parts[1].parts[1], Not)
    assert bound.parts[0].where == bound.parts[1].parts[1].part.where == name
    assert bound.parts[2] == EVERYTHING


def test_every_field_that_is_to_blame_is_named_at_once() -> None:
    tree = And((Where("nothing", "eq", 1), Where("seats", "gt", "many"), Where("name", "lt", "a"), Where("name", "x"),
                Not(Or((Where("stage", "eq", "gone"), Where("seats", "eq", 1))))))
    assert refusal(tree) == {
        "nothing": "There is no field nothing to filter by.", "seats": "many is not a whole number.",
        "name": "Name cannot be asked with \"lt\".", "stage": "gone is not one of the choices."}


def test_a_hidden_field_is_refused_like_one_that_does_not_exist() -> None:
    def may_use(dotted: str) -> bool:
        return dotted not in ("amount", "shop.name")

    for hidden, missing in (("amount", "nothing"), ("shop.name", "shop.nothing")):
        for operator, value in (("gte", 100), ("contains", "x"), ("no_such", None), ("is_empty", None)):
            with_rights = refusal(Where(hidden, operator, value), may_use)
            assert with_rights == {hidden: f"There is no field {hidden} to filter by."}
            assert refusal(Where(missing, operator, value), may_use)[missing] == with_rights[hidden].replace(
                hidden, missing)


def test_a_tree_over_the_limits_is_not_even_bound() -> None:
    with pytest.raises(Malformed):
        bind(And((Where("seats", "gt", 1),) * 101), Deal)


def test_without_a_context_the_asker_is_nobody_in_utc() -> None:
    with clock.at(MORNING):
        bound = bind(Where("happened_at", "eq", "today"), Deal)
    assert bound.values[0].start == dt.datetime(2026, 3, 31, tzinfo=dt.UTC)


def test_operators_come_down_to_tests() -> None:
    assert told("seats", "eq", "5") == ("among", False, (5,))
    assert told("seats", "ne", "5") == ("among", True, (5,))
    assert told("seats", "in", ["5", None]) == ("among", False, (5, None))
    assert told("seats", "not_in", []) == ("among", True, ())
    assert told("seats", "lte", 5) == ("lte", False, (5,))
    assert told("amount", "gte", "100.50") == ("gte", False, (10_050,))
    assert told("amount", "gt", Minor(5)) == ("gt", False, (5,))
    assert told("name", "not_contains", 5) == ("contains", True, ("5",))
    assert told("name", "is_empty", "x") == ("filled", True, ())
    assert told("name", "eq", None) == ("among", False, (None,))


def test_a_range_includes_both_of_its_ends() -> None:
    assert told("seats", "between", [1, "5"]) == ("among", False, (Span(1, 5, closed=True),))
    days = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert told("closes_on", "between", ["2026-03-01", "2026-03-31"])[2] == (Span(*days, closed=True),)


def test_a_range_of_named_times_runs_from_the_first_beginning_to_the_last_end() -> None:
    assert told("closes_on", "between", ["last_month", "this_month"])[2] == (
        Span(dt.date(2026, 2, 1), dt.date(2026, 4, 1)),)
    assert told("happened_at", "between", ["2026-03-01", "2026-03-31"])[2] == (
        Span(dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 4, 1, tzinfo=dt.UTC)),)
    noon = "2026-03-31T12:00"
    assert told("happened_at", "between", ["2026-03-01", noon])[2] == (
        Span(dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC), closed=True),)


def test_before_a_month_is_before_it_begins_and_after_it_is_after_it_ends() -> None:
    begin, end = dt.date(2026, 3, 1), dt.date(2026, 4, 1)
    assert told("closes_on", "lt", "this_month") == ("lt", False, (begin,))
    assert told("closes_on", "gte", "this_month") == ("gte", False, (begin,))
    assert told("closes_on", "lte", "this_month") == ("lt", False, (end,))
    assert told("closes_on", "gt", "this_month") == ("gte", False, (end,))
    assert told("closes_on", "gt", "2026-03-05") == ("gt", False, (dt.date(2026, 3, 5),))


@pytest.mark.parametrize("operator", ["lt", "lte", "gt", "gte"])
@pytest.mark.parametrize("word", ["overdue", "older_than_7_days"])
def test_what_has_no_beginning_cannot_be_before_or_after(operator: str, word: str) -> None:
    wanted = f'"{word}" has no beginning: ask for it with eq or ne.'
    assert refused("closes_on", operator, word) == refused("happened_at", operator, word) == wanted
    assert refused("closes_on", "between", [word, "today"]) == wanted
    assert refused("closes_on", "between", ["today", word]) == wanted
    assert told("closes_on", "ne", word)[1] is True


@pytest.mark.parametrize("values", [[], [1], [1, 2, 3]])
def test_a_range_has_two_ends(values: list[int]) -> None:
    assert refused("seats", "between", values) == "Give two values, the lower one first."


def test_what_needs_a_value_says_so() -> None:
    for field, operator, value in (("seats", "lt", None), ("seats", "between", [None, 1]), ("name", "contains", ""),
                                   ("name", "starts_with", None), ("tags", "has", [1, None]), ("tags", "in", ["null"])):
        assert refused(field, operator, value) == "A value is missing."


def test_one_value_is_one_value() -> None:
    assert refused("seats", "eq", [1, 2]) == refused("name", "contains", ["a"]) == "Give one value."


def test_an_operator_that_the_field_does_not_answer_is_refused() -> None:
    for field, operator in (("extra", "eq"), ("phone", "contains"), ("shop", "gt"), ("tags", "contains"),
                            ("seats", "has"), ("seats", ""), ("seats", "EQ")):
        assert "cannot be asked with" in refused(field, operator, "1")


def test_a_list_is_asked_for_ids_and_names() -> None:
    assert told("tags", "has", [1, "vip"]) == ("has_all", False, (Ref(id=1), Ref(name="vip")))
    assert told("tags", "has_not", "vip") == ("has_any", True, (Ref(name="vip"),))
    assert told("tags", "eq", "vip") == ("has_all", False, (Ref(name="vip"),))
    assert told("tags", "in", ["vip", 2]) == ("has_any", False, (Ref(name="vip"), Ref(id=2)))
    assert told("tags", "eq", None) == ("filled", True, ())
    assert told("tags", "ne", "null") == ("filled", False, ())


def test_the_asker_is_me() -> None:
    assert ask("owner", "eq", "me", user_id=7).values == (Ref(id=7, word="me"),)
    assert refused("owner", "eq", "me") == "Nobody is logged in, so that \"me\" means nobody."


def test_a_pointer_says_what_it_points_at() -> None:
    found = ask("shop.owner", "eq", "ada")
    assert [step.name for step in found.steps] == ["shop"]
    assert found.step.name == "owner"
    assert found.step.keys == ("username",)


def test_asking_by_name_needs_the_right_to_the_name() -> None:
    def may_use(dotted: str) -> bool:
        return dotted not in ("shop.code", "shop.name", "shop.kind", "tags.word")

    assert refusal(Where("shop", "eq", "S1"), may_use) == {"shop": "S1 is not the number of a record."}
    assert refusal(Where("tags", "in", ["vip", 1]), may_use) == {"tags": "vip is not the number of a record."}
    assert bind(Where("shop", "in", [1, None]), Deal, may_use).values == (Ref(id=1), None)


def test_only_the_names_that_are_open_are_looked_at() -> None:
    assert ask("shop", "eq", "S1").step.keys == ("code", "name", "kind")
    bound = bind(Where("shop", "eq", "S1"), Deal, lambda dotted: dotted != "shop.name")
    assert bound.step.keys == ("code", "kind")


def test_a_row_without_a_name_is_asked_by_number() -> None:
    assert refused("ledger", "eq", "cash") == "cash is not the number of a record."
    assert told("ledger", "eq", 5) == ("among", False, (Ref(id=5),))


def test_a_personal_value_is_hashed_at_once_but_can_be_said() -> None:
    found = ask("phone", "in", ["138 00", None])
    assert found.values == (*Sealed().index_values("13800"), None)
    assert len(found.values) == 3
    assert found.said == ("138 00", None)
    assert told("phone", "is_not_empty") == ("filled", False, ())
    assert told("phone", "eq", " ") == ("among", False, ())


def test_a_personal_field_without_an_index_can_only_be_empty() -> None:
    assert refused("secret", "eq", "x") == "This value cannot be searched for."
    assert told("secret", "is_empty") == ("filled", True, ())
