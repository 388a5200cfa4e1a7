"""What happened to a record, through the rights of the record: column by column, in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext

from app.kernel import about
from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.entity import Entity
from app.kernel.events import DomainEvent
from app.kernel.fields import Field, fields_of
from app.kernel.rights import columns
from app.kernel.rights.statements import kept
from app.kernel.rights.words import MASK
from app.kernel.stored import decode
from app.kernel.views.titles import PERSON, Titles
from app.kernel.views.wording import DEFAULT_CURRENCY, spoken

PAGE = 50
# Behind every id that an event can have.
END = 2**63 - 1


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
    titles = Titles(actor)
    events = events_of(record, titles, before_id)
    titles.fetch()
    return entries(actor, record, events, titles)


def events_of(record: Entity, titles: Titles, before_id: int | None = None) -> list[DomainEvent]:
    """The events themselves; the names they need are wanted of `titles`, which the caller fetches."""
    model = type(record)
    asked = {"entity": model.entity_name(), "record": record.id, "before": END if before_id is None else before_id}
    events = list(session().scalars(kept(titles.actor, ("events",), _latest), asked))
    _want_names(titles, model, events)
    return events


def _latest() -> sa.Select:
    found = sa.select(DomainEvent).where(
        DomainEvent.entity == sa.bindparam("entity"), DomainEvent.record_id == sa.bindparam("record"),
        DomainEvent.id < sa.bindparam("before"))
    return found.order_by(DomainEvent.id.desc()).limit(PAGE)


def entries(actor: Actor, record: Entity, events: list[DomainEvent], titles: Titles) -> list[Entry]:
    """The events in the reader's words, once `titles` are fetched."""
    model = type(record)
    return [Entry(event.id, event.at, event.kind, event.verb,
                  titles.of(PERSON, event.actor_id or 0, with_deleted=True) or event.actor_kind, event.cause,
                  tuple(_lines(actor, model, event, titles))) for event in events]


def _want_names(titles: Titles, model: type[Entity], events: list[DomainEvent]) -> None:
    titles.want(PERSON, {event.actor_id for event in events if event.actor_id})
    for field in fields_of(model).values():
        if field.kind in ("pointer", "user", "many"):
            for event in events:
                for side in event.changes.get(field.name, ()):
                    titles.want(field.target or "", side if isinstance(side, list) else [side] if side else [])
        if field.kind == "about":
            for entity, record_id in _subjects(model, field, events):
                titles.want(entity, [record_id])


def _subjects(model: type[Entity], field: Field, events: list[DomainEvent]) -> Iterator[tuple[str, int]]:
    for event in events:
        for named in filter(None, (about.split(side) for side in event.changes.get(field.name, ()))):
            if about.subject(model, named[0]) is not None:
                yield named


def _lines(actor: Actor, model: type[Entity], event: DomainEvent, titles: Titles) -> Any:
    for name, (before, after) in event.changes.items():
        field = fields_of(model).get(name)
        mode = columns.mode(actor, model.entity_name(), name) if field else "hide"
        if mode == "hide" or name in ("created_at", "created_by"):
            continue
        if mode == "mask":
            yield field.label, MASK if before else "", MASK if after else ""
        else:
            yield field.label, _say(actor, model, field, before, titles), _say(actor, model, field, after, titles)


def _say(actor: Actor, model: type[Entity], field: Field, stored: Any, titles: Titles) -> str:
    if stored is None or stored == []:
        return ""
    if field.kind == "about":
        named = [about.split(stored) or ("", 0)]
    elif field.kind in ("pointer", "user", "many"):
        named = [(field.target or "", each) for each in (stored if isinstance(stored, list) else [stored])]
    else:
        return spoken(field, decode(model, field, stored), DEFAULT_CURRENCY, actor)
    return ", ".join(titles.of(*each, with_deleted=True) or gettext("Locked") for each in named)
