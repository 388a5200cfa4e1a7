"""Bound trees are values: comparable, unchangeable, and true for the moment at which they were bound."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from app.kernel import clock
from app.kernel.filters import And, Context, Where, bind, everything_may_be_used
from app.kernel.filters.bound import Leaf, Ref
from tests.kernel.filters.schema import Deal

TREE = And((Where("closes_on", "eq", "today"), Where("owner", "eq", "me"), Where("name", "contains", "x")))
MIDDAY = dt.datetime(2026, 3, 31, 12, 0, tzinfo=dt.UTC)


def bound(day: int = 0, user_id: int = 1) -> Any:
    with clock.at(MIDDAY + dt.timedelta(days=day)):
        return bind(TREE, Deal, everything_may_be_used, Context(user_id=user_id))


def test_binding_twice_at_one_moment_gives_the_same() -> None:
    assert bound() == bound()


def test_words_of_time_and_person_are_settled_when_a_tree_is_bound() -> None:
    assert bound() != bound(day=1)
    assert bound() != bound(user_id=2)
    assert bound().parts[2] == bound(day=1, user_id=2).parts[2]


def test_a_bound_question_remembers_what_was_asked() -> None:
    assert [leaf.where for leaf in bound().parts] == list(TREE.parts)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Leaf)])
def test_a_bound_question_cannot_be_changed(name: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(bound().parts[0], name, None)


def test_a_row_named_by_number_is_no_row_named_by_text() -> None:
    assert Ref(id=7) != Ref(name="7")
    assert Ref(id=7) != Ref(id=7, word="me")
    assert len({Ref(id=7), Ref(id=7), Ref(name="7")}) == 2
