"""Batches: changes that were made together and can be taken back together, from the events that carry their id."""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import bulk, clock, fields
from app.kernel.actor import under
from app.kernel.database import in_unit, session
from app.kernel.entity import Entity, entity_class
from app.kernel.errors import Missing, RuleError
from app.kernel.events import DomainEvent
from app.kernel.fields import fields_of
from app.kernel.problems import N_
from app.kernel.stored import decode

KINDS = {"import": _l("Import"), "bulk_edit": _l("Bulk edit"), "bulk_delete": _l("Bulk delete"),
         "bulk_action": _l("Bulk action"), "api": _l("API"), "team_move": _l("Move to another team"),
         "rule": _l("Rule run"), "demo": _l("Demo data")}
STATES = {"background": _l("In the background"), "staged": _l("Checked"), "running": _l("Running"), "done": _l("Done"),
          "stopped": _l("Stopped"), "failed": _l("Failed"), "undoing": _l("Being taken back"),
          "undone": _l("Taken back")}


class Batch(Entity):
    """One batch. The counts add up to the rows read; `entity` is what was changed."""

    __tablename__ = "import_batch"
    entity_label, entity_label_plural = _l("Batch"), _l("Batches")
    title_field = "label"
    kept_by_system = True

    label = fields.text(_l("Label"), 200, readonly=True)
    kind = fields.choice(_l("Kind"), KINDS, required=True, readonly=True)
    state = fields.choice(_l("State"), STATES, required=True, default="running", readonly=True)
    entity = fields.text(_l("Entity"), 60, readonly=True)
    rows_read = fields.integer(_l("Rows read"), default=0, readonly=True)
    rows_created = fields.integer(_l("Created"), default=0, readonly=True)
    rows_updated = fields.integer(_l("Updated"), default=0, readonly=True)
    rows_unchanged = fields.integer(_l("Unchanged"), default=0, readonly=True)
    rows_skipped = fields.integer(_l("Skipped"), default=0, readonly=True)
    rows_rejected = fields.integer(_l("Rejected"), default=0, readonly=True)
    rows_reversed = fields.integer(_l("Taken back"), default=0, readonly=True)
    rows_kept = fields.integer(_l("Kept, edited since"), default=0, readonly=True)
    rows_conflicting = fields.integer(_l("Conflicting"), default=0, readonly=True)
    finished_at = fields.moment(_l("Finished"), readonly=True)
    undone_at = fields.moment(_l("Taken back at"), readonly=True)
    message = fields.text(_l("Message"), 500, readonly=True)
    # What a resumed job needs: file, mapping, cursor.
    work: orm.Mapped[Any] = orm.mapped_column(sa.JSON, nullable=True)


@dataclass
class Undone:
    """The outcome of an undo, in records; `more` while there are records that were not looked at."""

    reversed: int = 0
    kept: int = 0
    conflicting: int = 0
    more: bool = False


@dataclass
class _Trace:
    """What a batch did to one record: first before and last after by field, and the life of the row."""

    last_event: int
    created: bool = False
    deleted: bool = False
    first: dict[str, Any] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=dict)


def open_batch(kind: str, label: str, entity: str, *, work: Any = None, state: str = "running") -> Batch:
    """A new batch of the actor in force, flushed, inside the unit in force."""
    batch = Batch(kind=kind, label=label[:200], entity=entity, work=work, state=state)
    session().add(batch)
    session().flush()
    return batch


def drop_batch(batch_id: int) -> None:
    """Forget a batch in which nothing could be done: there is nothing to take back. Inside a unit."""
    current = session()
    for known in [each for each in current if isinstance(each, Batch) and each.id == batch_id]:
        current.expunge(known)
    current.execute(sa.delete(Batch.__table__).where(Batch.__table__.c.id == batch_id))


def undo(batch_id: int) -> Undone:
    """Take a batch back in short units: created records deleted, deleted ones restored, fields put back.

    What was edited since stays and is counted as kept; what cannot go back is told as conflicting. Safe to call again
    after a crash. Raises Missing, or RuleError if the batch is not in a state that can be taken back.
    """
    # Around the commits too: what reactions change because records go is no edit of somebody else.
    with under(verb="", cause=UNDO, channel=UNDO, batch_id=None):
        in_unit(begin_undo, batch_id)
        while (outcome := in_unit(_undo_part, batch_id)).more:
            pass
        in_unit(_finish_undo, batch_id, outcome)
    return outcome


def undo_step(batch_id: int) -> Undone:
    """One part of `undo`, for who lets others have their turn between two of them; `more` says whether it goes on."""
    with under(verb="", cause=UNDO, channel=UNDO, batch_id=None):
        in_unit(begin_undo, batch_id)
        outcome = in_unit(_undo_part, batch_id)
        if not outcome.more:
            in_unit(_finish_undo, batch_id, outcome)
    return outcome


def _batch(batch_id: int) -> Batch:
    batch = session().scalars(sa.select(Batch).where(Batch.id == batch_id)).first()
    if batch is None:
        raise Missing()
    return batch


def begin_undo(batch_id: int, **work: Any) -> None:
    """From now on the batch is being taken back, inside a unit; `work` is kept with it. RuleError by state."""
    batch = _batch(batch_id)
    if batch.state not in ("done", "failed", "stopped", "undoing"):
        raise RuleError(N_("This batch cannot be taken back now."))
    if batch.state != "undoing":
        # What a part of it that was broken off has done already stays noted.
        batch.work = {"undo_after": None, "undo_counts": [0, 0, 0], **(batch.work or {}), **work}
        batch.state, batch.message = "undoing", None


PART = 500
UNDO = "undo"


def _undo_part(batch_id: int) -> Undone:
    """One unit: the latest records of the batch that were not looked at yet."""
    batch = _batch(batch_id)
    work = dict(batch.work or {})
    keys = _next_records(batch_id, work.get("undo_after"))
    counts = work.get("undo_counts", [0, 0, 0])
    outcome = Undone(*counts)
    for entity in dict.fromkeys(entity for entity, _record, _last in keys):
        ids = [record_id for name, record_id, _last in keys if name == entity]
        _undo_records(batch_id, entity, ids, outcome)
    if keys:
        work |= {"undo_after": keys[-1][2], "undo_counts": [outcome.reversed, outcome.kept, outcome.conflicting]}
        batch.work = work
    outcome.more = len(keys) == PART
    return outcome


def _next_records(batch_id: int, before_event: int | None) -> list[tuple[str, int, int]]:
    """(entity, record, its last event in the batch), the latest first: children go before their parents."""
    last = sa.func.max(DomainEvent.id)
    found = sa.select(DomainEvent.entity, DomainEvent.record_id, last).where(DomainEvent.batch_id == batch_id)
    found = found.group_by(DomainEvent.entity, DomainEvent.record_id).order_by(last.desc()).limit(PART)
    if before_event is not None:
        found = found.having(last < before_event)
    return [tuple(row) for row in session().execute(found)]


def _traces(batch_id: int, entity: str, ids: list[int]) -> dict[int, _Trace]:
    rows = session().execute(
        sa.select(DomainEvent.id, DomainEvent.record_id, DomainEvent.kind, DomainEvent.changes)
        .where(DomainEvent.batch_id == batch_id, DomainEvent.entity == entity, DomainEvent.record_id.in_(ids))
        .order_by(DomainEvent.id))
    traces: dict[int, _Trace] = {}
    for event_id, record_id, kind, changes in rows:
        trace = traces.setdefault(record_id, _Trace(event_id))
        trace.last_event = event_id
        trace.created = trace.created or kind == "create"
        trace.deleted = kind == "delete" if kind in ("delete", "undelete") else trace.deleted
        for name, (before, after) in changes.items():
            trace.first.setdefault(name, before)
            trace.last[name] = after
    return traces


def _edited_since(entity: str, traces: dict[int, _Trace]) -> dict[int, set[str]]:
    """By record the fields that later events changed; an empty name stands for any change at all."""
    rows = session().execute(
        sa.select(DomainEvent.id, DomainEvent.record_id, DomainEvent.changes, DomainEvent.channel)
        .where(DomainEvent.entity == entity, DomainEvent.record_id.in_(list(traces)),
               DomainEvent.id > min(trace.last_event for trace in traces.values())))
    found: dict[int, set[str]] = {}
    for event_id, record_id, changes, channel in rows:
        if event_id > traces[record_id].last_event and channel != UNDO:
            found.setdefault(record_id, set()).update(changes, {""})
    return found


def _undo_records(batch_id: int, entity: str, ids: list[int], outcome: Undone) -> None:
    model = entity_class(entity)
    if not issubclass(model, Entity) or model.kept_by_system:
        return
    traces = _traces(batch_id, entity, ids)
    edited = _edited_since(entity, traces)
    remove = [each for each, trace in traces.items() if trace.created and not trace.deleted and each not in edited]
    restore = [each for each, trace in traces.items() if trace.deleted and not trace.created and each not in edited]
    outcome.kept += sum(1 for each, trace in traces.items() if (trace.created or trace.deleted) and each in edited)
    _count(bulk.delete_rows(model, remove) if remove else None, outcome)
    _count(bulk.undelete_rows(model, restore) if restore else None, outcome)
    back = {each: fields_back for each, trace in traces.items() if not trace.created
            and (fields_back := _fields_back(model, trace, edited.get(each, set()), outcome))}
    _count(bulk.change_rows(model, back) if back else None, outcome)


def _fields_back(model: type[Entity], trace: _Trace, edited: set[str], outcome: Undone) -> dict[str, Any]:
    known = fields_of(model)
    moved = {name for name in trace.first if name in known and trace.first[name] != trace.last[name]}
    if moved & edited:
        outcome.kept += 1
    return {name: decode(model, known[name], trace.first[name]) for name in moved - edited}


def _count(done: bulk.Outcome | None, outcome: Undone) -> None:
    if done is not None:
        outcome.reversed += len(done.done) + len(done.unchanged)
        outcome.conflicting += len(done.refused)


def _finish_undo(batch_id: int, outcome: Undone) -> None:
    batch = _batch(batch_id)
    batch.state, batch.undone_at = "undone", clock.now()
    batch.rows_reversed, batch.rows_kept = outcome.reversed, outcome.kept
    batch.rows_conflicting = outcome.conflicting
