"""Who had a record when: one row for every change of owner."""

from collections.abc import Iterable
from typing import Any

from app.customers.models import OwnerChange
from app.customers.operations.consequences import log
from app.customers.rules.pool import ASSIGNED, CREATED
from app.kernel import clock
from app.kernel.actor import acting
from app.kernel.events import Change

# Claim and release write their own rows at once, with the reason and so that the daily limit counts them.
LOGGED_VERBS = ("claim", "release", "reclaim")


def log_owners(changes: Iterable[Change]) -> None:
    """A reaction for any owned entity: note who got a new record, and who an old one from whom."""
    rows = []
    for change in changes:
        if change.verb in LOGGED_VERBS:
            continue
        if change.kind == "create" and change.owner_id is not None:
            rows.append(owner_change(change.entity, change.record_id, CREATED, None, change.owner_id))
        elif change.kind != "create" and change.changed("owner"):
            before, after = change.net()["owner"]
            rows.append(owner_change(change.entity, change.record_id, ASSIGNED, before, after))
    log(OwnerChange, rows)


def owner_change(entity: str, record_id: int, kind: str, before: int | None, after: int | None,
                 reason: str = "") -> dict[str, Any]:
    """One row of the history, made by the actor in force at this moment."""
    return {"entity": entity, "record_id": record_id, "kind": kind, "from_owner_id": before, "to_owner_id": after,
            "by_id": acting().id, "reason": reason[:200], "at": clock.now()}
