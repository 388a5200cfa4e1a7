"""What an admin may write into a rule."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kernel.fields import Field
from app.kernel.problems import Problem
from app.workflows.rules.language import LONGEST_TEXT, MOST_ACTIONS, check_rule

unhurried = settings(deadline=None)  # a busy machine is no fault of the product


def field(name: str, kind: str, **more: Any) -> Field:
    return Field(name, name, kind, name.capitalize(), **more)


FIELDS = {one.name: one for one in [
    field("subject", "text", max_length=10, required=True), field("remark", "long_text"),
    field("size", "integer", least=1, most=100), field("amount", "money", least=0), field("score", "decimal", most=1),
    field("hot", "boolean"), field("due_on", "date"), field("next_at", "moment"),
    field("priority", "choice", choices={"low": "Low", "urgent": "Urgent"}), field("customer", "pointer"),
    field("owner", "user"), field("tags", "many"), field("extra", "json"), field("phone", "text", personal=True),
    field("number", "text", readonly=True), field("about", "about"), field("mood", "choice"),
]}
NOTIFY = {"kind": "notify", "to": ["owner"], "text": "Please call."}
TASK = {"kind": "create_task", "subject": "Call", "assignee": "owner", "due_in_days": 3}


def judge(trigger: Any = None, actions: Any = None, **more: Any) -> dict[str, Problem]:
    values = {"trigger": {"on": ["created"]} if trigger is None else trigger,
              "actions": [NOTIFY] if actions is None else actions}
    return check_rule({**values, **more}, FIELDS)


def said(actions: list[Any]) -> str:
    """The problem of the actions, in words; empty if there is none."""
    return str(judge(actions=actions).get("actions", ""))


@pytest.mark.parametrize("trigger", [
    {"on": ["created"]}, {"on": ["changed", "created", "deleted"]}, {"on": ["tick"]}, {"on": ["changed"], "fields": []},
    {"on": ["created", "changed"], "fields": ["priority", "owner"]},
])
def test_a_rule_answers_events_or_the_clock(trigger: dict[str, Any]) -> None:
    assert judge(trigger) == {}


@pytest.mark.parametrize(("trigger", "part"), [
    (5, "when the rule"), ([], "when the rule"), ({"on": ["created"], "if": 1}, "when the rule"),
    ({}, "Choose one or more"), ({"on": []}, "Choose one or more"), ({"on": "created"}, "Choose one or more"),
    ({"on": ["touched"]}, "Choose one or more"), ({"on": ["created", "created"]}, "Choose one or more"),
    ({"on": ["tick", "created"]}, "Choose one or more"), ({"on": [["created"]]}, "Choose one or more"),
    ({"on": ["changed"], "fields": "priority"}, "list of field names"),
    ({"on": ["changed"], "fields": [1]}, "list of field names"),
    ({"on": ["created"], "fields": ["priority"]}, "Only a rule that answers changes"),
    ({"on": ["tick"], "fields": ["priority"]}, "Only a rule that answers changes"),
    ({"on": ["changed"], "fields": ["priority", "colour"]}, "no field “colour”"),
])
def test_a_trigger_that_makes_no_sense_is_refused_with_its_reason(trigger: Any, part: str) -> None:
    found = judge(trigger)
    assert list(found) == ["trigger"]
    assert part in str(found["trigger"])


@pytest.mark.parametrize("action", [
    {"kind": "assign", "to": "agent"}, {"kind": "assign", "to": "manager"}, {"kind": "assign", "to": 7},
    NOTIFY, {**NOTIFY, "to": ["owner", "manager", "creator", 7]}, {**NOTIFY, "channels": ["email", "in_app"]},
    {**NOTIFY, "text": "客" * LONGEST_TEXT}, TASK, {**TASK, "assignee": 7, "due_in_days": 0}, {"kind": "stop"},
])
def test_every_kind_of_action_can_be_written(action: dict[str, Any]) -> None:
    assert judge(actions=[action]) == {}


@pytest.mark.parametrize(("action", "part"), [
    (None, "Choose what is to be done"), ({}, "Choose what is to be done"), ({"kind": "call"}, "Choose what is to be"),
    ({"kind": ["stop"]}, "Choose what is to be done"), ({"kind": "stop", "why": "x"}, "“why” does not belong"),
    ({**NOTIFY, "user": 7}, "“user” does not belong"),
    ({"kind": "assign"}, "who gets the record"), ({"kind": "assign", "to": "owner"}, "who gets the record"),
    ({"kind": "assign", "to": 0}, "who gets the record"), ({"kind": "assign", "to": True}, "who gets the record"),
    ({"kind": "assign", "to": ["agent"]}, "who gets the record"),
    ({**NOTIFY, "to": []}, "who is told"), ({**NOTIFY, "to": "owner"}, "who is told"),
    ({**NOTIFY, "to": ["agent"]}, "who is told"), ({**NOTIFY, "to": 7}, "who is told"),
    ({**NOTIFY, "channels": []}, "how the message"), ({**NOTIFY, "channels": ["fax"]}, "how the message"),
    ({**NOTIFY, "channels": None}, "how the message"),
    ({**NOTIFY, "text": " \n"}, "1 to 2000 characters"), ({**NOTIFY, "text": "x" * 2001}, "1 to 2000 characters"),
    ({"kind": "notify", "to": ["owner"]}, "1 to 2000 characters"),
    ({**TASK, "subject": ""}, "1 to 200 characters"), ({**TASK, "subject": 5}, "1 to 200 characters"),
    ({**TASK, "assignee": "agent"}, "who gets the task"), ({**TASK, "assignee": None}, "who gets the task"),
    ({**TASK, "due_in_days": -1}, "0 to 365"), ({**TASK, "due_in_days": 366}, "0 to 365"),
    ({**TASK, "due_in_days": 1.5}, "0 to 365"), ({"kind": "create_task", "subject": "x", "assignee": 1}, "0 to 365"),
])
def test_an_action_that_cannot_be_done_is_refused_with_its_place_and_reason(action: Any, part: str) -> None:
    sentence = said([NOTIFY, action])
    assert sentence.startswith("Action 2: ")
    assert part in sentence


@pytest.mark.parametrize("actions", [None, [], {}, "stop", NOTIFY, [NOTIFY] * (MOST_ACTIONS + 1)])
def test_a_rule_does_at_least_one_thing_and_not_too_many(actions: Any) -> None:
    found = check_rule({"trigger": {"on": ["created"]}, "actions": actions}, FIELDS)
    assert str(found["actions"]) == "A rule does at least one thing and at most 20."


def test_as_many_actions_as_allowed_are_allowed() -> None:
    assert judge(actions=[NOTIFY] * MOST_ACTIONS) == {}


def test_what_follows_stop_is_refused() -> None:
    assert said([{"kind": "stop"}, NOTIFY]) == "Action 1: What follows the end of the list would never be done."
    assert said([NOTIFY, {"kind": "stop"}]) == ""


@pytest.mark.parametrize(("name", "value"), [
    ("subject", "客户来电"), ("subject", "x" * 10), ("remark", "x" * 5000), ("remark", None), ("size", 1),
    ("size", 100), ("amount", 0), ("amount", 10**12), ("score", 0.5), ("score", 1), ("score", -3), ("hot", False),
    ("due_on", "2028-02-29"),
    ("next_at", "2026-03-29T09:00:00+08:00"), ("next_at", "2026-03-29T01:00:00Z"), ("priority", "urgent"),
    ("priority", None), ("customer", 1), ("owner", 1), ("owner", None),
])
def test_a_value_that_fits_its_field_can_be_set(name: str, value: Any) -> None:
    assert said([{"kind": "set_field", "field": name, "value": value}]) == ""


@pytest.mark.parametrize(("name", "value"), [
    ("subject", ""), ("subject", "x" * 11), ("subject", 5), ("remark", "  "), ("size", 0), ("size", 101), ("size", "5"),
    ("size", 5.0), ("size", True), ("amount", -1), ("amount", 9.99), ("score", 1.5), ("score", float("nan")),
    ("score", float("-inf")), ("score", "0.5"), ("score", True), ("hot", 1), ("hot", "yes"), ("due_on", "2027-02-29"),
    ("due_on", "29/03/2026"), ("due_on", 20260329), ("next_at", "2026-03-29T09:00:00"), ("next_at", "tomorrow"),
    ("next_at", 5), ("priority", "Urgent"), ("priority", ["low"]), ("mood", "fine"), ("customer", 0),
    ("customer", "12"), ("owner", True),
])
def test_a_value_that_does_not_fit_is_refused_by_the_name_people_know(name: str, value: Any) -> None:
    assert said([{"kind": "set_field", "field": name, "value": value}]) == (
        f"Action 1: This value does not fit the field “{name.capitalize()}”.")


def test_a_required_field_cannot_be_cleared() -> None:
    for action in ({"kind": "set_field", "field": "subject", "value": None}, {"kind": "set_field", "field": "subject"}):
        assert said([action]) == "Action 1: The field “Subject” cannot be empty."


@pytest.mark.parametrize("name", ["tags", "extra", "phone", "number", "about"])
def test_personal_and_kept_fields_and_collections_cannot_be_set(name: str) -> None:
    assert said([{"kind": "set_field", "field": name, "value": "x"}]) == (
        f"Action 1: A rule cannot set the field “{name.capitalize()}”.")


@pytest.mark.parametrize("name", ["colour", "", None, 5, ["subject"]])
def test_a_field_that_does_not_exist_cannot_be_set(name: Any) -> None:
    assert said([{"kind": "set_field", "field": name, "value": 1}]) == f"Action 1: There is no field “{name}”."


@pytest.mark.parametrize("action", [{"kind": "assign", "to": 7}, {"kind": "set_field", "field": "hot", "value": True}])
def test_a_deleted_record_can_be_told_about_but_not_changed(action: dict[str, Any]) -> None:
    found = judge({"on": ["created", "deleted"]}, [NOTIFY, action])
    assert str(found["actions"]) == "A deleted record can no longer be assigned or changed."
    assert judge({"on": ["deleted"]}, [NOTIFY, TASK, {"kind": "stop"}]) == {}


@pytest.mark.parametrize(("order", "fine"), [
    (0, True), (-5, True), (99, True), ("1", False), (1.0, False), (None, False)])
def test_the_order_is_a_whole_number(order: Any, fine: bool) -> None:
    assert set(judge(order=order)) == (set() if fine else {"order"})


def test_all_problems_are_told_at_once() -> None:
    assert set(check_rule({"order": "first"}, FIELDS)) == {"trigger", "actions", "order"}


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats() | st.sampled_from(
        ["created", "tick", "owner", "agent", "subject", "stop", "set_field", "notify", "in_app", "2026-01-01", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["on", "fields", "kind", "to", "text", "field", "value", "subject", "assignee", "channels"]),
        inner, max_size=4), max_leaves=8)
any_action = st.fixed_dictionaries(
    {"kind": st.sampled_from(["assign", "notify", "create_task", "set_field", "stop"])},
    optional=dict.fromkeys(["to", "text", "channels", "subject", "assignee", "due_in_days", "value"], anything) | {
        "field": st.sampled_from(sorted(FIELDS)) | anything})


@unhurried
@given(anything, anything | st.lists(any_action, max_size=3), anything)
def test_whatever_is_written_the_answer_is_a_problem_and_never_a_crash(trigger: Any, actions: Any, order: Any) -> None:
    found = check_rule({"trigger": trigger, "actions": actions, "order": order}, FIELDS)
    assert set(found) <= {"trigger", "actions", "order"}
    assert all("%(" not in str(sentence) for sentence in found.values())
