"""Schedules as rows with a zone, their fires, and what became of each job."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.database import db
from app.kernel.entity import Entity, Scoped, Values, living_key
from app.kernel.problems import Problem
from app.workflows.rules.schedules import check_schedule

SCHEDULE_KINDS = {"every": _l("Every so many minutes"), "daily": _l("Daily"), "weekly": _l("Weekly"),
                  "monthly": _l("Monthly"), "cron": _l("Cron expression")}
STATES = {"queued": _l("Waiting"), "running": _l("Running"), "done": _l("Done"), "failed": _l("Failed"),
          "dead": _l("Given up")}


class Schedule(Entity):
    """When a job runs: wall-clock time in an IANA zone."""

    __tablename__ = "schedule"
    __table_args__ = (living_key("schedule", "name"),)
    entity_label, entity_label_plural = _l("Schedule"), _l("Schedules")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 120, required=True)
    job = fields.text(_l("Job"), 80, required=True)
    kind = fields.choice(_l("Kind"), SCHEDULE_KINDS, required=True, default="daily")
    zone = fields.text(_l("Time zone"), 60, required=True, default="Asia/Shanghai")
    at = fields.text(_l("At"), 5, help=_l("HH:MM, local time."))
    weekdays = fields.text(_l("Weekdays"), 20, help=_l("0 is Monday: 0,1,2,3,4"))
    day = fields.integer(_l("Day of the month"), least=1, most=31)
    minutes = fields.integer(_l("Minutes"), least=1, most=1440)
    expression = fields.text(_l("Cron expression"), 100)
    active = fields.boolean(_l("Active"), default=True)
    # Up to which moment fires have been made; a later start goes on from here.
    fired_until = fields.moment(_l("Fired until"), readonly=True, quiet=True)
    next_at = fields.moment(_l("Next"), readonly=True, index=True, quiet=True)

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return check_schedule(shaped(values))


def shaped(values: Values) -> dict[str, object]:
    """A schedule's row in the shape of the schedule rules: weekdays as a list, missing parts left out."""
    parts = {name: values.get(name) for name in ("kind", "zone", "at", "day", "minutes", "expression")}
    days = [part.strip() for part in str(values.get("weekdays") or "").split(",") if part.strip()]
    if days:
        parts["weekdays"] = [int(day) if day.isdecimal() else day for day in days]
    return {name: value for name, value in parts.items() if value not in (None, "")}


class ScheduleFire(db.Model):
    """One due moment of one schedule; the unique key makes it take effect once, however many schedulers run."""

    __tablename__ = "schedule_fire"

    schedule_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("schedule.id"), primary_key=True)
    fire_at: orm.Mapped[object] = orm.mapped_column(fields.Moment(), primary_key=True)
    made_at: orm.Mapped[object] = orm.mapped_column(fields.Moment(), nullable=False, default=clock.now)


class JobRun(Scoped):
    """One run of one job: what, when, how long, how many, error; and the lease of the worker that has it."""

    __tablename__ = "job_run"
    __table_args__ = (sa.Index("ix_job_run_due", "state", "due_at"),)
    entity_label, entity_label_plural = _l("Job run"), _l("Job runs")

    job = fields.text(_l("Job"), 80, required=True, readonly=True, index=True)
    schedule_id = fields.pointer("schedule", _l("Schedule"), readonly=True)
    slot = fields.moment(_l("Due moment"), readonly=True)
    due_at = fields.moment(_l("Not before"), required=True, default=clock.now, readonly=True)
    state = fields.choice(_l("State"), STATES, required=True, default="queued", readonly=True)
    started_at = fields.moment(_l("Started"), readonly=True, index=True)
    finished_at = fields.moment(_l("Finished"), readonly=True)
    milliseconds = fields.integer(_l("Duration in ms"), readonly=True)
    handled = fields.integer(_l("Handled"), readonly=True)
    attempts = fields.integer(_l("Attempts"), default=0, readonly=True)
    error = fields.text(_l("Error"), 1000, readonly=True)
    arguments: orm.Mapped[object] = orm.mapped_column(sa.JSON, nullable=True)
    holder: orm.Mapped[str | None] = orm.mapped_column(sa.String(60))
    lease_until: orm.Mapped[object] = orm.mapped_column(fields.Moment(), nullable=True)
    fence: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False, default=0)
    schedule = orm.relationship("Schedule", foreign_keys=[schedule_id])
