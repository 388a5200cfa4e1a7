"""What a fired rule does: assign, tell, make a task, set a field; each with the rights of whom the rule runs as."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext

from app.kernel import clock, stored
from app.kernel.actor import SYSTEM, Actor
from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import session
from app.kernel.entity import scoped_by_table
from app.kernel.fields import fields_of
from app.kernel.language import say_problem
from app.kernel.problems import N_, Problem, problem
from app.kernel.rights.states import allowed_ids
from app.security.queries import load_actor
from app.workflows.models import Rule
from app.workflows.operations.assignment import assign_tickets
from app.workflows.operations.people import recipients, tell
from app.workflows.rules import engine as judge


@dataclass(frozen=True)
class Firing:
    """One rule that fired: for which event and record, as whom, and under which name it does so once."""

    event: judge.Event
    record: Any
    actor: Actor
    occurrence: str


def actor_of(rule: Rule) -> Actor | None:
    """As whom the rule runs: the system if nobody is named; None where that user may not work any more."""
    if rule.run_as_id is None:
        return SYSTEM
    active = session().scalars(sa.select(User.active).where(User.id == rule.run_as_id)).first()
    return load_actor(rule.run_as_id) if active else None


def out_of_reach(rule: Rule, record: Any) -> Problem | None:
    """Why the rule may not look at the record at all."""
    actor = actor_of(rule)
    if actor is None:
        return problem(N_("The user as whom the rule runs is not active any more."))
    if not actor.is_system and not _may(actor, "read", record):
        return problem(N_("The user as whom the rule runs may not see the record."))
    return None


def carry_out(rule: Rule, event: judge.Event, record: Any, occurrence: str) -> str:
    """Do every action of the rule, inside the unit in force; what came of each, in words."""
    firing = Firing(event, record, actor_of(rule) or SYSTEM, occurrence)
    results = [_ACTIONS[action["kind"]](action, firing) for action in rule.actions or ()]
    return "; ".join(result for result in results if result)


def _may(actor: Actor, verb: str, record: Any) -> bool:
    return actor.is_system or record.id in allowed_ids(session(), type(record), actor, verb, [record.id])


def _people(words: Any, record: Any) -> list[int]:
    return recipients(words, record.owner_id, getattr(record, "created_by_id", None), record.team_id)


def _notify(action: Mapping[str, Any], firing: Firing) -> str:
    to = _people(action["to"], firing.record)
    for user_id in to:
        tell(user_id, "info", action["text"], firing.event.entity, firing.event.record, firing.occurrence,
             action.get("channels", ["in_app"]))
    return gettext("%(count)s told", count=len(to))


def _create_task(action: Mapping[str, Any], firing: Firing) -> str:
    to = _people([action["assignee"]], firing.record)
    row = {"subject": action["subject"], "about": f"{firing.event.entity}:{firing.event.record}",
           "assignee": to[0] if to else None, "due_at": clock.now() + dt.timedelta(days=action["due_in_days"])}
    outcome = add_rows(scoped_by_table()["task"], [row], as_actor=SYSTEM)
    return gettext("task made") if outcome.done else _refusal(outcome.refused)


def _set_field(action: Mapping[str, Any], firing: Firing) -> str:
    model = type(firing.record)
    field = fields_of(model)[action["field"]]
    value = stored.decode(model, field, action.get("value"))
    outcome = change_rows(model, {firing.event.record: {field.name: value}}, as_actor=firing.actor)
    return _refusal(outcome.refused) or gettext("%(field)s set", field=str(field.label))


def _assign(action: Mapping[str, Any], firing: Firing) -> str:
    if action["to"] == "agent":
        if not _may(firing.actor, "assign", firing.record):
            return gettext("The user as whom the rule runs may not assign the record.")
        return assign_tickets([firing.event.record]).get(firing.event.record, "")
    to = _people([action["to"]], firing.record)
    if not to:
        return gettext("nobody to assign to")
    outcome = change_rows(type(firing.record), {firing.event.record: {"owner": to[0]}}, as_actor=firing.actor)
    return _refusal(outcome.refused) or gettext("assigned")


def _stop(action: Mapping[str, Any], firing: Firing) -> str:
    return ""


def _refusal(refused: Mapping[int, Mapping[str, Any]]) -> str:
    return "; ".join(say_problem(found) for problems in refused.values() for found in problems.values())


_ACTIONS = {judge.NOTIFY: _notify, judge.CREATE_TASK: _create_task, judge.SET_FIELD: _set_field,
            judge.ASSIGN: _assign, judge.STOP: _stop}
