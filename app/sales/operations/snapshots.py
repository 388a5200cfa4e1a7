"""The nightly picture of the pipelines."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app.kernel.database import session
from app.kernel.dialects import hold_lock
from app.kernel.pour import put_rows
from app.sales.models import Opportunity, PipelineSnapshot
from app.sales.rules import deals

KEYS = ("pipeline_id", "stage_id", "owner_id", "team_id", "currency")


def open_pipeline() -> list[dict[str, Any]]:
    """Number, amount and weighted amount of the open opportunities by pipeline, stage, owner, team and currency."""
    keys = [getattr(Opportunity, name) for name in KEYS]
    amount = sa.func.coalesce(Opportunity.amount, 0)
    # Summed before the division: a hundredth of a minor unit is lost once and not with every deal.
    weighted = sa.func.sum(amount * sa.func.coalesce(Opportunity.probability, 0))
    found = sa.select(*keys, sa.func.count().label("number"), sa.func.sum(amount).label("amount"),
                      weighted.label("weighted")).where(Opportunity.stage_category == deals.OPEN).group_by(*keys)
    return [{**{name: row[name] for name in KEYS}, "number": row["number"], "amount": int(row["amount"]),
             "weighted_amount": int(row["weighted"]) // 100} for row in session().execute(found).mappings()]


def keep_pipeline(taken_on: dt.date, rows: list[dict[str, Any]]) -> int:
    """Note `rows` as the picture of that day unless it has one; how many. Inside a unit, as the system."""
    hold_lock("pipeline_snapshot")
    known = sa.select(PipelineSnapshot.id).where(PipelineSnapshot.taken_on == taken_on).limit(1)
    if session().execute(known).first() is not None:
        return 0
    put_rows(PipelineSnapshot, [{"taken_on": taken_on, **row} for row in rows])
    return len(rows)
