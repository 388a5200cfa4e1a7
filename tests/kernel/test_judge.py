"""The judgement of single values by their columns, and of whole records."""

import datetime as dt
from decimal import Decimal

import pytest

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Contact
from app.kernel.fields import Field
from app.kernel.judge import PENDING, is_id, is_storable, judge, judge_field

NOON = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)


def judged(kind, value, **options):
    found = judge_field(Field("value", "value", kind, "Value", **options), value)
    return None if found is None else str(found)


@pytest.mark.parametrize(("kind", "value"), [
    ("text", "a"), ("text", "a\tb\nc"), ("integer", 5), ("money", 10**16 - 1), ("decimal", Decimal("1.5")),
    ("decimal", 3), ("boolean", False), ("date", dt.date(2026, 1, 1)), ("moment", NOON), ("pointer", 5), ("user", 5),
    ("json", {"a": object}), ("many", [1]), ("about", "customer:5"), ("pointer", PENDING), ("personal", "138")])
def test_a_right_value_passes(kind, value):
    assert judged(kind, value) is None


@pytest.mark.parametrize(("kind", "value"), [
    ("text", 5), ("integer", "5"), ("integer", True), ("integer", 1.5), ("boolean", 1), ("date", NOON),
    ("date", "2026-01-01"), ("moment", NOON.replace(tzinfo=None)), ("moment", dt.date(2026, 1, 1)), ("decimal", 1.5),
    ("pointer", "5"), ("about", 5)])
def test_a_value_of_the_wrong_type_is_found(kind, value):
    assert judged(kind, value) == "This value has the wrong type."


@pytest.mark.parametrize("value", [None, ""])
def test_a_required_field_must_have_a_value(value):
    assert judged("text", value, required=True) == "This field is required."
    assert judged("text", value) is None
    assert judged("boolean", False, required=True) is None


@pytest.mark.parametrize(("kind", "value", "options", "said"), [
    ("choice", "blue", {"choices": {"red": "Red"}}, "“blue” is not one of the choices."),
    ("text", "abcd", {"max_length": 3}, "At most 3 characters, this has 4."),
    ("text", "a\x00", {}, "This text has characters that cannot be stored."),
    ("text", "\ud800", {}, "This text has characters that cannot be stored."),
    ("integer", 1, {"least": 2}, "At least 2."), ("integer", 3, {"most": 2}, "At most 2."),
    ("integer", 2**31, {}, "This number is too large."), ("money", -(10**16), {}, "This number is too large."),
    ("pointer", 2**31, {}, "This number is too large."),
    ("decimal", Decimal(10**15), {}, "This number is too large."),
    ("about", "acme", {}, "“acme” names no record: write its entity and number, such as customer:5.")])
def test_what_the_column_cannot_hold_is_said_in_words(kind, value, options, said):
    assert judged(kind, value, **options) == said


def test_the_limits_themselves_are_allowed():
    assert judged("choice", "red", choices={"red": "Red"}) is None
    assert judged("text", "客户脉", max_length=3) is None
    assert judged("integer", 2, least=2, most=2) is None


def test_the_class_is_asked_only_when_every_column_is_right():
    assert set(judge(Contact, {"name": None, "birth_date": "3000-01-01"})) == {"name"}
    found = judge(Contact, {"name": "Li", "customer": 1, "birth_date": "3000-01-01"})
    assert "birth_date" in found


@pytest.mark.parametrize(("value", "is_one"), [
    (1, True), (2**31 - 1, True), (0, False), (-1, False), (2**31, False), (2**70, False), (True, False),
    ("5", False), (5.0, False), (None, False), (PENDING, False)])
def test_the_number_of_a_record_is_positive_and_fits_its_column(value, is_one):
    assert is_id(value) is is_one


@pytest.mark.parametrize(("text", "storable"), [
    ("", True), ("客户脉 😀", True), ("tab\tline\nend\r", True), ("\x00", False), ("a\x0b", False), ("\x1b[31m", False),
    ("\ud83d\ude00", False), ("\udfff", False), ("\ufffd", True)])
def test_what_both_databases_hold_is_told_from_what_one_refuses(text, storable):
    assert is_storable(text) is storable


@pytest.mark.parametrize("value", [None, "", "  ", 0, "0", "x" * 10**6, "\x00", 2**200, -(2**200), dt.date.min, NOON,
                                   Decimal("1E+30"), [], {}, object(), float("nan"), True])
@pytest.mark.parametrize("kind", ["text", "long_text", "integer", "money", "decimal", "boolean", "date", "moment",
                                  "pointer", "user", "about", "personal", "choice"])
def test_no_value_of_any_kind_is_an_error_of_the_program(kind, value):
    found = judge_field(Field("value", "value", kind, "Value", max_length=200, choices={"a": "A"} if kind == "choice"
                              else None), value)
    assert found is None or str(found).endswith((".", "customer:5."))
