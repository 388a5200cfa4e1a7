"""The audit: every event in the transaction of its change, every refusal in one of its own, sealed row by row."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy import orm

from app.kernel import clock
from app.kernel.actor import Actor, acting, circumstance
from app.kernel.database import db, session
from app.kernel.entity import scoped_by_table
from app.kernel.errors import CrmError
from app.kernel.events import Change
from app.kernel.pour import put_rows
from app.kernel.views.asked import Asked, as_mapping
from app.security.encryption.current import key_ring
from app.security.models import AuditEntry
from app.security.sessions import really

SEALED = ("at", "kind", "owner_id", "actor_name", "actor_kind", "channel", "address", "request_id", "entity",
          "record_id", "event_id", "batch_id", "note", "changes")


def seal_of(values: Mapping[str, Any]) -> str:
    """The keyed digest of an entry's values: equal only for the row that was written."""
    return key_ring().sign("audit", _message(values))


# One encoder for all entries: `json.dumps` makes a new one at every call with options.
_encoder = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)


def _message(values: Mapping[str, Any]) -> bytes:
    plain = {name: values.get(name) for name in SEALED}
    plain["at"] = plain["at"].isoformat()
    return _encoder.encode(plain).encode()


def _common(actor: Actor) -> dict[str, Any]:
    """What all entries of one moment have in common; the rest is empty."""
    here = circumstance()
    return {"at": clock.now(), "owner_id": actor.id, "team_id": actor.team_id,
            "actor_name": actor.name[:130], "actor_kind": actor.kind, "channel": here.channel,
            "address": here.address, "request_id": here.request_id, "batch_id": here.batch_id, "entity": None,
            "record_id": None, "event_id": None, "note": None, "changes": None}


def _values(kind: str, actor: Actor, **parts: Any) -> dict[str, Any]:
    values = {**_common(actor), "kind": kind, **parts}
    values["seal"] = seal_of(values)
    return values


def write_entries(events: list[tuple[int, Change]]) -> None:
    """The sink of the kernel's events: one entry for each, in the same transaction."""
    common, ring, rows = _common(acting()), key_ring(), []
    sealed = {name: common.get(name) for name in SEALED} | {"at": common["at"].isoformat()}
    for event_id, change in events:
        if change.entity != "audit_entry":
            entry = {"kind": change.kind, "entity": change.entity, "record_id": change.record_id, "event_id": event_id,
                     "note": (change.verb or change.cause)[:1000] or None, "changes": change.net(),
                     "batch_id": change.batch_id or common["batch_id"]}
            seal = ring.sign("audit", _encoder.encode({**sealed, **entry}).encode())
            rows.append({**common, **entry, "seal": seal, "changes": change.text})
    _insert(rows)


def _insert(rows: list[dict[str, Any]]) -> None:
    put_rows(AuditEntry, rows)


def write_entry(kind: str, *, actor: Actor | None = None, **parts: Any) -> None:
    """One entry in the unit in force. `parts` may give entity, record_id, note, changes."""
    _insert([_values(kind, actor or acting(), **parts)])


def write_apart(kind: str, *, actor: Actor | None = None, **parts: Any) -> None:
    """One entry in a transaction of its own, for refusals and for what happens outside of units."""
    values = _values(kind, actor or really() or acting(), **parts)
    sessions = orm.sessionmaker(db.engine)
    with sessions.begin() as own:
        own.bulk_insert_mappings(sa.inspect(AuditEntry), [values])


def tell_denied(error: CrmError) -> None:
    """Record a refusal for lack of rights."""
    write_apart("denied", note=f"{request.method} {request.path}: {error.status}"[:1000])


def tell_export(entity: str, asked: Asked, kind: str, count: int) -> None:
    """Record an export with its filter and the number of rows that left."""
    write_apart("export", entity=entity, note=f"{kind}: {count}",
                changes={**as_mapping(scoped_by_table()[entity], asked), "format": kind, "rows": count})


def fits(values: Mapping[str, Any], seal: str | None) -> bool:
    """Whether `seal` is the one of an entry with these values."""
    return seal is not None and key_ring().verify("audit", _message(values), seal)


def broken_entries(limit: int = 100) -> list[int]:
    """Ids of entries whose seal does not fit any more; for ``verify-audit``."""
    broken = []
    for entry in session().scalars(sa.select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        values = {name: getattr(entry, name) for name in SEALED}
        if not fits(values, entry.seal):
            broken.append(entry.id)
            if len(broken) >= limit:
                break
    return broken
