"""One net event per record and unit of work: what changed from what to what, by whom, caused by what.

Differences are noted while the unit runs and written once, when it commits; a rolled-back savepoint takes its own back.
Reactions run inside the same transaction, consumers later from their inbox.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm

from app.kernel import clock, fields
from app.kernel.actor import acting, circumstance
from app.kernel.database import UnitSession, db, session
from app.kernel.pour import Spelled, put_rows, spell, take_ids

BY_USERS = sa.text("actor_kind = 'user'")


class DomainEvent(db.Model):
    """A change that happened. Never updated; read by people only through the rights of its record."""

    __tablename__ = "domain_event"
    __table_args__ = (sa.Index("ix_domain_event_record", "entity", "record_id", "id"),
                      sa.Index("ix_domain_event_batch_id", "batch_id", "id"),
                      sa.Index("ix_domain_event_touched", "actor_id", "entity", "id", sqlite_where=BY_USERS,
                               postgresql_where=BY_USERS))

    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    entity: orm.Mapped[str] = orm.mapped_column(sa.String(60), nullable=False)
    record_id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, nullable=False)
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(20), nullable=False)
    verb: orm.Mapped[str] = orm.mapped_column(sa.String(40), nullable=False, default="")
    changes: orm.Mapped[Any] = orm.mapped_column(sa.JSON, nullable=False)
    actor_kind: orm.Mapped[str] = orm.mapped_column(sa.String(10), nullable=False)
    actor_id: orm.Mapped[int | None] = orm.mapped_column(sa.Integer)
    at: orm.Mapped[Any] = orm.mapped_column(fields.Moment(), nullable=False, index=True)
    cause: orm.Mapped[str] = orm.mapped_column(sa.String(200), nullable=False, default="")
    cause_event_id: orm.Mapped[int | None] = orm.mapped_column(sa.BigInteger)
    depth: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False, default=0)
    batch_id: orm.Mapped[int | None] = orm.mapped_column(sa.Integer)
    channel: orm.Mapped[str] = orm.mapped_column(sa.String(20), nullable=False, default="")
    address: orm.Mapped[str] = orm.mapped_column(sa.String(60), nullable=False, default="")
    request_id: orm.Mapped[str] = orm.mapped_column(sa.String(40), nullable=False, default="")
    version: orm.Mapped[int | None] = orm.mapped_column(sa.Integer)


class EventInbox(db.Model):
    """What a consumer has still to handle; deleted in the transaction in which it is handled."""

    __tablename__ = "event_inbox"

    event_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("domain_event.id"), primary_key=True)
    consumer: orm.Mapped[str] = orm.mapped_column(sa.String(60), primary_key=True)
    due_at: orm.Mapped[Any] = orm.mapped_column(fields.Moment(), nullable=False)
    attempts: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False, default=0)
    error: orm.Mapped[str | None] = orm.mapped_column(sa.Text)


@dataclass
class Change:
    """One record's net change so far. `changes` maps field -> [before, after] in JSON form."""

    entity: str
    record_id: int
    kind: str
    changes: dict[str, list[Any]] = field(default_factory=dict)
    owner_id: int | None = None
    team_id: int | None = None
    version: int | None = None
    verb: str = ""
    cause: str = ""
    actor_kind: str = ""
    actor_id: int | None = None
    batch_id: int | None = None
    # The first of its changes that was no mere update, by which one knows whether the record lived before the unit.
    began: str = ""

    def __post_init__(self) -> None:
        self.began = self.began or self.kind

    def merged(self, later: "Change") -> "Change":
        """This with a later change of the same record: first before, last after. Both stay as they are."""
        changes = dict(self.changes)
        for name, (before, after) in later.changes.items():
            changes[name] = [changes[name][0] if name in changes else before, after]
        kind = later.kind if later.kind != "update" and self.kind != "create" else self.kind
        return replace(self, kind=kind, changes=changes, owner_id=later.owner_id, team_id=later.team_id,
                       version=later.version, verb=self.verb or later.verb, cause=self.cause or later.cause,
                       batch_id=self.batch_id or later.batch_id,
                       began=later.began if self.began == "update" else self.began)

    def is_nothing(self) -> bool:
        return self.kind == "update" and all(before == after for before, after in self.changes.values())

    def net(self) -> dict[str, list[Any]]:
        return {name: pair for name, pair in self.changes.items() if pair[0] != pair[1]}

    @cached_property
    def text(self) -> Spelled:
        """The JSON text of `net`, made once for everybody who stores it; ask only when nothing more will change."""
        return spell(self.net())

    def changed(self, *names: str) -> bool:
        """Whether one of the fields differs now from what it was."""
        pairs = [self.changes[name] for name in names if name in self.changes]
        return any(before != after for before, after in pairs)

    def after(self, name: str) -> Any:
        """The new JSON value of a changed field, else None."""
        return self.changes.get(name, [None, None])[1]


Reaction = Callable[[list[Change]], None]
Sink = Callable[[list[tuple[int, Change]]], None]
_reactions: dict[str, list[Reaction]] = {}
_consumers: dict[str, Callable[[Change], bool]] = {}
_sinks: list[Sink] = []
MAX_ROUNDS = 12


def reacts_to(*entities: str) -> Callable[[Reaction], Reaction]:
    """Decorate a function that follows changes of `entities` inside the same transaction, before it commits."""

    def register(reaction: Reaction) -> Reaction:
        for entity in entities:
            known = _reactions.setdefault(entity, [])
            if reaction not in known:
                known.append(reaction)
        return reaction

    return register


def consume(consumer: str, wanted: Callable[[Change], bool]) -> None:
    """Put every change for which `wanted(change)` holds into the inbox of `consumer`."""
    _consumers[consumer] = wanted


def add_sink(sink: Sink) -> None:
    """Call `sink([(event id, change)])` with the written events in the same transaction (the audit does)."""
    if sink not in _sinks:
        _sinks.append(sink)


def note(change: Change) -> None:
    """Add a change to the unit in force."""
    note_all([replace(change)])


def note_all(changes: Iterable[Change]) -> None:
    """Add changes to the unit in force, which keeps them: the caller must not go on with them."""
    here, info = circumstance(), session().info
    known = [info.setdefault(name, {}) for name in ("changes", "fresh")]
    for change in changes:
        # Kept now: the batch is often named for a part of the unit only, and events are written when the unit ends.
        change.verb, change.cause = change.verb or here.verb, change.cause or here.cause
        change.batch_id = change.batch_id or here.batch_id
        key = (change.entity, change.record_id)
        for noted in known:
            noted[key] = noted[key].merged(change) if key in noted else change


@event.listens_for(UnitSession, "before_commit")
def write_events(current: UnitSession) -> None:
    """Run the reactions until nothing moves, then write one event per changed record."""
    if current.in_nested_transaction():
        return
    current.flush()
    for _round in range(MAX_ROUNDS):
        fresh = [change for change in current.info.pop("fresh", {}).values() if not change.is_nothing()]
        if not fresh:
            break
        _react(fresh)
        current.flush()
    else:
        raise RuntimeError("reactions keep answering each other")
    changes = [change for change in current.info.pop("changes", {}).values() if not change.is_nothing()]
    if changes:
        _write(changes)


def _react(fresh: list[Change]) -> None:
    by_reaction: dict[Reaction, list[Change]] = {}
    for change in fresh:
        for reaction in _reactions.get(change.entity, ()):
            by_reaction.setdefault(reaction, []).append(change)
    for reaction, changes in by_reaction.items():
        reaction(changes)


def _write(changes: list[Change]) -> None:
    actor, here, at = acting(), circumstance(), clock.now()
    ids = take_ids(DomainEvent, len(changes))
    rows = [{"id": event_id, "entity": change.entity, "record_id": change.record_id, "kind": change.kind,
             "verb": change.verb, "changes": change.text, "actor_kind": change.actor_kind or actor.kind,
             "actor_id": change.actor_id or actor.id, "at": at, "cause": change.cause[:200],
             "cause_event_id": here.cause_event_id, "depth": here.depth, "batch_id": change.batch_id or here.batch_id,
             "channel": here.channel, "address": here.address, "request_id": here.request_id,
             "version": change.version} for event_id, change in zip(ids, changes, strict=True)]
    put_rows(DomainEvent, rows)
    written = list(zip(ids, changes, strict=True))
    _fill_inboxes(written, at)
    for sink in _sinks:
        sink(written)


def _fill_inboxes(written: Iterable[tuple[int, Change]], at: Any) -> None:
    put_rows(EventInbox, [{"event_id": event_id, "consumer": consumer, "due_at": at, "attempts": 0}
                          for event_id, change in written for consumer, wanted in _consumers.items() if wanted(change)])


def _snapshot(info: dict[str, Any]) -> dict[str, Any]:
    # A change that was noted is never altered, only replaced: a savepoint in a mass load must not copy them all.
    return {name: dict(info.get(name, {})) for name in ("changes", "fresh")}


@event.listens_for(UnitSession, "after_transaction_create")
def _remember_at_savepoint(current: UnitSession, transaction: orm.SessionTransaction) -> None:
    if transaction.nested:
        current.info.setdefault("savepoints", {})[transaction] = _snapshot(current.info)


@event.listens_for(UnitSession, "after_soft_rollback")
def _take_back(current: UnitSession, transaction: orm.SessionTransaction) -> None:
    if transaction.nested:
        current.info.update(current.info.get("savepoints", {}).pop(transaction, {}))
    elif transaction.parent is None:
        for name in ("changes", "fresh", "savepoints", "found"):
            current.info.pop(name, None)


@event.listens_for(UnitSession, "after_transaction_end")
def _forget_savepoints(current: UnitSession, transaction: orm.SessionTransaction) -> None:
    # Only with the root: this event comes before after_soft_rollback, which still needs the snapshot.
    if transaction.parent is None:
        current.info.pop("savepoints", None)
