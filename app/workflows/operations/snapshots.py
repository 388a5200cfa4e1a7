"""Every night: how pipelines and segments stand. Histories cannot be filled in later."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.customers.operations.snapshots import keep_segments, segments_today
from app.kernel import clock
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit, session
from app.sales.operations.snapshots import keep_pipeline, open_pipeline
from app.workflows.operations.jobs import job


@job("snapshots", _l("Nightly snapshots"))
def take_snapshots(arguments: dict[str, Any]) -> int:
    """The picture of the business day in which the slot lies, once; how many rows.

    A run that comes late tells of the state in which it found the rows under the day that it was due. The counting is
    done before the unit, so that nobody waits for it.
    """
    slot = dt.datetime.fromisoformat(arguments["slot"]) if arguments.get("slot") else clock.now()
    taken_on = slot.astimezone(ZoneInfo(current_app.config.get("CRM_TIMEZONE") or "Asia/Shanghai")).date()
    with acting_as(SYSTEM):
        pipeline, segments = open_pipeline(), segments_today()
        session().rollback()
        return in_unit(keep_pipeline, taken_on, pipeline) + in_unit(keep_segments, taken_on, segments)
