"""The five stages of a customer's life, from its orders: potential, first and repeat purchase, loyal, churned."""

import datetime as dt
from dataclasses import dataclass

POTENTIAL, FIRST, REPEAT, LOYAL, CHURNED = "potential", "first_purchase", "repeat_purchase", "loyal", "churned"
STAGES = (POTENTIAL, FIRST, REPEAT, LOYAL, CHURNED)

# Orders that were taken back never happened as far as the customer's life is concerned.
WITHDRAWN = ("cancelled", "refunded")

CREATED, ORDER, TAKEN_BACK, CHURN, WON_BACK = "created", "order", "taken_back", "churn", "won_back"


@dataclass(frozen=True)
class OrderFacts:
    """A customer's orders that count: how many, when the first and the last were placed, and which one is the last."""

    count: int = 0
    first_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    last_order: int | None = None


NO_ORDERS = OrderFacts()


@dataclass(frozen=True)
class LoyaltyBar:
    """From when on a customer is loyal: so many orders, the first and the last at least so many days apart."""

    orders: int
    span_days: int


def stage_of(facts: OrderFacts, churned_at: dt.datetime | None, bar: LoyaltyBar) -> str:
    """The stage that the orders make; a customer who was given up at `churned_at` returns by a later order only."""
    if churned_at is not None and (facts.last_at is None or facts.last_at <= churned_at):
        return CHURNED
    if facts.first_at is None or facts.last_at is None:
        return POTENTIAL
    if facts.count == 1:
        return FIRST
    is_long = facts.last_at - facts.first_at >= dt.timedelta(days=bar.span_days)
    return LOYAL if facts.count >= bar.orders and is_long else REPEAT


def why(before: str | None, after: str) -> str:
    """The reason for a move between stages, as the history names it."""
    if before is None:
        return CREATED
    if after == CHURNED:
        return CHURN
    if before == CHURNED:
        return WON_BACK
    return ORDER if STAGES.index(after) > STAGES.index(before) else TAKEN_BACK
