"""Orders: their numbers, the orders that won opportunities become, and the customers whose life they move."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.customers.models import Customer
from app.customers.operations import follow_on, follow_orders, hold, insist
from app.customers.operations.consequences import UNSCOPED
from app.kernel.actor import SYSTEM, under
from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.kernel.settings import declare, read_setting
from app.sales import queries
from app.sales.models import Opportunity, OpportunityLine, Order, OrderLine
from app.sales.operations.numbers import take_numbers
from app.sales.rules.orders import CONFIRMED

declare("sales.order_prefix", default="SO", kind="text", label=_l("Beginning of order numbers"),
        help=_l("Followed by the year and a running number."))


def take_order_numbers(wanted: int) -> list[str]:
    """The next free order numbers of this year."""
    return take_numbers(Order, read_setting("sales.order_prefix"), wanted)


def number_orders(ids: Sequence[int]) -> None:
    """Give numbers to new orders that were saved without."""
    numbers = take_order_numbers(len(ids))
    follow_on(Order, {order_id: {"number": number} for order_id, number in zip(sorted(ids), numbers, strict=True)},
              "number")


def line_from_amount(opportunity_ids: Iterable[int]) -> None:
    """A won opportunity that names a product and an amount, but no lines, gets the one line that says so."""
    statement = sa.select(Opportunity).where(
        Opportunity.id.in_(list(opportunity_ids)), Opportunity.product_id.is_not(None), Opportunity.amount > 0,
        ~sa.exists().where(OpportunityLine.opportunity_id == Opportunity.id, OpportunityLine.deleted_at.is_(None)))
    rows = session().execute(statement.with_only_columns(Opportunity.id, Opportunity.product_id, Opportunity.amount),
                             execution_options=UNSCOPED)
    _add(OpportunityLine, [{"opportunity": row.id, "product": row.product_id, "quantity": 1, "unit_price": row.amount}
                           for row in rows], "amount")


def order_wins(opportunity_ids: Iterable[int]) -> None:
    """Make an order, with its lines, of every won opportunity that has none yet. The owner is the opportunity's.

    An opportunity that was reopened and won again keeps the order that it had, unless that was cancelled or refunded.
    """
    ready = queries.without_order(list(opportunity_ids))
    numbers = take_order_numbers(len(ready)) if ready else []
    made = _add(Order, [{
        "number": number, "customer": row.customer_id, "opportunity": row.id, "ordered_at": row.closed_at,
        "status": CONFIRMED, "channel": "sales", "amount": row.amount, "currency": row.currency, "owner": row.owner_id,
        "team": row.team_id} for row, number in zip(ready, numbers, strict=True)], "won")
    orders = {row.id: made[position] for position, row in enumerate(ready)}
    _add(OrderLine, [{"order": orders[line.opportunity_id], "product": line.product_id, "quantity": line.quantity,
                      "unit_price": line.unit_price, "discount": line.discount}
                     for line in queries.lines_of(list(orders))], "won")


def _add(model: type[Any], rows: Sequence[Mapping[str, Any]], cause: str) -> dict[int, int]:
    """Add rows as the system, all of them; position -> id. RuleError if one is refused."""
    with under(verb="", cause=cause):
        return insist(add_rows(model, rows, as_actor=SYSTEM)).created


def follow_customers(customer_ids: Iterable[int], cause: str = "order") -> None:
    """Count the orders of customers again, so that stage and last order fit them."""
    held = hold(Customer, customer_ids)
    if held:
        follow_orders(queries.order_facts(list(held)), cause)
