"""Rules that answer the clock: at each slot every matching record is an event of its own, met once."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.kernel import clock, filters
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit, session
from app.kernel.entity import scoped_by_table
from app.workflows.models import Rule
from app.workflows.operations.engine import bound_condition, fire_all, judge_event, try_rule
from app.workflows.operations.jobs import job
from app.workflows.rules import engine as judge

BATCH = 200


@job("rules_tick", _l("Rules at the tick of the clock"))
def tick(arguments: dict[str, Any]) -> int:
    """Apply the tick rules to every record that matches, for the slot of this run; how many records were met.

    Raises RuntimeError at the end if a rule failed, so that the run is tried again: what was done is not done twice.
    """
    slot = dt.datetime.fromisoformat(arguments["slot"]) if arguments.get("slot") else clock.now()
    with acting_as(SYSTEM):
        met, errors = 0, []
        for entity in _entities():
            count, failed = _tick_entity(entity, slot)
            met, errors = met + count, errors + failed
    if errors:
        raise RuntimeError(f"{len(errors)} failed: {errors[0]}")
    return met


def _tick_rules(entity: str | None = None) -> list[Rule]:
    found = sa.select(Rule).where(Rule.active).order_by(Rule.order, Rule.id)
    if entity is not None:
        found = found.where(Rule.entity == entity)
    return [rule for rule in session().scalars(found) if judge.TICK in (rule.trigger or {}).get("on", ())]


def _entities() -> list[str]:
    return sorted({rule.entity for rule in _tick_rules()} & set(scoped_by_table()))


def _tick_entity(entity: str, slot: dt.datetime) -> tuple[int, list[str]]:
    met, after = 0, 0
    errors: list[str] = []
    while True:
        ids, broken = in_unit(_matching, entity, after)
        for record_id in ids:
            event = judge.Event(judge.TICK, entity, record_id, slot=slot)
            errors += fire_all(in_unit(judge_event, event, set(), tell=False), event)
        met += len(ids)
        if len(ids) < BATCH:
            return met, errors + broken
        after = ids[-1]


def _matching(entity: str, after: int) -> tuple[list[int], list[str]]:
    """The next records that any tick rule matches, and the rules that cannot be asked."""
    model = scoped_by_table()[entity]
    conditions: list[Any] = []
    broken = []
    for rule in _tick_rules(entity):
        error = try_rule(_ask, rule, model, conditions)
        if error:
            broken.append(f"rule {rule.id}: {error}")
    if not conditions:
        return [], broken
    found = sa.select(model.id).where(sa.or_(*conditions), model.id > after).order_by(model.id).limit(BATCH)
    return list(session().scalars(found)), broken


def _ask(rule: Rule, model: Any, conditions: list[Any]) -> None:
    conditions.append(filters.compile_filter(bound_condition(rule, model), model))
