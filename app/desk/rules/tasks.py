"""Tasks: who has one, when it counts as done, and what may stand in it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app.kernel.problems import N_, Problems, problem

OPEN, IN_PROGRESS, DONE, CANCELLED = "open", "in_progress", "done", "cancelled"
LIVE = (OPEN, IN_PROGRESS)


def task_problems(values: Mapping[str, Any]) -> Problems:
    """A reminder comes before what it reminds of."""
    if values.get("remind_at") and values.get("due_at") and values["remind_at"] > values["due_at"]:
        return {"remind_at": problem(N_("The reminder must not come after the due time."))}
    return {}


def one_holder(values: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """``assignee`` and ``owner`` as one person: whichever of the two was changed leads, the assignee if both were."""
    assignee, owner = values.get("assignee"), values.get("owner")
    leads = bool(assignee) if before is None else assignee != before.get("assignee")
    holder = assignee if leads else owner
    return {"assignee": holder, "owner": holder}


def done_at(status: str | None, known: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """When a task of this status was done: a time that is `known` already stays."""
    return (known or now) if status == DONE else None
