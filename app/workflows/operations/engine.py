"""Rules meet events and ticks. Each fired rule works in a unit of its own, so that a broken one stops nobody else.

An event is claimed by moving its due time on: a worker that dies leaves it to the next, and what has been done before
is known by its occurrence. After `POLICY.attempts` claims it waits for a person.
"""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import exc

from app.kernel import clock, filters
from app.kernel.actor import SYSTEM, under
from app.kernel.database import acting_as, in_unit, is_busy, session
from app.kernel.dialects import insert_once, locked
from app.kernel.entity import scoped_by_table
from app.kernel.events import Change, DomainEvent, EventInbox, consume
from app.kernel.language import say_problem
from app.kernel.problems import N_, Problem, problem
from app.workflows.models import Rule, RuleRun
from app.workflows.operations.actions import carry_out, out_of_reach
from app.workflows.operations.jobs import tried
from app.workflows.rules import backoff
from app.workflows.rules import engine as judge

CONSUMER = "rules"
KINDS = {"create": judge.CREATED, "update": judge.CHANGED, "undelete": judge.CHANGED, "delete": judge.DELETED}
# Changes that rules make carry the chain of rules in their cause, so that the loop guard sees it.
CHAIN = "rule:"
# Rules for which an event is plainly not meant leave no trace in the log.
UNTOLD = ("other_event", "other_entity", "inactive", "other_fields")
LEASE = dt.timedelta(minutes=2)
POLICY = backoff.Policy(base=15, cap=3600, attempts=6)


def _wanted(change: Change) -> bool:
    """Whether any active rule is about this entity; asked of the database once per unit."""
    known = session().info.setdefault("found", {})
    if "ruled" not in known:
        found = sa.select(Rule.entity).where(Rule.active, Rule.deleted_at.is_(None)).distinct()
        # Whoever makes the change: rules answer it although he may not read them.
        known["ruled"] = set(session().execute(found, execution_options={"unscoped": True}).scalars())
    return change.entity in known["ruled"]


consume(CONSUMER, _wanted)


@dataclass(frozen=True)
class Taken:
    """A claimed event with the rules that fire on it; `error` where judging itself failed."""

    event_id: int
    event: judge.Event | None
    rules: list[int]
    error: str = ""


def handle_one() -> bool:
    """Claim one waiting event, apply the rules, forget it. Whether there was one."""
    taken = in_unit(_take)
    if taken is None:
        return False
    errors = [taken.error] if taken.error else []
    if taken.event is not None:
        errors += fire_all(taken.rules, taken.event)
    if taken.rules or errors:
        in_unit(_settle, taken.event_id, errors)
    return True


def _take() -> Taken | None:
    now = clock.now()
    waiting = sa.select(EventInbox).where(EventInbox.consumer == CONSUMER, EventInbox.due_at <= now,
                                          EventInbox.attempts < POLICY.attempts)
    entry = session().scalars(locked(waiting.order_by(EventInbox.event_id).limit(1), skip=True)).first()
    if entry is None:
        return None
    entry.attempts, entry.due_at = entry.attempts + 1, now + LEASE
    row = session().scalars(sa.select(DomainEvent).where(DomainEvent.id == entry.event_id)).one()
    event, chosen = _event_of(row), []

    def look() -> None:
        with session().begin_nested():
            chosen.extend(judge_event(event, _decided(event.id)))

    error = try_rule(look)
    if error or chosen:
        return Taken(row.id, event if chosen else None, chosen, error)
    session().delete(entry)
    return Taken(row.id, None, [])


def _decided(event_id: int | None) -> set[int]:
    """The rules that an earlier try of this event has done with: those that failed are not among them."""
    found = sa.select(RuleRun.rule_id).where(RuleRun.event_id == event_id,
                                             sa.or_(RuleRun.fired, RuleRun.result.is_(None)))
    return set(session().scalars(found))


def _settle(event_id: int, errors: list[str]) -> None:
    """Forget the event, or put it off for the rules that failed."""
    entry = session().scalars(locked(sa.select(EventInbox).where(
        EventInbox.event_id == event_id, EventInbox.consumer == CONSUMER))).first()
    if entry is None:
        return
    if not errors:
        session().delete(entry)
        return
    entry.error = "; ".join(errors)[:1000]
    entry.due_at = backoff.next_attempt(entry.attempts, clock.now(), random.SystemRandom(), POLICY) or entry.due_at


def _event_of(row: DomainEvent) -> judge.Event:
    return judge.Event(KINDS[row.kind], row.entity, row.record_id, id=row.id, changed=frozenset(row.changes),
                       caused_by=chain_of(row.cause))


def chain_of(cause: str) -> tuple[int, ...]:
    """The rules that led to a change, from the cause that `fire_all` gave it."""
    if not cause.startswith(CHAIN):
        return ()
    return tuple(int(part) for part in cause.removeprefix(CHAIN).split(",") if part.isdigit())


def try_rule(work: Callable[..., Any], *args: Any) -> str:
    """`work(*args)`; what went wrong, in short, or nothing. That another writer was in the way is raised: the unit is
    tried again for it."""
    return tried("a rule", lambda: work(*args),
                 but=lambda failure: isinstance(failure, exc.DBAPIError) and is_busy(failure))


def judge_event(event: judge.Event, decided: set[int], *, tell: bool = True) -> list[int]:
    """The ids of the rules that fire on `event`, in order; `tell` logs why the others do not. Inside a unit."""
    rules = {rule.id: rule for rule in session().scalars(sa.select(Rule).where(Rule.entity == event.entity))
             if rule.id not in decided}
    record = record_of(event) if rules else None
    reasons: dict[int, Problem] = {}

    def holds(pure: judge.Rule) -> bool:
        reason = problem(N_("The record is gone.")) if record is None else _why_not(rules[pure.id], record)
        if reason is not None:
            reasons[pure.id] = reason
        return reason is None

    selected = judge.select_actions([pure_rule(rule) for rule in rules.values()], event, holds)
    for each in selected:
        if tell and not each.fired and each.why.code not in UNTOLD:
            why = say_problem(reasons.get(each.rule.id, each.why.sentence))
            _log(rules[each.rule.id], event, record, fired=False, why=why)
    return [each.rule.id for each in selected if each.fired]


def _why_not(rule: Rule, record: Any) -> Problem | None:
    held: list[bool] = []
    broken = try_rule(lambda: held.append(_matches(rule, record)))
    if broken:
        return problem(N_("The condition cannot be judged: %(error)s"), error=broken)
    if not held[0]:
        return problem(N_("The condition does not hold."))
    return out_of_reach(rule, record)


def pure_rule(rule: Rule) -> judge.Rule:
    """The rule as the pure engine needs it."""
    trigger = rule.trigger or {}
    return judge.Rule(rule.id, rule.version, rule.entity, frozenset(trigger.get("on", ())),
                      frozenset(trigger.get("fields", ())), tuple(rule.actions or ()), rule.order or 0,
                      bool(rule.active))


def record_of(event: judge.Event) -> Any:
    """The record that an event is about, a deleted one only if that is the event; None if it is gone."""
    model = scoped_by_table()[event.entity]
    found = sa.select(model).where(model.id == event.record)
    return session().scalars(found.execution_options(with_deleted=event.kind == judge.DELETED)).first()


def bound_condition(rule: Rule, model: Any) -> filters.Bound:
    """The rule's condition for `model`, days being those of the house. RuleError where it names no field any more."""
    context = filters.Context(user_id=rule.run_as_id, zone=current_app.config.get("CRM_TIMEZONE") or "UTC")
    return filters.bind(filters.from_dict(rule.condition or {"and": []}), model, context=context)


def _matches(rule: Rule, record: Any) -> bool:
    return filters.matches(bound_condition(rule, type(record)), record)


def fire_all(rules: list[int], event: judge.Event) -> list[str]:
    """Carry out these rules for `event`, each in a unit of its own; what went wrong, if anything."""
    errors = []
    for rule_id in rules:
        cause = CHAIN + ",".join(str(each) for each in (*event.caused_by, rule_id))
        with under(cause=cause, cause_event_id=event.id, depth=event.depth + 1, channel="rule", verb="",
                   batch_id=None):
            error = try_rule(in_unit, _fire, rule_id, event)
            if error:
                in_unit(_log_failure, rule_id, event, error)
                errors.append(f"rule {rule_id}: {error}")
    return errors


def _fire(rule_id: int, event: judge.Event) -> None:
    """One rule for one event, once: a repeated occurrence does nothing."""
    rule = session().scalars(sa.select(Rule).where(Rule.id == rule_id, Rule.active)).first()
    record = record_of(event)
    if rule is None or record is None:
        return
    occurrence = judge.occurrence(pure_rule(rule), event)
    why = say_problem(problem(N_("The event and the condition fit.")))
    if _log(rule, event, record, fired=True, why=why, occurrence=occurrence):
        result = carry_out(rule, event, record, occurrence)
        session().scalars(sa.select(RuleRun).where(RuleRun.occurrence == occurrence)).one().result = result[:500]


def _log_failure(rule_id: int, event: judge.Event, error: str) -> None:
    rule = session().scalars(sa.select(Rule).where(Rule.id == rule_id)).first()
    if rule is not None:
        _log(rule, event, record_of(event), fired=False, why=say_problem(problem(N_("The rule failed."))), result=error)


def _log(rule: Rule, event: judge.Event, record: Any, *, fired: bool, why: str, occurrence: str | None = None,
         result: str | None = None) -> bool:
    values = {"at": clock.now(), "rule_id": rule.id, "rule_version": rule.version, "entity": event.entity,
              "record_id": event.record, "event_id": event.id, "fired": fired, "why": why[:500],
              "occurrence": occurrence, "owner_id": getattr(record, "owner_id", None),
              "team_id": getattr(record, "team_id", None), "result": result}
    return insert_once(RuleRun, values)


def handle_all(most: int = 10_000) -> int:
    """Handle waiting events until there is none, as the system; how many."""
    with acting_as(SYSTEM):
        return next((count for count in range(most) if not handle_one()), most)
