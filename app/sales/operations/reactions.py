"""What changes of sales records bring about in the same transaction, whichever way they were made."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app.customers.operations import follow_interactions, log_owners
from app.customers.operations.consequences import UNSCOPED, log
from app.kernel import clock
from app.kernel.database import session
from app.kernel.errors import RuleError
from app.kernel.events import Change, reacts_to
from app.kernel.problems import N_, problem
from app.sales.models import Lead, Opportunity, OpportunityLine, Order, OrderLine, StageChange
from app.sales.operations.lines import heads_of, lines_follow, recount
from app.sales.operations.orders import follow_customers, line_from_amount, number_orders, order_wins
from app.sales.rules import deals


@reacts_to("interaction")
def interactions_move_lead_and_opportunity(changes: list[Change]) -> None:
    """Last and next contact of the lead and the opportunity."""
    follow_interactions(Lead, "lead", "next_at", changes)
    follow_interactions(Opportunity, "opportunity", "next_at", changes)


@reacts_to("lead", "opportunity", "order")
def owners_are_remembered(changes: list[Change]) -> None:
    """The history of owners."""
    log_owners(changes)


@reacts_to("opportunity")
def stages_are_remembered(changes: list[Change]) -> None:
    """The history of stages, with the time spent in the one that was left."""
    log(StageChange, [_stage_change(change) for change in changes if change.changed("stage")])


def _stage_change(change: Change) -> dict[str, Any]:
    before, after = change.net()["stage"]
    # Entered and left at one moment, the time of the change is no change of its own.
    now = clock.now().isoformat()
    entered, left = (dt.datetime.fromisoformat(moment) if moment else None
                     for moment in change.net().get("stage_changed_at", (now, now)))
    at = left or clock.now()
    stayed = None if change.kind == "create" else deals.seconds_between(entered, at)
    return {"opportunity_id": change.record_id, "owner_id": change.owner_id, "team_id": change.team_id,
            "from_stage_id": before, "to_stage_id": after, "stayed_seconds": stayed, "at": at}


@reacts_to("opportunity")
def won_opportunities_become_orders(changes: list[Change]) -> None:
    """The order of what was won now; what was won already when it was recorded has its order elsewhere."""
    won = {change.record_id: change.kind for change in changes
           if change.changed("stage_category") and change.after("stage_category") == deals.WON}
    if won:
        line_from_amount(won)
        order_wins([each for each, kind in won.items() if kind == "update"])


@reacts_to("opportunity")
def opportunity_lines_follow(changes: list[Change]) -> None:
    """Owner, team and currency of the lines."""
    lines_follow(Opportunity, OpportunityLine, "opportunity", changes)


@reacts_to("opportunity_line")
def opportunity_lines_add_up(changes: list[Change]) -> None:
    """The amount of the opportunity."""
    recount(Opportunity, OpportunityLine, "opportunity", heads_of(changes, OpportunityLine, "opportunity"))


@reacts_to("order")
def orders_get_numbers(changes: list[Change]) -> None:
    """A number for each new order that has none."""
    unnumbered = [change.record_id for change in changes if change.kind == "create" and not change.after("number")]
    if unnumbered:
        number_orders(unnumbered)


@reacts_to("order")
def orders_move_the_customer(changes: list[Change]) -> None:
    """Lifecycle stage and last order of the customer, and of the one to whom the order belonged before."""
    counting = [change for change in changes
                if change.kind != "update" or change.changed("customer", "status", "ordered_at")]
    if counting:
        follow_customers(heads_of(counting, Order, "customer"))


@reacts_to("order")
def order_lines_follow(changes: list[Change]) -> None:
    """Owner, team and currency of the lines."""
    lines_follow(Order, OrderLine, "order", changes)


@reacts_to("order_line")
def order_lines_add_up(changes: list[Change]) -> None:
    """The amount of the order."""
    recount(Order, OrderLine, "order", heads_of(changes, OrderLine, "order"))


@reacts_to("stage")
def a_stage_in_use_stays(changes: list[Change]) -> None:
    """A stage cannot be deleted while opportunities stand in it."""
    deleted = [change.record_id for change in changes if change.kind == "delete"]
    statement = sa.select(sa.func.count()).select_from(Opportunity).where(
        Opportunity.stage_id.in_(deleted), Opportunity.deleted_at.is_(None))
    count = session().execute(statement, execution_options=UNSCOPED).scalar_one() if deleted else 0
    if count:
        raise RuleError(problem(N_("%(count)s opportunities stand in this stage: move them first."), count=count))
