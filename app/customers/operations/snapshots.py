"""The nightly picture of the customers by segment."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app.customers.models import Customer, SegmentSnapshot
from app.kernel.database import session
from app.kernel.dialects import hold_lock
from app.kernel.pour import put_rows

KEYS = ("team_id", "lifecycle_stage", "level", "industry_id")


def segments_today() -> list[dict[str, Any]]:
    """The number of living customers by team, lifecycle stage, level and industry."""
    keys = [getattr(Customer, name) for name in KEYS]
    found = sa.select(*keys, sa.func.count().label("number")).group_by(*keys)
    return [dict(row) for row in session().execute(found).mappings()]


def keep_segments(taken_on: dt.date, rows: list[dict[str, Any]]) -> int:
    """Note `rows` as the picture of that day unless it has one; how many. Inside a unit, as the system."""
    hold_lock("segment_snapshot")
    known = sa.select(SegmentSnapshot.id).where(SegmentSnapshot.taken_on == taken_on).limit(1)
    if session().execute(known).first() is not None:
        return 0
    put_rows(SegmentSnapshot, [{"taken_on": taken_on, **row} for row in rows])
    return len(rows)
