"""Filters in words, in both languages."""

from typing import Any

import pytest
from flask import g

from app.kernel.filters import (
    EVERYTHING,
    And,
    Chip,
    Context,
    Minor,
    Not,
    Or,
    Where,
    bind,
    chips,
    everything_may_be_used,
    operator_word,
    say,
)
from app.kernel.filters.operators import OPERATORS
from app.kernel.filters.say import OPERATOR_WORDS, TIME_WORDS
from app.kernel.filters.times import WORDS
from tests.kernel.filters.schema import Deal, Shop, Tag

BERLIN = Context(user_id=1, zone="Europe/Berlin")


def said(tree: Any, name_of: Any = None) -> str:
    return say(bind(tree, Deal, everything_may_be_used, BERLIN), BERLIN, name_of)


def ask(field: str, operator: str, value: Any = None, name_of: Any = None) -> str:
    return said(Where(field, operator, value), name_of)


def test_a_sentence_reads_like_the_question(speaking: None) -> None:
    tree = And((Where("stage", "eq", "won"), Or((Where("amount", "gte", "1234.5"), Where("tags", "has", ["vip"])))))
    assert said(tree) == "Stage is Won and (Amount is at least 1,234.5 or Tags includes vip)"


def test_the_same_sentence_in_chinese(speaking: None) -> None:
    g.language = "zh"
    assert said(And((Where("stage", "eq", "won"), Where("amount", "gte", 100)))) == "阶段是赢单，且金额不小于100"
    assert ask("active", "eq", True) == "Active是是"


def test_without_an_application_the_words_are_english() -> None:
    assert ask("closes_on", "lt", "2026-03-31") == "Closes on is before Mar 31, 2026"


@pytest.mark.parametrize(("field", "operator", "value", "words"), [
    ("name", "contains", "a 100%", 'Name contains "a 100%"'), ("name", "is_empty", None, "Name is empty"),
    ("name", "eq", None, "Name is empty"), ("name", "in", ["a", None], 'Name is one of "a", empty'),
    ("seats", "between", [1_000, 2_000], "Seats is between 1,000 and 2,000"),
    ("seats", "not_in", [], "Seats is none of"),
    ("seats", "in", [1, 2, 3, 4, 5], "Seats is one of 1, 2, 3, 4, 5"),
    ("seats", "in", [1, 2, 3, 4, 5, 6, 7], "Seats is one of 1, 2, 3, 4, 5 and 2 more"),
    ("rate", "gt", "0.1250", "Rate is more than 0.125"), ("amount", "eq", Minor(12_345), "Amount is 123.45"),
    ("active", "ne", "no", "Active is not No"), ("active", "eq", 1, "Active is Yes"),
    ("stage", "in", ["open", "Won"], "Stage is one of Open, Won"), ("colour", "eq", "red", 'Colour is "red"'),
    ("closes_on", "gte", "2026-03-01", "Closes on is no earlier than Mar 1, 2026"),
    ("closes_on", "eq", "this_month", "Closes on is this month"),
    ("closes_on", "eq", "overdue", "Closes on is overdue"),
    ("happened_at", "lte", "2026-03-31", "Happened at is no later than Mar 31, 2026"),
    ("happened_at", "gt", "2026-07-01T10:00Z", "Happened at is after 7/1/26, 12:00\u202fPM"),
    ("happened_at", "eq", "last_7_days", "Happened at is the last 7 days"),
    ("happened_at", "eq", "next_30_days", "Happened at is the next 30 days"),
    ("happened_at", "eq", "older_than_90_days", "Happened at is more than 90 days ago"),
    ("owner", "eq", "me", "Owner is me"), ("owner", "ne", "null", "Owner is not empty"),
    ("shop", "in", [3, "S1"], "Shop is one of #3, S1"), ("tags", "eq", "vip", "Tags includes vip"),
    ("tags", "in", ["vip", 2], "Tags includes one of vip, #2"), ("tags", "ne", "vip", "Tags does not include vip"),
    ("shop.region.name", "starts_with", "N", 'Shop › Region › Name starts with "N"'),
    ("phone", "eq", "138 00", 'Phone is "138 00"'), ("phone", "is_empty", None, "Phone is empty"),
])
def test_every_kind_of_value_has_its_words(speaking: None, field: str, operator: str, value: Any, words: str) -> None:
    assert ask(field, operator, value) == words


def test_groups_are_put_in_brackets_where_they_need_them(speaking: None) -> None:
    name, seats = Where("name", "is_empty"), Where("seats", "gt", 1)
    assert said(EVERYTHING) == "everything"
    assert said(Or(())) == "nothing"
    assert said(Not(And((name, seats)))) == "not (Name is empty and Seats is more than 1)"
    assert said(And((Or((name,)), seats))) == "Name is empty and Seats is more than 1"
    assert said(Or((And((name, seats)), Not(name)))) == (
        "(Name is empty and Seats is more than 1) or not (Name is empty)")


def test_a_chip_for_every_part(speaking: None) -> None:
    tree = And((Where("stage", "eq", "won"), Or((Where("seats", "gt", 1), Where("name", "is_empty"))),
                Where("name", "is_not_empty")))
    assert chips(bind(tree, Deal)) == [
        Chip("Stage", "is", "Won", 0), Chip("Seats is more than 1 or Name is empty", "", "", 1),
        Chip("Name", "is not empty", "", 2)]
    assert chips(bind(Where("seats", "gt", 1), Deal), BERLIN) == [Chip("Seats", "is more than", "1", 0)]
    assert chips(bind(EVERYTHING, Deal)) == []


def test_a_chip_speaks_as_a_whole(speaking: None) -> None:
    assert str(Chip("Stage", "is", "Won", 0)) == "Stage is Won"
    assert str(Chip("Name", "is empty", "", 0)) == "Name is empty"
    assert str(Chip("everything", "", "", 0)) == "everything"


def test_related_rows_are_called_by_the_names_that_the_reader_may_see(speaking: None) -> None:
    names = {(Shop, 3): "ACME 100%", (Tag, 1): "VIP"}

    def name_of(target: Any, number: int) -> str | None:
        return names.get((target, number))

    assert ask("shop", "eq", 3, name_of) == "Shop is ACME 100%"
    assert ask("shop", "eq", 4, name_of) == "Shop is #4"
    assert ask("tags", "has", [1, 2], name_of) == "Tags includes VIP, #2"
    assert ask("ledger", "eq", 9, name_of) == "Ledger is #9"
    assert chips(bind(Where("shop", "eq", 3), Deal), BERLIN, name_of)[0].value == "ACME 100%"


def test_money_has_the_places_of_its_currency(speaking: None) -> None:
    yen = Context(money_places=0)
    assert say(bind(Where("amount", "eq", 1_000), Deal, everything_may_be_used, yen), yen) == "Amount is 1,000"


def test_every_operator_and_every_word_of_time_can_be_said(speaking: None) -> None:
    assert set(OPERATOR_WORDS) == OPERATORS
    assert set(TIME_WORDS) == set(WORDS)
    assert operator_word("date", "lt") == "is before"
    assert operator_word("integer", "lt") == "is less than"
    assert operator_word("many", "in") == "includes one of"
    assert operator_word("choice", "in") == "is one of"


def test_words_follow_the_reader_and_not_the_moment_of_binding(speaking: None) -> None:
    bound = bind(And((Where("closes_on", "eq", "this_month"), Where("stage", "eq", "won"))), Deal)
    g.language = "zh"
    assert say(bound) == "预计成交日期是本月，且阶段是赢单"
