"""What the lines of opportunities and of orders have in common."""

from typing import Any

from app.kernel.entity import Find, Values
from app.sales.rules.money import line_amount, price_of


def line_values(values: Values, before: Values | None, find: Find, parent: str) -> dict[str, Any]:
    """Fields of a line that follow: list price, amount, and the owner and currency of what it belongs to.

    `parent` names the pointer, which is called like the entity it points at.
    """
    is_placed = before is None or before.get(parent) != values.get(parent)
    head = find(parent, values.get(parent)) if is_placed else {}
    currency = head.get("currency", values.get("currency"))
    price = values.get("unit_price")
    if price is None:
        price = price_of(find("product", values.get("product")), currency)
    made = {"unit_price": price, "currency": currency, "discount": values.get("discount") or 0}
    made["amount"] = line_amount(values.get("quantity"), price, made["discount"])
    return made | {name: head[name] for name in ("owner", "team") if head}
