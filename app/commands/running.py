"""``flask crm scheduler``, ``worker``, ``tick``, ``doctor`` and ``verify-audit``."""

import datetime as dt
import shutil
import sys
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from app.commands.group import answer, as_json, guarded
from app.data.operations import backup
from app.kernel import clock
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, db, session
from app.kernel.errors import CrmError
from app.kernel.events import EventInbox
from app.security import audit
from app.workflows import runtime
from app.workflows.models import JobRun, OutboxMessage, Schedule
from app.workflows.operations import engine


def _app() -> Any:
    # Threads need the app itself, not the proxy of this context.
    return current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001


@click.command("scheduler")
@guarded
def scheduler() -> None:
    """The clock in a process of its own; any number may run."""
    runtime.serve_clock(_app(), runtime.stop_on_signal())


@click.command("worker")
@click.option("--once", is_flag=True, help="End when nothing is due.")
@as_json
@guarded
def worker(once: bool, json_: bool) -> None:
    """Events, outbox and jobs, until stopped or until nothing is due."""
    if not once:
        runtime.serve_worker(_app(), runtime.stop_on_signal())
        return
    rounds = runtime.work_until_idle(_app())
    answer(json_, f"Nothing is due any more ({rounds} rounds).", rounds=rounds)


@click.command("tick")
@click.option("--now", "moment", required=True, help="The moment, for instance 2026-03-29T00:30:00Z.")
@as_json
@guarded
def tick(moment: str, json_: bool) -> None:
    """One pass of everything that is due at a moment; the future is refused in production."""
    try:
        at = dt.datetime.fromisoformat(moment)
    except ValueError:
        raise CrmError(f"“{moment}” is not a moment.") from None
    if at.tzinfo is None:
        raise CrmError("The moment needs a zone: end it with Z.")
    if current_app.config.get("CRM_ENV") == "production" and at > clock.now():
        raise CrmError("The future is refused in production.")
    with clock.at(at):
        fired = runtime.turn_once(_app())
        rounds = runtime.work_until_idle(_app())
    answer(json_, f"{fired} due moments, {rounds} rounds of work.", fired=fired, rounds=rounds)


@click.command("verify-audit")
@as_json
@guarded
def verify_audit(json_: bool) -> None:
    """Check the seal of every audit entry."""
    with acting_as(SYSTEM):
        broken = audit.broken_entries()
    if broken:
        raise CrmError(f"Entries whose seal does not fit: {', '.join(map(str, broken))}")
    answer(json_, "Every entry is as it was written.", broken=[])


@click.command("doctor")
@as_json
@guarded
def doctor(json_: bool) -> None:
    """Check configuration, schema, clock, stuck jobs, outbox, disk and backup; one line each, with what to do."""
    with acting_as(SYSTEM):
        found = [_schema(), _clock(), _jobs(), _events(), _outbox(), _disk(), _backup()]
    text = "\n".join(f"{'ok  ' if fine else 'LOOK'} {name}: {say}" for name, fine, say in found)
    bad = [name for name, fine, _say in found if not fine]
    answer(json_, text, checks=[{"name": name, "ok": fine, "say": say} for name, fine, say in found])
    if bad:
        # Said above already: a second answer would make two JSON objects.
        sys.exit(1)


Check = tuple[str, bool, str]
OLDEST_BACKUP_HOURS = 26  # one night and some time to work


def _schema() -> Check:
    scripts = ScriptDirectory(str(Path(current_app.root_path).parent / "migrations"))
    with db.engine.connect() as connection:
        stands = MigrationContext.configure(connection).get_current_heads()
    fine = set(stands) == set(scripts.get_heads())
    return "schema", fine, "at head" if fine else "run `flask crm init`"


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
    free = shutil.disk_usage(current_app.instance_path if Path(current_app.instance_path).exists() else "/").free
    return "disk", free > 500_000_000, f"{free // 1_000_000} MB free"

