"""Orders: their numbers and what they may hold."""

from collections.abc import Mapping
from typing import Any

from app.kernel.problems import Problems
from app.sales.rules.money import currency_problem

NEW, CONFIRMED, SHIPPED, COMPLETED, CANCELLED, REFUNDED = (
    "new", "confirmed", "shipped", "completed", "cancelled", "refunded")


def order_problems(values: Mapping[str, Any]) -> Problems:
    """An order names a known currency."""
    said = currency_problem(values.get("currency"))
    return {"currency": said} if said is not None else {}


def order_number(prefix: str, year: int, count: int) -> str:
    """The printed number, such as ``SO-2026-000017``; longer once a year has more than a million."""
    return f"{prefix}-{year}-{count:06d}"


def order_numbers(prefix: str, year: int, after: int, wanted: int) -> list[str]:
    """The `wanted` numbers that come after the count `after`."""
    return [order_number(prefix, year, count) for count in range(after + 1, after + 1 + wanted)]
