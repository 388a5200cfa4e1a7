"""What happened to a record, through the rights of the record: column by column, in words."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext

from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.events import DomainEvent
from app.kernel.fields import Field, fields_of
from app.kernel.rights import columns
from app.kernel.rights.predicates import visible
from app.kernel.rights.words import MASK
from app.kernel.stored import decode
from app.kernel.views.lens import DEFAULT_CURRENCY, person_name, spoken

PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One event for a reader: `lines` are (label, before, after) in his words."""

    id: int
    at: Any
    kind: str
    verb: str
    who: str
    cause: str
    lines: tuple[tuple[Any, str, str], ...]


def history(actor: Actor, record: Entity, before_id: int | None = None) -> list[Entry]:
    """The latest events of a record that the actor was able to load, newest first, 50 at a time."""
    model = type(record)
    found = sa.select(DomainEvent).where(DomainEvent.entity == model.entity_name(), DomainEvent.record_id == record.id)
    if before_id is not None:
        found = found.where(DomainEvent.id < before_id)
    events = list(session().scalars(found.order_by(DomainEvent.id.desc()).limit(PAGE)))
    names = _names(actor, model, events)
    return [Entry(event.id, event.at, event.kind, event.verb, names.get(("ab_user", event.actor_id), event.actor_kind),
                  event.cause, tuple(_lines(actor, model, event, names))) for event in events]


def _names(actor: Actor, model: type[Entity], events: list[DomainEvent]) -> dict[tuple[str, int], str]:
    """Names of the users and the visible records that the events speak of; one statement per kind of target."""
    wanted: dict[str, set[int]] = {"ab_user": {event.actor_id for event in events if event.actor_id}}
    for field in fields_of(model).values():
        if field.kind in ("pointer", "user", "many"):
            ids = wanted.setdefault(field.target, set())
            for event in events:
                for side in event.changes.get(field.name, ()):
                    ids.update(side if isinstance(side, list) else [side] if side else [])
    names: dict[tuple[str, int], str] = {}
    for table, ids in wanted.items():
        names |= {(table, record_id): name for record_id, name in _names_of(actor, table, ids)}
    return names


def _names_of(actor: Actor, table: str, ids: set[int]) -> list[tuple[int, str]]:
    if not ids:
        return []
    if table == "ab_user":
        return [(user.id, person_name(user)) for user in session().scalars(sa.select(User).where(User.id.in_(ids)))]
    target = scoped_by_table()[table]
    found = sa.select(target).where(target.id.in_(ids), visible(target, actor, with_deleted=True))
    return [(row.id, str(row)) for row in session().scalars(found.execution_options(with_deleted=True))]


def _lines(actor: Actor, model: type[Entity], event: DomainEvent, names: dict[tuple[str, int], str]) -> Any:
    for name, (before, after) in event.changes.items():
        field = fields_of(model).get(name)
        mode = columns.mode(actor, model.entity_name(), name) if field else "hide"
        if mode == "hide" or name in ("created_at", "created_by"):
            continue
        if mode == "mask":
            yield field.label, MASK if before else "", MASK if after else ""
        else:
            yield field.label, _say(actor, model, field, before, names), _say(actor, model, field, after, names)


def _say(actor: Actor, model: type[Entity], field: Field, stored: Any, names: dict[tuple[str, int], str]) -> str:
    if stored is None or stored == []:
        return ""
    if field.kind == "many":
        return ", ".join(names.get((field.target, each), gettext("Locked")) for each in stored)
    if field.kind in ("pointer", "user"):
        return names.get((field.target, stored), gettext("Locked"))
    return spoken(field, decode(model, field, stored), DEFAULT_CURRENCY, actor)
