"""Charts that one aggregate cannot draw: the funnel, and the sources of leads with what came of them.

Each row brings the address query of the records behind it in ``query``.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.kernel.database import session
from app.kernel.filters import Where, all_of, to_query
from app.kernel.views.charts import Asked
from app.sales.models import Lead, LeadSource, Opportunity, Pipeline, Stage, StageChange
from app.sales.rules import deals, leads
from app.sales.rules.funnel import Level, Step, Way, levels, rate


def funnel(asked: Asked) -> list[dict[str, Any]]:
    """One row per stage and pipeline: how many opportunities reached it, how many per cent went on, mean days in it.

    Keys: pipeline, stage (labels), reached, conversion (per cent or None), days, expected_days (or None), query.
    """
    rows: list[dict[str, Any]] = []
    ways, stays = _ways(asked), _stays(asked)
    for pipeline in session().scalars(sa.select(Pipeline).order_by(Pipeline.order, Pipeline.id)):
        steps = _steps(pipeline.id)
        if steps:
            found = levels(steps, _known_ways(ways.get(pipeline.id, ()), steps), stays)
            rows += [_row(asked, pipeline, steps[place:], level) for place, level in enumerate(found)]
    return rows


def _steps(pipeline_id: int) -> list[Step]:
    """The open stages in their order, and the won one as the goal."""
    statement = sa.select(Stage).where(Stage.pipeline_id == pipeline_id, Stage.category != deals.LOST)
    stages = list(session().scalars(statement.order_by(Stage.order, Stage.id)))
    is_won = [stage for stage in stages if stage.category == deals.WON]
    kept = [stage for stage in stages if stage.category == deals.OPEN] + is_won[:1]
    return [Step(stage.id, stage.label, stage.category == deals.WON, stage.expected_days) for stage in kept]


def _ways(asked: Asked) -> dict[int, list[tuple[int | None, bool, int]]]:
    """Pipeline -> (furthest stage, whether won, how many)."""
    is_won = (Opportunity.stage_category == deals.WON).label("is_won")
    statement = sa.select(Opportunity.pipeline_id, Opportunity.furthest_stage_id, is_won, sa.func.count()).where(
        asked.condition).group_by(Opportunity.pipeline_id, Opportunity.furthest_stage_id, is_won)
    found: dict[int, list[tuple[int | None, bool, int]]] = {}
    for pipeline_id, furthest, won, count in session().execute(statement):
        found.setdefault(pipeline_id, []).append((furthest, bool(won), count))
    return found


def _known_ways(found: Sequence[tuple[int | None, bool, int]], steps: Sequence[Step]) -> list[Way]:
    """The ways in terms of the steps: any won stage is the goal, a stage that is gone counts as the first."""
    known = {step.id for step in steps}
    goal = steps[-1].id
    return [Way(goal if won and steps[-1].is_won else furthest if furthest in known else steps[0].id, count)
            for furthest, won, count in found]


def _stays(asked: Asked) -> dict[int, tuple[int, int]]:
    """Stage -> (how many left it, their seconds in it)."""
    statement = sa.select(StageChange.from_stage_id, sa.func.count(), sa.func.sum(StageChange.stayed_seconds)).join(
        Opportunity, StageChange.opportunity_id == Opportunity.id).where(
        asked.condition, StageChange.stayed_seconds.is_not(None)).group_by(StageChange.from_stage_id)
    return {stage: (count, int(seconds)) for stage, count, seconds in session().execute(statement)}


def _row(asked: Asked, pipeline: Pipeline, here_and_on: Sequence[Step], level: Level) -> dict[str, Any]:
    ids = [step.id for step in here_and_on]
    behind = all_of(asked.tree, Where("pipeline", "eq", pipeline.id), Where("furthest_stage", "in", ids))
    return {"pipeline": pipeline.name, "stage": level.step.label, "reached": level.reached,
            "conversion": level.conversion, "days": level.days, "expected_days": level.step.expected_days,
            "query": to_query(behind)}


def leads_by_source(asked: Asked) -> list[dict[str, Any]]:
    """One row per source, the most frequent first.

    Keys: source (name, "" for none), leads, converted, conversion (per cent), query.
    """
    names = {row.id: row.name for row in session().scalars(sa.select(LeadSource))}
    converted = sa.func.sum(sa.case((Lead.status == leads.CONVERTED, 1), else_=0))
    statement = sa.select(Lead.source_id, sa.func.count().label("leads"), converted.label("converted")).where(
        asked.condition).group_by(Lead.source_id)
    found = sorted(session().execute(statement), key=lambda row: (-row.leads, row.source_id or 0))
    return [{"source": names.get(row.source_id, ""), "leads": row.leads, "converted": int(row.converted),
             "conversion": rate(int(row.converted), row.leads),
             "query": to_query(all_of(asked.tree, _from(row.source_id)))} for row in found]


def _from(source_id: int | None) -> Where:
    return Where("source", "is_empty") if source_id is None else Where("source", "eq", source_id)
