"""Which questions a field answers."""

import pytest

from app.kernel.fields import Field, fields_of
from app.kernel.filters import operators_for
from app.kernel.filters.operators import MANY_TESTS, OPERATORS, TESTS, kind_of, meaning_of
from tests.kernel.filters.schema import Deal

ORDERED = {"lt", "lte", "gt", "gte", "between"}
TEXTUAL = {"contains", "not_contains", "starts_with", "ends_with"}


def asked_of(name: str) -> set[str]:
    return set(operators_for(fields_of(Deal)[name]))


@pytest.mark.parametrize("name", list(fields_of(Deal)))
def test_every_field_answers_whether_it_is_empty_and_only_known_operators(name: str) -> None:
    assert {"is_empty", "is_not_empty"} <= asked_of(name) <= OPERATORS


@pytest.mark.parametrize("name", ["seats", "rate", "amount", "closes_on", "happened_at"])
def test_numbers_and_times_are_ordered_and_hold_no_text(name: str) -> None:
    assert asked_of(name) == {"eq", "ne", "in", "not_in", "is_empty", "is_not_empty"} | ORDERED


@pytest.mark.parametrize("name", ["name", "notes"])
def test_texts_are_searched_and_have_no_order(name: str) -> None:
    assert asked_of(name) == {"eq", "ne", "in", "not_in", "is_empty", "is_not_empty"} | TEXTUAL


@pytest.mark.parametrize("name", ["active", "stage", "shop", "owner", "about", "phone", "secret"])
def test_what_is_one_of_several_is_only_equal_or_not(name: str) -> None:
    assert asked_of(name) == {"eq", "ne", "in", "not_in", "is_empty", "is_not_empty"}


def test_a_list_of_related_rows_is_asked_for_what_it_has() -> None:
    assert asked_of("tags") == {"has", "has_not", "has_any", "eq", "ne", "in", "not_in", "is_empty", "is_not_empty"}


def test_json_is_only_empty_or_not() -> None:
    assert asked_of("extra") == {"is_empty", "is_not_empty"}


def test_a_personal_field_is_opaque_whatever_it_holds() -> None:
    birthday = Field("birth_date", "birth_date", "date", "Birth date", personal=True)
    assert kind_of(birthday) == "personal"
    assert "lt" not in operators_for(birthday)


def test_a_denying_operator_is_the_denial_of_its_opposite() -> None:
    for asked, opposite in (("ne", "eq"), ("not_in", "in"), ("not_contains", "contains"), ("has_not", "has_any"),
                            ("is_empty", "is_not_empty")):
        assert TESTS[asked] == (TESTS[opposite][0], True)
        assert TESTS[opposite][1] is False


def test_a_list_understands_the_words_of_a_single_pointer() -> None:
    fields = fields_of(Deal)
    assert meaning_of(fields["tags"], "eq") == MANY_TESTS["eq"] == meaning_of(fields["tags"], "has")
    assert meaning_of(fields["tags"], "in") == meaning_of(fields["tags"], "has_any")
    for operator in ("ne", "not_in"):
        assert meaning_of(fields["tags"], operator) == meaning_of(fields["tags"], "has_not")
    assert meaning_of(fields["shop"], "eq") == ("among", False)
