"""Reminders: at set moments, and in steps for those whom nobody has contacted; each takes effect once."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.customers.models import Customer, Interaction
from app.desk.models import Task
from app.kernel import clock
from app.kernel.actor import SYSTEM, under
from app.kernel.database import acting_as, in_unit, session
from app.kernel.dialects import insert_once
from app.kernel.settings import declare, read_setting
from app.sales.models import Lead, Opportunity
from app.workflows.models import ReminderFire, ReminderStep
from app.workflows.operations.jobs import job
from app.workflows.operations.people import manager_of, tell, zone_of
from app.workflows.rules import follow_up as judge

declare("reminders.hour", default=9, kind="integer", least=0, most=23,
        label=_l("Hour of the day of follow-up reminders"))
declare("reminders.catch_up_days", default=7, kind="integer", least=1,
        label=_l("Days for which a missed reminder is still sent"))
BATCH = 200
# Nobody has to contact a lead that became a customer or was given up.
SETTLED_LEADS = ("converted", "discarded")


@dataclass(frozen=True)
class Moment:
    """A column whose moment is a reminder: of which entity, and how it is said."""

    model: Any
    column: Any
    name: str
    text: Any
    condition: Any = None


def _moments() -> list[Moment]:
    open_task = Task.status.in_(("open", "in_progress"))
    return [
        Moment(Task, Task.remind_at, "remind_at", _l("Reminder: %(title)s"), open_task),
        Moment(Customer, Customer.next_contact_at, "next_contact_at", _l("Contact now: %(title)s")),
        Moment(Lead, Lead.next_at, "next_at", _l("Contact now: %(title)s"),
               Lead.status.not_in(SETTLED_LEADS)),
        Moment(Interaction, Interaction.next_at, "next_at", _l("Next step is due: %(title)s")),
    ]


@job("reminders", _l("Follow-up reminders"))
def remind(arguments: dict[str, Any]) -> int:
    """Send every reminder that is due; how many took effect."""
    with acting_as(SYSTEM), under(cause="reminder", verb=""):
        return sum(_remind_moment(moment) for moment in _moments()) + sum(
            _remind_neglected(entity) for entity in ("lead", "opportunity", "customer"))


def _remind_moment(moment: Moment) -> int:
    total = 0
    while part := in_unit(_moment_part, moment):
        total += part
    return total


def _not_fired(model: Any, entity: str, step: str, basis: Any) -> Any:
    fired = sa.select(ReminderFire.id).where(ReminderFire.entity == entity, ReminderFire.record_id == model.id,
                                             ReminderFire.step == step, ReminderFire.basis == basis)
    return ~fired.exists()


def _moment_part(moment: Moment) -> int:
    """One unit of due moments; each fires once for its value, so that a moved moment is another reminder."""
    now, entity = clock.now(), moment.model.entity_name()
    since = now - dt.timedelta(days=read_setting("reminders.catch_up_days"))
    found = sa.select(moment.model).where(moment.column <= now, moment.column > since,
                                          moment.model.owner_id.is_not(None),
                                          _not_fired(moment.model, entity, moment.name, moment.column))
    if moment.condition is not None:
        found = found.where(moment.condition)
    rows = list(session().scalars(found.order_by(moment.column, moment.model.id).limit(BATCH)))
    for row in rows:
        basis = getattr(row, moment.name)
        if insert_once(ReminderFire, {"entity": entity, "record_id": row.id, "step": moment.name, "basis": basis,
                                      "fired_at": now}):
            key = judge.reminder_key(entity, row.id, moment.name, basis)
            tell(row.owner_id, "reminder", _Titled(moment.text, str(row)), entity, row.id, key,
                        ("in_app", "email"))
    return len(rows)


class _Titled:
    """A text with a record's title in it, said in the language in force when it is needed."""

    def __init__(self, text: Any, title: str, **more: Any) -> None:
        self.text, self.params = text, {"title": title, **more}

    def __str__(self) -> str:
        return str(self.text) % self.params


def _basis_of(entity: str) -> tuple[Any, Any, Any]:
    """Model, the moment of the last contact or else of the creation, and which records are still open."""
    model, still_open = {
        "lead": (Lead, Lead.status.not_in(SETTLED_LEADS)),
        "opportunity": (Opportunity, Opportunity.stage_category == "open"),
        "customer": (Customer, Customer.lifecycle_stage != "churned"),
    }[entity]
    return model, sa.func.coalesce(model.last_contact_at, model.created_at), still_open


def _steps(entity: str) -> list[judge.Step]:
    rows = session().scalars(sa.select(ReminderStep).where(ReminderStep.entity == entity, ReminderStep.active)
                             .order_by(ReminderStep.day, ReminderStep.id))
    return [judge.Step(str(row.id), row.day, row.audience) for row in rows]


def _remind_neglected(entity: str) -> int:
    total, after = 0, 0
    while True:
        fired, last = in_unit(_neglected_part, entity, after)
        total += fired
        if last is None:
            return total
        after = last


def _neglected_part(entity: str, after: int) -> tuple[int, int | None]:
    """One unit over the next neglected records; how many reminders fired, and the last id looked at."""
    steps = _steps(entity)
    if not steps:
        return 0, None
    model, basis, still_open = _basis_of(entity)
    # A calendar day may be up to 14 hours longer elsewhere: the exact moment is judged per recipient below.
    horizon = clock.now() - dt.timedelta(days=min(step.day for step in steps) - 1)
    oldest = clock.now() - dt.timedelta(days=max(step.day for step in steps) + read_setting("reminders.catch_up_days"))
    found = sa.select(model, basis.label("basis")).where(still_open, model.owner_id.is_not(None), basis <= horizon,
                                                         basis > oldest, model.id > after)
    rows = list(session().execute(found.order_by(model.id).limit(BATCH)))
    fired = sum(_remind_record(entity, row[0], _aware(row[1]), steps) for row in rows)
    return fired, rows[-1][0].id if rows else None


def _aware(moment: dt.datetime | str) -> dt.datetime:
    value = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


def _remind_record(entity: str, record: Any, basis: dt.datetime, steps: list[judge.Step]) -> int:
    manager = manager_of(record.owner_id, record.team_id)
    zones = {"owner": zone_of(record.owner_id), "manager": zone_of(manager)}
    at = dt.time(int(read_setting("reminders.hour")))
    planned = judge.plan(basis, steps, clock.now(), zones, at)
    return sum(_fire(entity, record, basis, each, manager) for each in planned if each.due and not each.superseded)


def _fire(entity: str, record: Any, basis: dt.datetime, planned: judge.Planned, manager: int | None) -> int:
    to = manager if planned.audience == "manager" else record.owner_id
    values = {"entity": entity, "record_id": record.id, "step": planned.step.key, "basis": basis,
              "fired_at": clock.now()}
    if to is None or not insert_once(ReminderFire, values):
        return 0
    text = _Titled(_l("No contact for %(days)d days: %(title)s"), str(record), days=planned.step.day)
    key = judge.occurrence_key(entity, record.id, basis, planned.step.key)
    tell(to, "reminder" if planned.audience == "owner" else "escalation", text, entity, record.id, key,
                ("in_app", "email"))
    return 1
