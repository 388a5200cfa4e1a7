"""Pointing at any record: texts, subjects, and how every channel of the kernel says and reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import about
from app.kernel.fields import Field
from app.kernel.filters import operators_for
from app.kernel.judge import judge_field
from app.kernel.typed import is_problem, typed

FIELD = Field("about", "about", "about", "About", max_length=90)


@pytest.mark.parametrize(("text", "expected"), [
    ("customer:5", ("customer", 5)), ("order_line:12", ("order_line", 12)),
    ("a1:999999999999999999", ("a1", 10**18 - 1)),
    ("customer:0", None), ("customer:05", None), ("customer:-1", None), ("Customer:5", None), ("customer", None),
    ("customer:", None), (":5", None), ("customer:5:6", None), ("customer: 5", None), ("customer:5\n", None),
    ("", None), (None, None), ("1customer:5", None), ("customer:٣", None), ("customer:1" + "0" * 18, None)])
def test_a_text_names_entity_and_number_or_nothing(text, expected):
    assert about.split(text) == expected


@given(st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True), st.integers(1, 10**17))
def test_what_is_put_together_comes_apart_again(entity, record_id):
    text = about.text_of(entity, record_id)
    assert about.split(text) == (entity, record_id)
    assert about.parts(text) == {"about_entity": entity, "about_id": record_id}


@pytest.mark.parametrize(("entity", "record_id"), [
    (None, 5), ("customer", None), (None, None), ("", 5), ("customer", 0)])
def test_half_a_name_names_nothing(entity, record_id):
    assert about.text_of(entity, record_id) is None


def test_without_a_text_both_parts_are_empty():
    assert about.parts(None) == about.parts("nonsense") == {"about_entity": None, "about_id": None}


def test_subjects_are_records_that_may_be_spoken_of(app):
    from app.desk.models import Attachment, Notification, Task

    names = {model.entity_name() for model in about.subjects(Task)}
    assert {"customer", "order", "lead"} <= names
    assert not names & {"task", "notification", "attachment", "audit_entry", "lifecycle_change"}
    assert about.subject(Attachment, "task") is Task
    assert about.subject(Task, "task") is None
    assert about.subject(Task, "unicorn") is None
    assert "notification" not in {model.entity_name() for model in about.subjects(Notification)}


@pytest.mark.parametrize(("given_value", "expected"), [
    ("customer:5", "customer:5"), (" customer:5 ", "customer:5"), ({"entity": "customer", "id": 5}, "customer:5"),
    ("", None), (None, None), ("nonsense", "nonsense")])
def test_forms_and_programs_say_it_in_their_own_way(given_value, expected):
    assert typed(FIELD, given_value) == expected


@pytest.mark.parametrize("given_value", [5, ["customer", 5], {"id": 5}, {"entity": "customer"}, {}])
def test_what_cannot_be_a_record_is_a_problem(given_value):
    assert is_problem(typed(FIELD, given_value))


@pytest.mark.parametrize(("value", "passes"), [("customer:5", True), (None, True), ("customer", False), (5, False)])
def test_the_judgement_asks_for_the_shape(value, passes):
    assert (judge_field(FIELD, value) is None) is passes


def test_it_is_asked_for_by_equality_and_emptiness():
    assert {"eq", "in", "is_empty"} <= set(operators_for(FIELD))
