"""Which rules fire on an event, in which order, and why the others do not.

A rule fires once per occurrence, the unique name made of its version, the record and the event or tick. Rules change
records, changes are events, events fire rules: every event therefore carries the rules that led to it, a rule never
fires on a chain that it is part of, and after `LONGEST_CHAIN` rules in a row none does.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.kernel.problems import N_
from app.workflows.rules.explanation import Explanation, explain

CREATED, CHANGED, DELETED, TICK = "created", "changed", "deleted", "tick"
EVENTS = (CREATED, CHANGED, DELETED)
ASSIGN, NOTIFY, CREATE_TASK, SET_FIELD, STOP = "assign", "notify", "create_task", "set_field", "stop"
ACTIONS = (ASSIGN, NOTIFY, CREATE_TASK, SET_FIELD, STOP)
LONGEST_CHAIN = 5


@dataclass(frozen=True)
class Rule:
    """A rule as the engine needs it. `on` names the kinds of event, or tick; `fields` narrows ``changed`` to changes of
    at least one of them, empty means any; `actions` are as `language.check_rule` accepts them."""

    id: int
    version: int
    entity: str
    on: frozenset[str]
    fields: frozenset[str] = frozenset()
    actions: tuple[Mapping[str, Any], ...] = ()
    order: int = 0
    active: bool = True

    @property
    def stops(self) -> bool:
        """Whether no later rule is applied once this one has fired."""
        return any(action["kind"] == STOP for action in self.actions)


@dataclass(frozen=True)
class Event:
    """Something that rules may answer: a change with its `id`, or for one record a tick with its `slot`, the aware
    moment for which it was due. `caused_by` are the ids of the rules that led here, first cause first."""

    kind: str
    entity: str
    record: int
    id: int | None = None
    slot: dt.datetime | None = None
    changed: frozenset[str] = frozenset()
    caused_by: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in (*EVENTS, TICK):
            raise ValueError(f"not a kind of event: {self.kind!r}")
        if (self.slot is not None) != (self.kind == TICK) or (self.id is None) != (self.kind == TICK):
            raise ValueError("a tick has a slot and no id, any other event an id and no slot")
        if self.slot is not None and self.slot.tzinfo is None:
            raise ValueError("a moment needs a time zone")

    @property
    def depth(self) -> int:
        """How many rules in a row led here; 0 for what a person did."""
        return len(self.caused_by)


class Selection(NamedTuple):
    """What becomes of `rule`: whether it `fired`, and why or why not."""

    rule: Rule
    fired: bool
    why: Explanation


def occurrence(rule: Rule, event: Event) -> str:
    """The name under which `rule`, in this version, may fire once for `event`. The same on every machine."""
    if event.slot is None:
        moment = f"event/{event.id}"
    else:
        moment = f"tick/{event.slot.astimezone(dt.UTC).isoformat(timespec='microseconds')}"
    return f"rule/{rule.id}/{rule.version}/{event.entity}/{event.record}/{moment}"


def chain(rule: Rule, event: Event) -> tuple[int, ...]:
    """The `caused_by` of whatever `rule` changes because of `event`."""
    return (*event.caused_by, rule.id)


def select_actions(rules: Iterable[Rule], event: Event, matches: Callable[[Rule], bool]) -> list[Selection]:
    """Every rule with its fate, in the order of application: lower `order` first, then lower id.

    `matches` says whether the rule's condition holds for the record; it is asked last and only where all else agrees,
    since it may cost a query. A rule that fires and holds ``stop`` is the last that can fire.
    """
    selected: list[Selection] = []
    stopped_by: Rule | None = None
    for rule in sorted(rules, key=lambda rule: (rule.order, rule.id)):
        why = _why_not(rule, event) or _stopped(stopped_by) or _judged(rule, matches)
        selected.append(Selection(rule, why.code == "fired", why))
        if why.code == "fired" and rule.stops:
            stopped_by = rule
    return selected


def _why_not(rule: Rule, event: Event) -> Explanation | None:
    """The first reason that needs no look at the record."""
    if not rule.active:
        return explain("inactive", N_("The rule is switched off."))
    if rule.entity != event.entity:
        return explain("other_entity", N_("The rule is about another kind of record."))
    if event.kind not in rule.on:
        return explain("other_event", N_("The rule does not answer this kind of event."))
    if event.kind == CHANGED and rule.fields and not rule.fields & event.changed:
        return explain("other_fields", N_("None of the fields that the rule watches has changed."))
    return _circular(rule, event)


def _circular(rule: Rule, event: Event) -> Explanation | None:
    if rule.id in event.caused_by:
        return explain("own_change", N_("The rule does not answer what it caused itself."))
    if event.depth >= LONGEST_CHAIN:
        return explain("too_deep", N_("Rules answered each other %(depth)s times in a row; the chain ends here."),
                       depth=event.depth)
    return None


def _stopped(by: Rule | None) -> Explanation | None:
    if by is None:
        return None
    return explain("stopped", N_("Rule %(rule)s was applied before and ends the list."), rule=by.id)


def _judged(rule: Rule, matches: Callable[[Rule], bool]) -> Explanation:
    if matches(rule):
        return explain("fired", N_("The event and the condition fit."))
    return explain("condition", N_("The condition does not hold."))
