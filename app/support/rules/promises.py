"""What is promised with a ticket: kind and priority by its category, and until when it is answered and resolved."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

REQUEST, COMPLAINT, SUGGESTION = "request", "complaint", "suggestion"
LOW, NORMAL, HIGH, URGENT = "low", "normal", "high", "urgent"

# Priority -> hours until the first answer and until the solution, unless an admin says otherwise.
USUAL_HOURS: Mapping[str, tuple[int, int]] = {LOW: (24, 120), NORMAL: (8, 72), HIGH: (4, 24), URGENT: (1, 8)}


class Promise(NamedTuple):
    """Hours until the first answer and until the solution; 0 promises nothing."""

    response: int
    resolution: int


def by_category(values: Mapping[str, Any], category: Mapping[str, Any]) -> dict[str, str]:
    """Kind and priority where none was chosen: those of the category, else a normal request."""
    return {"kind": values.get("kind") or category.get("kind") or REQUEST,
            "priority": values.get("priority") or category.get("default_priority") or NORMAL}


def due_times(values: Mapping[str, Any], before: Mapping[str, Any] | None, promise: Promise) -> dict[str, Any]:
    """``response_due_at`` and ``resolve_due_at``, counted from ``created_at``.

    A time that was set by hand stays. When the priority changes, what is not fulfilled yet is promised anew.
    """
    fulfilled = {"response_due_at": values.get("first_responded_at"), "resolve_due_at": values.get("resolved_at")}
    hours = {"response_due_at": promise.response, "resolve_due_at": promise.resolution}
    is_new_priority = before is not None and before.get("priority") != values.get("priority")
    found = {}
    for name, span in hours.items():
        due = values.get(name)
        is_untouched = before is not None and before.get(name) == due
        if due is None or (is_new_priority and is_untouched and fulfilled[name] is None):
            due = values["created_at"] + dt.timedelta(hours=span) if span and values.get("created_at") else None
        found[name] = due
    return found
