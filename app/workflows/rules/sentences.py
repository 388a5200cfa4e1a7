"""A rule read back to the person who wrote it: "When a ticket is created, if Priority is Urgent, tell the owner ..."

In pieces, since each is translated for itself and a screen may set them one below the other.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

from app.kernel.problems import N_, Problem, problem
from app.workflows.rules.engine import (
    ASSIGN,
    CHANGED,
    CREATE_TASK,
    CREATED,
    DELETED,
    NOTIFY,
    SET_FIELD,
    STOP,
    TICK,
)
from app.workflows.rules.language import FieldLike, Fields

_HAPPENED = {CREATED: N_("is created"), CHANGED: N_("is changed"), DELETED: N_("is deleted")}
_WORDS = {
    "agent": N_("the next agent of its queue"), "owner": N_("the owner"), "manager": N_("the owner's manager"),
    "creator": N_("its creator"),
}
_SENT = {"in_app": N_("in the app"), "email": N_("by e-mail")}

People = Mapping[int, str]


def say_rule(entity: Any, trigger: Mapping[str, Any], condition: Any, actions: Sequence[Mapping[str, Any]],
             fields: Fields, people: People) -> list[Problem]:
    """A rule that passed `language.check_rule` in pieces: when, if (left out if there is none), then one per action.

    `entity` is the label of what the rule is about, `condition` the sentence of its filter or None, `fields` the
    entity's fields, `people` names of users by id. Labels may be lazy texts: they are not read here.
    """
    asked = [] if condition is None else [problem(N_("if %(condition)s"), condition=condition)]
    done = [_SAID[action["kind"]](action, fields, people) for action in actions]
    return [_when(entity, trigger, fields), *asked, *done]


def _when(entity: Any, trigger: Mapping[str, Any], fields: Fields) -> Problem:
    on, watched = trigger["on"], trigger.get("fields")
    if TICK in on:
        return problem(N_("At every tick, for each %(entity)s"), entity=entity)
    happened = [_changed(watched, fields) if kind == CHANGED and watched else problem(_HAPPENED[kind]) for kind in on]
    return problem(N_("When a %(entity)s %(happened)s"), entity=entity,
                   happened=_joined(happened, N_("%(first)s or %(second)s")))


def _changed(watched: Sequence[str], fields: Fields) -> Problem:
    names = _joined([fields[name].label for name in watched], N_("%(first)s or %(second)s"))
    return problem(N_("is changed in %(fields)s"), fields=names)


def _joined(parts: Sequence[Any], text: str) -> Any:
    return reduce(lambda first, second: problem(text, first=first, second=second), parts)


def _person(who: str | int, people: People) -> Any:
    if isinstance(who, str):
        return problem(_WORDS[who])
    return people.get(who) or problem(N_("user %(id)s"), id=who)


def _say_assign(action: Mapping[str, Any], fields: Fields, people: People) -> Problem:
    return problem(N_("give it to %(person)s"), person=_person(action["to"], people))


def _say_notify(action: Mapping[str, Any], fields: Fields, people: People) -> Problem:
    told = _joined([_person(who, people) for who in action["to"]], N_("%(first)s and %(second)s"))
    sent = _joined([problem(_SENT[way]) for way in action.get("channels", ["in_app"])], N_("%(first)s and %(second)s"))
    return problem(N_("tell %(people)s %(channels)s: “%(message)s”"), people=told, channels=sent,
                   message=action["text"])


def _say_create_task(action: Mapping[str, Any], fields: Fields, people: People) -> Problem:
    return problem(N_("give %(person)s the task “%(subject)s”, due after %(days)s days"),
                   person=_person(action["assignee"], people), subject=action["subject"], days=action["due_in_days"])


def _say_set_field(action: Mapping[str, Any], fields: Fields, people: People) -> Problem:
    field, value = fields[action["field"]], action.get("value")
    if value is None:
        return problem(N_("clear %(field)s"), field=field.label)
    return problem(N_("set %(field)s to %(value)s"), field=field.label, value=_shown(value, field, people))


def _shown(value: Any, field: FieldLike, people: People) -> Any:
    if field.kind == "boolean":
        return problem(N_("yes") if value else N_("no"))
    if field.kind == "user":
        return _person(value, people)
    return field.choices[value] if field.choices else value


def _say_stop(action: Mapping[str, Any], fields: Fields, people: People) -> Problem:
    return problem(N_("apply no later rule"))


_SAID: Mapping[str, Callable[[Mapping[str, Any], Fields, People], Problem]] = {
    ASSIGN: _say_assign, NOTIFY: _say_notify, CREATE_TASK: _say_create_task, SET_FIELD: _say_set_field, STOP: _say_stop,
}
