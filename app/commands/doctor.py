"""``flask crm doctor``: one line for each thing that may be wrong, with what to do."""

import datetime as dt
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import click
import sqlalchemy as sa
from flask import current_app
from sqlalchemy import exc

from app.commands import configuration
from app.commands.configuration import Check
from app.commands.group import answer, as_json, guarded
from app.data.operations import backup
from app.kernel import clock, schema, shape
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, db, session
from app.kernel.events import EventInbox
from app.kernel.rollups import upkeep as rollups
from app.kernel.server import server
from app.workflows.models import JobRun, OutboxMessage, Schedule
from app.workflows.operations import engine

OLDEST_BACKUP_HOURS = 26  # one night and some time to work
MOST_NAMED = 20


@click.command("doctor")
@as_json
@guarded
def doctor(json_: bool) -> None:
    """Check schema, configuration, clock, jobs, outbox, sums, disk and backup; what is wrong, with what to do."""
    with acting_as(SYSTEM):
        found = [*_schema(), *_configuration(), _clock(), _jobs(), _events(), _outbox(), _rollups(), _disk(),
                 _backup()]
    text = "\n".join(f"{'ok  ' if fine else 'LOOK'} {name}: {say}" for name, fine, say in found)
    bad = [name for name, fine, _say in found if not fine]
    answer(json_, text, checks=[{"name": name, "ok": fine, "say": say} for name, fine, say in found])
    if bad:
        # Said above already: a second answer would make two JSON objects.
        sys.exit(1)


def _schema() -> list[Check]:
    """Where the migrations stand; once they are at head, whether every part of the schema is there."""
    if schema.stands_at() != schema.head():
        return [("schema", False, "run `flask crm init`")]
    return [("schema", True, "at head"), *_parts()]


def _parts() -> Iterable[Check]:
    try:
        described = shape.described_parts()
    except exc.DBAPIError:
        yield "parts", False, "the user of the database may not make a schema, so that nothing could be compared"
        return
    told = shape.differences(shape.found_parts(), described)
    for each in told[:MOST_NAMED]:
        yield "parts", False, str(each)
    if len(told) > MOST_NAMED:
        yield "parts", False, f"{len(told) - MOST_NAMED} further differences"
    if not told:
        yield "parts", True, f"all {len(described)} are as the models describe them"


def _configuration() -> list[Check]:
    config, there = current_app.config, server()
    web_root = Path(current_app.root_path) / "static"
    return [configuration.keys(config), configuration.hosts(config), configuration.mail(config),
            configuration.folders(config, web_root), configuration.database(there), configuration.skew(there)]


def _clock() -> Check:
    late = clock.now() - dt.timedelta(minutes=10)
    waiting = session().execute(sa.select(sa.func.count(Schedule.id)).where(
        Schedule.active, Schedule.next_at < late)).scalar_one()
    say = "turning" if waiting == 0 else f"{waiting} schedules are late: start `flask crm scheduler`"
    return "clock", waiting == 0, say


def _jobs() -> Check:
    late = clock.now() - dt.timedelta(minutes=30)
    stuck = session().execute(sa.select(sa.func.count(JobRun.id)).where(sa.or_(
        sa.and_(JobRun.state == "queued", JobRun.due_at < late), JobRun.state == "dead"))).scalar_one()
    return "jobs", stuck == 0, "none is stuck" if stuck == 0 else f"{stuck} wait or were given up: see the job runs"


def _events() -> Check:
    stuck = session().execute(sa.select(sa.func.count()).select_from(EventInbox).where(
        EventInbox.attempts >= engine.POLICY.attempts)).scalar_one()
    say = "every rule could be applied" if stuck == 0 else f"{stuck} were given up: see the rule runs that failed"
    return "events", stuck == 0, say


def _outbox() -> Check:
    dead = session().execute(sa.select(sa.func.count(OutboxMessage.id))
                             .where(OutboxMessage.state == "dead")).scalar_one()
    say = "nothing was given up" if dead == 0 else f"{dead} messages were given up: check SMTP_URL"
    return "outbox", dead == 0, say


def _rollups() -> Check:
    """Whether the kept sums are built, and hold as many records as there are; `rollups verify` looks at each cell."""
    if not sa.inspect(db.engine).has_table("rollup_state"):
        return "rollups", False, "run `flask crm init`"
    unbuilt = rollups.unbuilt()
    if unbuilt:
        return "rollups", False, f"{', '.join(unbuilt)} not built: run `flask crm rollups rebuild`"
    wrong = [name for name, (held, there) in rollups.counts().items() if held != there]
    say = f"{', '.join(wrong)} out of step: run `flask crm rollups rebuild`" if wrong else "they count every record"
    return "rollups", not wrong, say


def _backup() -> Check:
    folder = current_app.config.get("BACKUP_DIR")
    if not folder:
        return "backup", True, "none is made by itself: set BACKUP_DIR"
    latest = backup.latest_at(Path(folder))
    if latest is None:
        return "backup", False, f"there is none in {folder}: run `flask crm backup {folder}`"
    hours = int((clock.now() - latest).total_seconds() // 3600)
    fine = hours <= OLDEST_BACKUP_HOURS
    return "backup", fine, f"{hours} hours old" + ("" if fine else f": run `flask crm backup {folder}`")


def _disk() -> Check:
    folder = Path(current_app.config["CRM_INSTANCE_DIR"])
    free = shutil.disk_usage(folder if folder.exists() else "/").free
    return "disk", free > 500_000_000, f"{free // 1_000_000} MB free"
