"""The filter of a saved view may hold a phone number: it is encrypted, in the events and the audit of the view too.

Revision ID: 0004
Revises: 0003
"""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PLACE = "saved_view.query"
# What the seal of an audit entry covers.
SEALED = ("at", "kind", "owner_id", "actor_name", "actor_kind", "channel", "address", "request_id", "entity",
          "record_id", "event_id", "batch_id", "note", "changes")

saved_view = sa.table("saved_view", sa.column("id"), sa.column("query", sa.Text))
domain_event = sa.table("domain_event", sa.column("id"), sa.column("entity"), sa.column("changes", sa.JSON))
audit_entry = sa.table("audit_entry", sa.column("id"), sa.column("at", sa.DateTime(timezone=True)),
                       sa.column("changes", sa.JSON), sa.column("seal"),
                       *[sa.column(name) for name in SEALED if name not in ("at", "changes")])
audit_pass = sa.table("audit_pass", sa.column("id", sa.Integer), sa.column("reason"))

Turn = Callable[[str, str], str]


def upgrade() -> None:
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.alter_column("query", existing_type=sa.String(length=2000), type_=sa.Text(), existing_nullable=True)
    _rewrite("seal")


def downgrade() -> None:
    _rewrite("open")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.alter_column("query", existing_type=sa.Text(), type_=sa.String(length=2000), existing_nullable=True)


def _rewrite(way: str) -> None:
    if op.get_context().as_sql:
        op.execute("-- saved filters are rewritten by an upgrade that is connected to the database")
        return
    connection = op.get_bind()
    kept = connection.execute(sa.select(saved_view.c.id, saved_view.c.query).where(saved_view.c.query.is_not(None)))
    events = connection.execute(sa.select(domain_event.c.id, domain_event.c.changes)
                                .where(domain_event.c.entity == "saved_view")).all()
    entries = connection.execute(sa.select(audit_entry).where(audit_entry.c.entity == "saved_view")).mappings().all()
    kept = kept.all()
    if not (kept or events or entries):
        return
    ring = current_app.extensions["key_ring"]
    turn = getattr(ring, way)
    for record_id, query in kept:
        connection.execute(saved_view.update().where(saved_view.c.id == record_id).values(query=turn(query, PLACE)))
    for event_id, changes in events:
        connection.execute(domain_event.update().where(domain_event.c.id == event_id)
                           .values(changes=_turned(changes, turn)))
    _rewrite_audit(connection, ring, turn, entries)


def _turned(changes: Any, turn: Turn) -> Any:
    """The changes with both sides of the filter turned; as they are without a filter."""
    if not isinstance(changes, dict) or not isinstance(changes.get("query"), list):
        return changes
    return {**changes, "query": [None if each is None else turn(each, PLACE) for each in changes["query"]]}


def _rewrite_audit(connection: sa.Connection, ring: Any, turn: Turn, entries: Any) -> None:
    # The database refuses changes of the audit unless a pass stands in the same transaction.
    connection.execute(audit_pass.insert().values(id=1, reason="saved filters are encrypted"))
    for entry in entries:
        values = {**entry, "changes": _turned(entry["changes"], turn)}
        if values["changes"] == entry["changes"]:
            continue
        changed: dict[str, Any] = {"changes": values["changes"]}
        if entry["seal"] and ring.verify("audit", _message(entry), entry["seal"]):
            # An entry that somebody tampered with keeps the seal that tells of it.
            changed["seal"] = ring.sign("audit", _message(values))
        connection.execute(audit_entry.update().where(audit_entry.c.id == entry["id"]).values(**changed))
    connection.execute(audit_pass.delete().where(audit_pass.c.id == 1))


def _message(values: Any) -> bytes:
    plain = {name: values[name] for name in SEALED}
    at = plain["at"]
    plain["at"] = (at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)).isoformat()
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, default=str).encode()
