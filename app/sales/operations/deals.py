"""Opportunities through their stages: moving, winning, losing, reopening."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.customers.operations import insist, one_visible
from app.kernel.bulk import change_rows
from app.kernel.errors import RuleError
from app.kernel.problems import N_, problem
from app.sales import queries
from app.sales.models import Opportunity, OpportunityLine
from app.sales.operations.lines import add_lines, recount
from app.sales.operations.orders import line_from_amount, order_wins
from app.sales.rules import deals

WON_WITH = ("customer", "closed_at", "lesson")
LOST_WITH = ("loss_reason", "competitor", "closed_at", "lesson")


def move_deals(ids: Sequence[int], stage: int) -> None:
    """Put opportunities into a stage. RuleError for what the stage asks for, NotAllowed."""
    insist(change_rows(Opportunity, {each: {"stage": stage} for each in ids}))


def win_deal(opportunity_id: int, lines: Sequence[Mapping[str, Any]] = (), **given: Any) -> None:
    """Win an opportunity, with further typed lines, and make its order; `given` may set customer, closed_at and lesson.

    RuleError, with the problems by field, if it is won already or still lacks lines or customer.
    """
    record = one_visible(Opportunity, [opportunity_id])
    if record.stage_category == deals.WON:
        raise RuleError(problem(N_("This opportunity is won already.")))
    stage = _closing_stage(record.pipeline_id, deals.WON)
    if lines:
        add_lines(opportunity_id, lines)
        recount(Opportunity, OpportunityLine, "opportunity", [opportunity_id])
    values = {name: given[name] for name in WON_WITH if given.get(name) is not None}
    insist(change_rows(Opportunity, {opportunity_id: {**values, "stage": stage}}))
    # The reaction would do the same, but for an opportunity that this very transaction made: that one looks like the
    # history of another system, which has its order already.
    line_from_amount([opportunity_id])
    order_wins([opportunity_id])


def lose_deals(ids: Sequence[int], **given: Any) -> None:
    """Lose opportunities; `given` sets loss_reason, without which RuleError, and competitor, closed_at and lesson."""
    values = {name: given[name] for name in LOST_WITH if given.get(name) is not None}
    pipelines = queries.pipelines_of(ids)
    insist(change_rows(Opportunity, {each: {**values, "stage": _closing_stage(pipelines.get(each), deals.LOST)}
                                     for each in ids}))


def reopen_deals(ids: Sequence[int], stage: int | None = None) -> None:
    """Open closed opportunities again, in `stage`, else in the open stage where each was last.

    RuleError if one is open. An order that was made stays: it is cancelled by itself, if at all.
    """
    changes = {}
    for each in ids:
        record = one_visible(Opportunity, [each])
        if record.stage_category == deals.OPEN:
            raise RuleError(problem(N_("This opportunity is open.")))
        before = queries.last_open_stage(each) or queries.stage_for(record.pipeline_id, deals.OPEN)
        changes[each] = {"stage": stage or before}
    insist(change_rows(Opportunity, changes))


def _closing_stage(pipeline_id: int | None, category: str) -> int:
    stage = queries.stage_for(pipeline_id, category)
    if stage is None:
        raise RuleError(problems={"stage": problem(N_("The pipeline has no stage for this. Ask an admin to add one."))})
    return stage
