"""An opportunity on its way through the stages: what a stage brings with it, and what closing one asks for."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app.kernel.problems import N_, Problems, problem

OPEN, WON, LOST = "open", "won", "lost"
CERTAIN = {WON: 100, LOST: 0}


def has_something_sold(values: Mapping[str, Any]) -> bool:
    """Lines, or a product with an amount, of which a line can be made."""
    return bool(values.get("line_count")) or (values.get("product") is not None and bool(values.get("amount")))


def opportunity_problems(values: Mapping[str, Any], before: Mapping[str, Any] | None) -> Problems:
    """What winning and losing ask for.

    A deal that is closed already when it is recorded (the history of another system) is taken as it is.
    """
    if before is None:
        return {}
    found: Problems = {}
    was, now = before.get("stage_category"), values.get("stage_category")
    if now == WON and was != WON:
        if not has_something_sold(values):
            found["lines"] = problem(N_("Add at least one product line: a won opportunity becomes an order."))
        if values.get("customer") is None:
            found["customer"] = problem(N_("Choose the customer: a won opportunity becomes an order."))
    if now == LOST and values.get("loss_reason") is None and (was != LOST or before.get("loss_reason") is not None):
        found["loss_reason"] = problem(N_("Say why it was lost."))
    return found


def derived(values: Mapping[str, Any], before: Mapping[str, Any] | None, stage: Mapping[str, Any],
            now: dt.datetime) -> dict[str, Any]:
    """What follows from the `stage` row and the lines: pipeline, category, probability, closing time, amount."""
    made: dict[str, Any] = {}
    if stage:
        category = stage["category"]
        made = {"pipeline": stage["pipeline"], "stage_category": category,
                "probability": CERTAIN.get(category, stage.get("probability") or 0),
                "closed_at": _closed_at(values, before, category, now)}
        if before is None or before.get("stage") != values.get("stage"):
            made["stage_changed_at"] = made["closed_at"] or now
        if category != LOST and before is not None and before.get("stage_category") == LOST:
            made["loss_reason"] = None
    if values.get("line_count"):
        made["amount"] = values.get("lines_total")
    return made


def _closed_at(values: Mapping[str, Any], before: Mapping[str, Any] | None, category: str,
               now: dt.datetime) -> dt.datetime | None:
    """None while open; what was given with the closing, else the moment of the closing; later corrections stand."""
    given = values.get("closed_at")
    if category == OPEN:
        return None
    if before is None:
        return given or now
    if before.get("stage_category") == category:
        return given or before.get("closed_at") or now
    return given if given is not None and given != before.get("closed_at") else now


def furthest(stage: Mapping[str, Any], before: Mapping[str, Any]) -> int | None:
    """The id of the furthest stage reached, given the rows of the present one and of the furthest before (or {}).

    Losing keeps how far it came; None if it was lost from the beginning.
    """
    if not stage or stage["category"] == LOST:
        return before.get("id")
    is_further = before.get("category") == OPEN and before["pipeline"] == stage["pipeline"] and (
        stage["category"] == OPEN and before["order"] > stage["order"])
    return before["id"] if is_further else stage["id"]


def stage_problems(values: Mapping[str, Any], before: Mapping[str, Any] | None) -> Problems:
    """A stage keeps its pipeline and its category, since opportunities were judged by them."""
    if before is None:
        return {}
    return {name: problem(N_("This cannot be changed any more. Make another stage instead."))
            for name in ("pipeline", "category") if before.get(name) != values.get(name)}


def seconds_between(entered: dt.datetime | None, left: dt.datetime) -> int | None:
    """How long a stage lasted; None where its beginning is unknown, never less than nothing."""
    return None if entered is None else max(int((left - entered).total_seconds()), 0)
