"""The judgement of single values by their columns, and of whole records."""

import datetime as dt
from decimal import Decimal

import pytest

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Contact
from app.kernel.fields import Field
from app.kernel.judge import PENDING, judge, judge_field

NOON = dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC)


def judged(kind, value, **options):
    found = judge_field(Field("value", "value", kind, "Value", **options), value)
    return None if found is None else str(found)


@pytest.mark.parametrize(("kind", "value"), [
    ("text", "a"), ("text", "a\tb\nc"), ("integer", 5), ("money", 2**63 - 1), ("decimal", Decimal("1.5")),
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
    ("integer", 2**31, {}, "This number is too large."), ("money", -2**63, {}, "This number is too large."),
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
