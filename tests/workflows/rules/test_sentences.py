"""A rule read back to the person who wrote it."""

from typing import Any

import pytest

from app.kernel.fields import Field
from app.workflows.rules.language import check_rule
from app.workflows.rules.sentences import say_rule


class Lazy:
    """A label that must not be turned into words before the reader's language is known."""

    def __init__(self, words: str) -> None:
        self.words, self.read = words, 0

    def __str__(self) -> str:
        self.read += 1
        return self.words


FIELDS = {
    "priority": Field("priority", "priority", "choice", "Priority", choices={"urgent": "Urgent!"}),
    "hot": Field("hot", "hot", "boolean", "Hot"), "owner": Field("owner", "owner_id", "user", "Owner"),
    "size": Field("size", "size", "integer", "Size"), "stage": Field("stage", "stage_id", "pointer", "Stage"),
}
PEOPLE = {7: "王芳"}


def spoken(trigger: dict[str, Any], *actions: dict[str, Any], condition: str | None = None) -> list[str]:
    assert check_rule({"trigger": trigger, "actions": list(actions)}, FIELDS) == {}
    return [str(piece) for piece in say_rule("ticket", trigger, condition, actions, FIELDS, PEOPLE)]


def test_a_whole_rule_reads_as_a_sentence() -> None:
    pieces = spoken({"on": ["created"]}, {"kind": "assign", "to": "agent"},
                    {"kind": "notify", "to": ["manager"], "text": "Look!"}, {"kind": "stop"},
                    condition="Priority is Urgent")
    assert ", ".join(pieces) == (
        "When a ticket is created, if Priority is Urgent, give it to the next agent of its queue, "
        "tell the owner's manager in the app: “Look!”, apply no later rule")


@pytest.mark.parametrize(("trigger", "sentence"), [
    ({"on": ["tick"]}, "At every tick, for each ticket"),
    ({"on": ["deleted"]}, "When a ticket is deleted"),
    ({"on": ["created", "changed", "deleted"]}, "When a ticket is created or is changed or is deleted"),
    ({"on": ["changed"], "fields": []}, "When a ticket is changed"),
    ({"on": ["changed"], "fields": ["priority"]}, "When a ticket is changed in Priority"),
    ({"on": ["created", "changed"], "fields": ["stage", "owner"]},
     "When a ticket is created or is changed in Stage or Owner"),
])
def test_the_trigger_is_said_in_the_order_in_which_it_was_written(trigger: dict[str, Any], sentence: str) -> None:
    assert spoken(trigger, {"kind": "notify", "to": ["owner"], "text": "x"})[0] == sentence


def test_without_a_condition_there_is_no_if() -> None:
    assert spoken({"on": ["created"]}, {"kind": "stop"}) == ["When a ticket is created", "apply no later rule"]


@pytest.mark.parametrize(("action", "sentence"), [
    ({"kind": "assign", "to": "manager"}, "give it to the owner's manager"),
    ({"kind": "assign", "to": 7}, "give it to 王芳"),
    ({"kind": "assign", "to": 8}, "give it to user 8"),
    ({"kind": "notify", "to": ["owner", "creator", 7], "text": "100 % %(x)s", "channels": ["in_app", "email"]},
     "tell the owner and its creator and 王芳 in the app and by e-mail: “100 % %(x)s”"),
    ({"kind": "create_task", "subject": "Call", "assignee": "owner", "due_in_days": 3},
     "give the owner the task “Call”, due after 3 days"),
    ({"kind": "set_field", "field": "priority", "value": "urgent"}, "set Priority to Urgent!"),
    ({"kind": "set_field", "field": "hot", "value": True}, "set Hot to yes"),
    ({"kind": "set_field", "field": "hot", "value": False}, "set Hot to no"),
    ({"kind": "set_field", "field": "owner", "value": 7}, "set Owner to 王芳"),
    ({"kind": "set_field", "field": "size", "value": 0}, "set Size to 0"),
    ({"kind": "set_field", "field": "stage", "value": None}, "clear Stage"),
    ({"kind": "set_field", "field": "stage"}, "clear Stage"),
    ({"kind": "stop"}, "apply no later rule"),
])
def test_each_action_is_said_with_the_names_that_people_know(action: dict[str, Any], sentence: str) -> None:
    assert spoken({"on": ["created"]}, action)[1:] == [sentence]


def test_labels_wait_for_the_language_of_the_reader() -> None:
    label, entity, condition = Lazy("优先级"), Lazy("工单"), Lazy("优先级是紧急")
    fields = {"priority": Field("priority", "priority", "choice", label, choices={"urgent": "紧急"})}
    trigger = {"on": ["changed"], "fields": ["priority"]}
    action = {"kind": "set_field", "field": "priority", "value": "urgent"}
    pieces = say_rule(entity, trigger, condition, [action], fields, {})
    assert (label.read, entity.read, condition.read) == (0, 0, 0)
    assert [str(piece) for piece in pieces] == [
        "When a 工单 is changed in 优先级", "if 优先级是紧急", "set 优先级 to 紧急"]
