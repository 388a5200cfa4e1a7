"""Moving customers through the stages of their life, with history. The orders themselves lie in an upper room."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.customers.models import Customer, LifecycleChange
from app.customers.operations.consequences import follow_on, hold, log
from app.customers.rules import lifecycle
from app.customers.rules.lifecycle import LoyaltyBar, OrderFacts
from app.kernel import clock
from app.kernel.database import session
from app.kernel.settings import declare, read_setting

declare("customers.loyal_orders", default=5, kind="integer", least=2, label=_l("Orders that make a customer loyal"),
        help=_l("Cancelled and refunded orders do not count."))
declare("customers.loyal_span_days", default=0, kind="integer", least=0,
        label=_l("Days between the first and the last order of a loyal customer"),
        help=_l("At least so many days must lie between them; 0 asks for none."))

_KNOWN = ("lifecycle_stage", "churned_at", "last_order_at", "owner_id", "team_id")


def follow_orders(facts: Mapping[int, OrderFacts], cause: str = "order") -> None:
    """Set stage and time of the last order of customers from their orders. Hold the customers before counting."""
    bar = LoyaltyBar(read_setting("customers.loyal_orders"), read_setting("customers.loyal_span_days"))
    rows, changes = hold(Customer, facts, *_KNOWN), {}
    for customer_id, row in rows.items():
        known = facts[customer_id]
        changes[customer_id] = {"lifecycle_stage": lifecycle.stage_of(known, row.churned_at, bar),
                                "last_order_at": known.last_at}
    _move(rows, changes, cause, {each: known.last_order for each, known in facts.items()})


def give_up(ids: Sequence[int], cause: str = "") -> None:
    """Mark customers as churned: an alert ended in their loss, or they fell silent. A later order wins them back."""
    now = clock.now()
    change = {"lifecycle_stage": lifecycle.CHURNED, "churned_at": now}
    rows = hold(Customer, ids, *_KNOWN)
    _move(rows, {each: dict(change) for each in rows}, cause, {})


def take_back_giving_up(facts: Mapping[int, OrderFacts], cause: str = "") -> None:
    """Undo `give_up`: the stage follows from the orders again."""
    follow_on(Customer, {each: {"churned_at": None} for each in facts}, cause)
    follow_orders(facts, cause)


def note_new(ids: Sequence[int]) -> None:
    """The first row of each new customer's history."""
    statement = sa.select(Customer.id, Customer.owner_id, Customer.team_id, Customer.lifecycle_stage)
    # The history begins also for a customer that its maker may not read, such as one made for a colleague.
    rows = session().execute(statement.where(Customer.id.in_(ids)), execution_options={"unscoped": True})
    log(LifecycleChange, [_change(row, None, row.lifecycle_stage, "", None) for row in rows])


def _move(rows: Mapping[int, Any], changes: Mapping[int, Mapping[str, Any]], cause: str,
          orders: Mapping[int, int | None]) -> None:
    follow_on(Customer, changes, cause)
    log(LifecycleChange, [
        _change(row, row.lifecycle_stage, changes[each]["lifecycle_stage"], cause, orders.get(each))
        for each, row in rows.items() if changes[each]["lifecycle_stage"] != row.lifecycle_stage])


def _change(row: Any, before: str | None, after: str, cause: str, order: int | None) -> dict[str, Any]:
    reason = lifecycle.why(before, after)
    made_by = order if reason in (lifecycle.ORDER, lifecycle.WON_BACK) else None
    return {"customer_id": row.id, "owner_id": row.owner_id, "team_id": row.team_id, "from_stage": before,
            "to_stage": after, "reason": reason, "order_id": made_by, "cause": cause[:200], "at": clock.now()}
