"""What operations ask about opportunities, their stages and the orders of customers.

Reads marked unscoped count for consequences, which must come out the same whoever brought them about.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.customers.rules.lifecycle import NO_ORDERS, WITHDRAWN, OrderFacts
from app.kernel.database import session
from app.sales.models import Opportunity, OpportunityLine, Order, Stage, StageChange
from app.sales.rules import deals

UNSCOPED = {"unscoped": True}


def stage_for(pipeline_id: int | None, category: str) -> int | None:
    """The first stage of a category in a pipeline."""
    statement = sa.select(Stage.id).where(Stage.pipeline_id == pipeline_id, Stage.category == category)
    return session().scalars(statement.order_by(Stage.order, Stage.id).limit(1)).first()


def pipelines_of(ids: Sequence[int]) -> dict[int, int | None]:
    """Opportunity -> pipeline, of those that may be read."""
    statement = sa.select(Opportunity.id, Opportunity.pipeline_id).where(Opportunity.id.in_(list(ids)))
    return dict(session().execute(statement).all())


def last_open_stage(opportunity_id: int) -> int | None:
    """The open stage in which an opportunity stood last."""
    # The moves of an opportunity that was found under the reader's rights: the log has no owner of its own.
    statement = sa.select(StageChange.to_stage_id).join(Stage, StageChange.to_stage_id == Stage.id).where(
        StageChange.opportunity_id == opportunity_id, Stage.category == deals.OPEN, Stage.deleted_at.is_(None))
    return session().scalars(statement.order_by(StageChange.id.desc()).limit(1), execution_options=UNSCOPED).first()


def without_order(ids: Sequence[int]) -> Sequence[Any]:
    """Rows of the opportunities that have no living order, or only cancelled and refunded ones. Unscoped."""
    ordered = sa.exists().where(Order.opportunity_id == Opportunity.id, Order.deleted_at.is_(None),
                                Order.status.not_in(WITHDRAWN))
    statement = sa.select(
        Opportunity.id, Opportunity.customer_id, Opportunity.owner_id, Opportunity.team_id, Opportunity.amount,
        Opportunity.currency, Opportunity.closed_at).where(Opportunity.id.in_(list(ids)), ~ordered)
    return session().execute(statement.order_by(Opportunity.id), execution_options=UNSCOPED).all()


def lines_of(ids: Sequence[int]) -> Sequence[Any]:
    """The living lines of opportunities, in their order. Unscoped."""
    statement = sa.select(
        OpportunityLine.opportunity_id, OpportunityLine.product_id, OpportunityLine.quantity,
        OpportunityLine.unit_price, OpportunityLine.discount)
    statement = statement.where(OpportunityLine.opportunity_id.in_(list(ids)), OpportunityLine.deleted_at.is_(None))
    return session().execute(statement.order_by(OpportunityLine.id), execution_options=UNSCOPED).all()


def order_facts(customer_ids: Sequence[int]) -> dict[int, OrderFacts]:
    """How many orders each customer placed, the first, the last; withdrawn and deleted ones do not count. Unscoped."""
    of_customer = {"partition_by": Order.customer_id}
    place = sa.func.row_number().over(**of_customer, order_by=(Order.ordered_at.desc(), Order.id.desc()))
    ranked = sa.select(
        Order.customer_id, Order.id, Order.ordered_at, place.label("place"),
        sa.func.count().over(**of_customer).label("placed"),
        sa.func.min(Order.ordered_at).over(**of_customer).label("first_at"),
    ).where(Order.customer_id.in_(list(customer_ids)), Order.deleted_at.is_(None),
            Order.status.not_in(WITHDRAWN)).subquery()
    rows = session().execute(sa.select(ranked).where(ranked.c.place == 1), execution_options=UNSCOPED)
    found = {row.customer_id: OrderFacts(row.placed, row.first_at, row.ordered_at, row.id) for row in rows}
    return {customer_id: found.get(customer_id, NO_ORDERS) for customer_id in customer_ids}
