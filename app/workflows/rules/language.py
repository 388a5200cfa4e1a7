"""What an admin may write into a rule, judged before it is kept, and said back as a sentence.

A rule's ``trigger`` is ``{"on": ["created", "changed"], "fields": ["stage"]}`` or ``{"on": ["tick"]}``. Its ``actions``
are a list of

- ``{"kind": "assign", "to": WHO}``, WHO being ``agent`` (the next one of its queue), ``manager`` or a user's id
- ``{"kind": "notify", "to": [WHO, ...], "text": ..., "channels": ["in_app", "email"]}``, WHO being ``owner``,
  ``manager``, ``creator`` or a user's id; channels may be left out, in the app is the default
- ``{"kind": "create_task", "subject": ..., "assignee": WHO, "due_in_days": 3}``, WHO as for notify
- ``{"kind": "set_field", "field": ..., "value": ...}``, the value as JSON has it: dates and moments in ISO 8601, a
  record by its id, null to clear
- ``{"kind": "stop"}``, the last one: no later rule is applied to this event
"""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeGuard

from app.kernel.problems import N_, Problem, Problems, problem
from app.workflows.rules.engine import (
    ACTIONS,
    ASSIGN,
    CHANGED,
    CREATE_TASK,
    DELETED,
    EVENTS,
    NOTIFY,
    SET_FIELD,
    STOP,
    TICK,
)

ASSIGNEES = ("agent", "manager")
RECIPIENTS = ("owner", "manager", "creator")
CHANNELS = ("in_app", "email")
LONGEST_TEXT, LONGEST_SUBJECT, MOST_DAYS, MOST_ACTIONS = 2000, 200, 365, 20


class FieldLike(Protocol):
    """What the judgements need to know of an entity's field; the kernel's Field has it."""

    name: str
    kind: str
    label: Any
    required: bool
    max_length: int | None
    choices: Mapping[str, Any] | None
    readonly: bool
    personal: bool
    least: float | None
    most: float | None


Fields = Mapping[str, FieldLike]


def check_rule(values: Mapping[str, Any], fields: Fields) -> Problems:
    """One problem per field of a rule's `values` (``trigger``, ``actions``, ``order``); `fields` are its entity's."""
    trigger: Any = values.get("trigger")
    actions: Any = values.get("actions")
    judged = {
        "trigger": _judge_trigger(trigger, fields),
        "actions": _judge_actions(actions, fields),
        "order": None if _whole(values.get("order", 0)) else problem(N_("The order is a whole number.")),
    }
    found = {name: said for name, said in judged.items() if said is not None}
    if not found and DELETED in trigger["on"] and any(action["kind"] in (ASSIGN, SET_FIELD) for action in actions):
        found["actions"] = problem(N_("A deleted record can no longer be assigned or changed."))
    return found


def _judge_trigger(trigger: object, fields: Fields) -> Problem | None:
    if not isinstance(trigger, Mapping) or not trigger.keys() <= {"on", "fields"}:
        return problem(N_("Choose when the rule is to be applied."))
    on, watched = trigger.get("on"), trigger.get("fields", [])
    if not _words(on, (*EVENTS, TICK)) or (TICK in on and len(on) > 1):
        return problem(N_("Choose one or more of created, changed and deleted, or else the tick of the clock."))
    if not _texts(watched):
        return problem(N_("The watched fields are a list of field names."))
    if watched and CHANGED not in on:
        return problem(N_("Only a rule that answers changes can watch fields."))
    for name in watched:
        if name not in fields:
            return problem(N_("There is no field “%(field)s”."), field=name)
    return None


def _judge_actions(actions: object, fields: Fields) -> Problem | None:
    if not _is_list(actions) or not 1 <= len(actions) <= MOST_ACTIONS:
        return problem(N_("A rule does at least one thing and at most %(most)s."), most=MOST_ACTIONS)
    for position, action in enumerate(actions, start=1):
        said = _judge_action(action, position == len(actions), fields)
        if said:
            return problem(N_("Action %(position)s: %(problem)s"), position=position, problem=said)
    return None


def _judge_action(action: object, is_last: bool, fields: Fields) -> Problem | None:
    if not isinstance(action, Mapping) or action.get("kind") not in ACTIONS:
        return problem(N_("Choose what is to be done."))
    kind = action["kind"]
    for name in action:
        if name not in _PARTS[kind]:
            return problem(N_("“%(part)s” does not belong to this action."), part=name)
    if kind == STOP and not is_last:
        return problem(N_("What follows the end of the list would never be done."))
    return _JUDGES[kind](action, fields)


def _judge_assign(action: Mapping[str, Any], fields: Fields) -> Problem | None:
    return None if _is_person(action.get("to"), ASSIGNEES) else problem(N_("Choose who gets the record."))


def _judge_notify(action: Mapping[str, Any], fields: Fields) -> Problem | None:
    to, channels = action.get("to"), action.get("channels", ["in_app"])
    if not _is_list(to) or not to or not all(_is_person(who, RECIPIENTS) for who in to):
        return problem(N_("Choose who is told."))
    if not _words(channels, CHANNELS):
        return problem(N_("Choose how the message is sent."))
    if not _text(action.get("text"), LONGEST_TEXT):
        return problem(N_("The message has 1 to %(most)s characters."), most=LONGEST_TEXT)
    return None


def _judge_create_task(action: Mapping[str, Any], fields: Fields) -> Problem | None:
    if not _text(action.get("subject"), LONGEST_SUBJECT):
        return problem(N_("The subject has 1 to %(most)s characters."), most=LONGEST_SUBJECT)
    if not _is_person(action.get("assignee"), RECIPIENTS):
        return problem(N_("Choose who gets the task."))
    if not _whole(action.get("due_in_days"), 0, MOST_DAYS):
        return problem(N_("The days until the task is due are a number from 0 to %(most)s."), most=MOST_DAYS)
    return None


def _judge_set_field(action: Mapping[str, Any], fields: Fields) -> Problem | None:
    name = action.get("field")
    if not isinstance(name, str) or name not in fields:
        return problem(N_("There is no field “%(field)s”."), field=name)
    field = fields[name]
    # A rule is readable by every admin, so a personal value must not lie in it.
    if field.readonly or field.personal or field.kind not in _FITS:
        return problem(N_("A rule cannot set the field “%(field)s”."), field=field.label)
    value = action.get("value")
    if value is None and field.required:
        return problem(N_("The field “%(field)s” cannot be empty."), field=field.label)
    if value is not None and not _FITS[field.kind](value, field):
        return problem(N_("This value does not fit the field “%(field)s”."), field=field.label)
    return None


_PARTS: Mapping[str, frozenset[str]] = {
    ASSIGN: frozenset({"kind", "to"}),
    NOTIFY: frozenset({"kind", "to", "text", "channels"}),
    CREATE_TASK: frozenset({"kind", "subject", "assignee", "due_in_days"}),
    SET_FIELD: frozenset({"kind", "field", "value"}),
    STOP: frozenset({"kind"}),
}
_JUDGES: Mapping[str, Callable[[Mapping[str, Any], Fields], Problem | None]] = {
    ASSIGN: _judge_assign, NOTIFY: _judge_notify, CREATE_TASK: _judge_create_task, SET_FIELD: _judge_set_field,
    STOP: lambda action, fields: None,
}


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _texts(value: object) -> TypeGuard[Sequence[str]]:
    return _is_list(value) and all(isinstance(item, str) for item in value)


def _words(value: object, allowed: Sequence[str]) -> TypeGuard[Sequence[str]]:
    """Whether `value` is a list of at least one of `allowed`, none twice."""
    return _texts(value) and len(value) > 0 and len(set(value)) == len(value) and set(value) <= set(allowed)


def _is_person(value: object, words: Sequence[str]) -> bool:
    return _whole(value, 1) or (isinstance(value, str) and value in words)


def _text(value: object, most: float) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= most


def _whole(value: object, least: float | None = None, most: float | None = None) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and _within(value, least, most)


def _number(value: object, least: float | None, most: float | None) -> bool:
    return _whole(value, least, most) or (
        isinstance(value, float) and math.isfinite(value) and _within(value, least, most))


def _within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


def _moment(value: object) -> bool:
    try:
        return isinstance(value, str) and dt.datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _fits_text(value: object, field: FieldLike) -> bool:
    return _text(value, math.inf if field.max_length is None else field.max_length)


def _fits_whole(value: object, field: FieldLike) -> bool:
    return _whole(value, field.least, field.most)


_FITS: Mapping[str, Callable[[object, FieldLike], bool]] = {
    "text": _fits_text,
    "long_text": _fits_text,
    "integer": _fits_whole,
    "money": _fits_whole,
    "decimal": lambda value, field: _number(value, field.least, field.most),
    "boolean": lambda value, field: isinstance(value, bool),
    "date": lambda value, field: _date(value),
    "moment": lambda value, field: _moment(value),
    "choice": lambda value, field: isinstance(value, str) and value in (field.choices or {}),
    "pointer": lambda value, field: _whole(value, 1),
    "user": lambda value, field: _whole(value, 1),
}
