"""The clock's hand: makes each due moment of each schedule take effect exactly once, however many turn it."""

import datetime as dt

import sqlalchemy as sa

from app.kernel import clock
from app.kernel.database import in_unit, session
from app.kernel.dialects import insert_once, locked
from app.kernel.quiet import keep_quietly
from app.workflows.models import Schedule, ScheduleFire
from app.workflows.models.jobs import shaped
from app.workflows.operations.jobs import enqueue, known_jobs
from app.workflows.rules.schedules import due_times, next_time, schedule_of

# After a long stop only the latest moments are made up for, not a year of ticks.
MOST_FIRES = 3


def turn() -> int:
    """Fire everything that is due at this moment; how many moments took effect."""
    ids = list(session().scalars(sa.select(Schedule.id).where(Schedule.active)))
    return sum(in_unit(_turn_one, schedule_id) for schedule_id in ids)


def _turn_one(schedule_id: int) -> int:
    # A schedule that another scheduler turns at this moment is in good hands.
    found = sa.select(Schedule).where(Schedule.id == schedule_id, Schedule.active)
    row = session().scalars(locked(found, skip=True)).first()
    if row is None or row.job not in known_jobs():
        return 0
    now, plan = clock.now(), _plan_of(row)
    start = row.fired_until or row.created_at
    if row.next_at is not None and row.next_at > now:
        return 0
    fires = due_times(plan, start, now)[-MOST_FIRES:] if start < now else []
    made = [fire for fire in fires if insert_once(ScheduleFire, {"schedule_id": row.id, "fire_at": fire,
                                                                 "made_at": now})]
    for fire in made:
        enqueue(row.job, schedule_id=row.id, slot=fire)
    _note(row, max(now, start), next_time(plan, now))
    return len(made)


def _plan_of(row: Schedule) -> object:
    values = {name: getattr(row, name) for name in ("kind", "zone", "at", "weekdays", "day", "minutes", "expression")}
    return schedule_of(shaped(values))


def _note(row: Schedule, until: dt.datetime, following: dt.datetime) -> None:
    if row.next_at != following or row.fired_until != until:
        keep_quietly(row, fired_until=until, next_at=following)
