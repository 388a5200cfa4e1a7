"""Keeping the house clean: one-time keys, throttle counters, files without a row, sent mails, neglected customers."""

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
from app.kernel.settings import declare, read_setting
from app.sales.operations.leads import release_neglected_leads
from app.security.throttle.operations import forget_stale
from app.workflows.models import OutboxMessage, ScheduleFire
from app.workflows.operations.jobs import job

BATCH = 500
declare("automation.keep_days", default=30, kind="integer", least=1,
        label=_l("Days for which sent mails and past due moments are kept"))


@job("upkeep", _l("Upkeep"))
def tidy(arguments: dict[str, Any]) -> int:
    """Forget what is not needed any more; how many things."""
    with acting_as(SYSTEM):
        return (in_unit(forget_old_keys) + in_unit(lambda: forget_stale(session())) + remove_orphans()
                + sum(_forget(model, condition) for model, condition in _old()))


def _old() -> list[tuple[Any, Any]]:
    """What the machinery wrote about itself and nobody needs any more; failures stay until somebody looked."""
    horizon = clock.now() - dt.timedelta(days=read_setting("automation.keep_days"))
    return [
        (ScheduleFire, ScheduleFire.fire_at < horizon),
        (OutboxMessage, sa.and_(OutboxMessage.state == "sent", OutboxMessage.sent_at < horizon)),
    ]


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
