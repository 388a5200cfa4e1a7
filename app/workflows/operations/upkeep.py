"""Keeping the house clean: one-time keys, counters, files without a row, sent mails, old runs, the recycle bin."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.customers.operations.pool import release_neglected
from app.desk.operations import remove_orphans
from app.kernel import clock
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit, session
from app.kernel.once import forget_old_keys
from app.kernel.purge import forget_rows, old_in_bin, purge_rows, purgeable
from app.kernel.rollups import upkeep as rollups
from app.kernel.settings import declare, read_setting
from app.sales.operations.leads import release_neglected_leads
from app.security.audit import write_entry
from app.security.throttle.operations import forget_stale
from app.workflows.models import JobRun, OutboxMessage, RuleRun, ScheduleFire
from app.workflows.operations.jobs import job

BATCH = 500
declare("automation.keep_days", default=30, kind="integer", least=1,
        label=_l("Days for which sent mails, past due moments and finished runs are kept"))
declare("automation.keep_failed_days", default=365, kind="integer", least=1,
        label=_l("Days for which runs that failed or fired are kept"),
        help=_l("As long as a rule that fired for an occurrence is remembered, it cannot fire for it again."))
declare("bin.keep_days", default=90, kind="integer", least=1,
        label=_l("Days after which deleted records leave the recycle bin for good"))


@job("upkeep", _l("Upkeep"))
def tidy(arguments: dict[str, Any]) -> int:
    """Forget what is not needed any more; how many things."""
    with acting_as(SYSTEM):
        return (in_unit(forget_old_keys) + in_unit(lambda: forget_stale(session())) + remove_orphans()
                + sum(_forget(model, condition) for model, condition in _old())
                + sum(_forget_runs(model, condition) for model, condition in _old_runs()) + empty_bin())


def _old() -> list[tuple[Any, Any]]:
    """What the machinery wrote about itself and nobody needs any more; failures stay until somebody looked."""
    horizon = clock.now() - dt.timedelta(days=read_setting("automation.keep_days"))
    return [
        (ScheduleFire, ScheduleFire.fire_at < horizon),
        (OutboxMessage, sa.and_(OutboxMessage.state == "sent", OutboxMessage.sent_at < horizon)),
    ]


def _old_runs() -> list[tuple[Any, Any]]:
    """Runs that nobody will ask about: soon where all went well, later where something failed or was done."""
    soon, later = (clock.now() - dt.timedelta(days=read_setting(f"automation.{name}_days"))
                   for name in ("keep", "keep_failed"))
    return [
        (JobRun, sa.or_(sa.and_(JobRun.state == "done", JobRun.finished_at < soon),
                        sa.and_(JobRun.state.in_(["dead", "failed"]), JobRun.due_at < later))),
        (RuleRun, sa.or_(sa.and_(RuleRun.at < soon, RuleRun.occurrence.is_(None)), RuleRun.at < later)),
    ]


def _forget_runs(model: Any, condition: Any) -> int:
    total = 0
    while done := in_unit(forget_rows, model, condition, BATCH):
        total += done
    return total


def empty_bin() -> int:
    """Remove what has lain in the recycle bin for its days; how many records. Each part is a unit, told to the audit.

    Files of removed attachments are swept with the other files that no row names.
    """
    before = clock.now() - dt.timedelta(days=read_setting("bin.keep_days"))
    total = 0
    for model in purgeable():
        after = 0
        while ids := in_unit(old_in_bin, model, before, after, BATCH):
            total, after = total + in_unit(_purge_part, model, ids, before), ids[-1]
    return total


def _purge_part(model: Any, ids: list[int], before: dt.datetime) -> int:
    removed = purge_rows(model, ids, before)
    if removed:
        write_entry("purge", entity=model.entity_name(), changes={"removed": removed, "deleted_before":
                                                                  before.isoformat()})
    return removed


def _forget(model: Any, condition: Any) -> int:
    total = 0
    while done := in_unit(_forget_part, model, condition):
        total += done
    return total


def _forget_part(model: Any, condition: Any) -> int:
    rows = list(session().scalars(sa.select(model).where(condition).limit(BATCH)))
    for row in rows:
        session().delete(row)
    session().flush()
    return len(rows)


@job("reclaim", _l("Reclaim to the public pool"))
def reclaim(arguments: dict[str, Any]) -> int:
    """Put customers and leads whom nobody followed up back into their pools; how many."""
    total = 0
    with acting_as(SYSTEM):
        for release in (release_neglected, release_neglected_leads):
            while done := in_unit(release):
                total += done
    return total


@job("rollups", _l("Fold the sums of the charts"))
def fold(arguments: dict[str, Any]) -> int:
    """Make one row of what was added to each sum since the last time; how many rows went."""
    with acting_as(SYSTEM):
        return rollups.fold()
