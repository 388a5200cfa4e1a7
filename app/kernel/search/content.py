"""Which fields are in the index, and what it holds of a record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.kernel.database import session
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.fields import fields_of
from app.kernel.rights.hook import UNSCOPED
from app.kernel.search import parts
from app.kernel.search.grams import grams_of
from app.kernel.search.spoken import grams_of_spoken, spoken_of

KINDS = ("text", "long_text")
_indexed: dict[str, set[str]] = {}
_hashed: dict[str, set[str]] = {}


@dataclass(frozen=True)
class Content:
    """What the index holds of one record: the sorted `grams`, and how its name sounds."""

    grams: tuple[str, ...]
    spoken: str | None


def declare(model: type[Scoped], names: Iterable[str]) -> None:
    """Index what `names` lead to from `model`, one pointer far at most, and what its own records are called by.

    Of its own phone numbers and addresses of mail keyed hashes are held. What is no text is left out, and so are the
    system's own records, such as batches.
    """
    called = (model.title_field, *model.lookup_keys) if issubclass(model, Entity) else ()
    for dotted in (*names, *called):
        *way, name = dotted.split(".")
        at = target_of(model, way[0]) if len(way) == 1 else None if way else model
        if at is None or not issubclass(at, Entity) or at.kept_by_system or name not in fields_of(at):
            continue
        if fields_of(at)[name].kind in KINDS:
            _indexed.setdefault(at.entity_name(), set()).add(name)
        elif not way and normal_of(at, name) in parts.KINDS:
            _hashed.setdefault(at.entity_name(), set()).add(name)


def target_of(model: type[Scoped], name: str) -> type[Scoped] | None:
    """The class that the pointer `name` leads to, None if it is no pointer to records."""
    field = fields_of(model).get(name)
    return scoped_by_table().get(field.target or "") if field is not None and field.kind == "pointer" else None


def normal_of(model: type[Scoped], name: str) -> str:
    """The normal form of the encrypted field `name`, "" if it is none."""
    field = fields_of(model)[name]
    return column_of(model, name).info.get("normal", "") if field.kind == "personal" else ""


def column_of(model: type[Scoped], name: str) -> Any:
    """The column of a field in the table."""
    return getattr(model, fields_of(model)[name].column).property.columns[0]


def indexed(entity: str) -> set[str]:
    """The names of the indexed fields of plain text of an entity."""
    return _indexed.get(entity, set())


def hashed(entity: str) -> set[str]:
    """The names of the encrypted fields of an entity of whose parts the index holds keyed hashes."""
    return _hashed.get(entity, set())


def spoken(model: type[Scoped]) -> tuple[str, ...]:
    """The names of the fields of `model` that are found by their sound."""
    if not issubclass(model, Entity):
        return ()
    named = (model.title_field,) if model.spoken_fields is None else model.spoken_fields
    known = fields_of(model)
    return tuple(name for name in named if name in indexed(model.entity_name()) and known[name].kind == "text")


def entities() -> list[str]:
    """The indexed entities, in order."""
    return sorted(_indexed.keys() | _hashed.keys())


def contents(entity: str, ids: Iterable[int]) -> dict[int, Content]:
    """What the index should hold of the living records among `ids`, in one statement."""
    model: Any = scoped_by_table()[entity]
    names = sorted(indexed(entity) | hashed(entity))
    chosen = [getattr(model, fields_of(model)[name].column) for name in names]
    found = sa.select(model.id, *chosen).where(model.id.in_(list(ids)), model.deleted_at.is_(None))
    # The index is nobody's view: it holds every record, and rights are asked when it is read.
    rows = session().execute(found, execution_options={UNSCOPED: True})
    return {record_id: _content(model, dict(zip(names, values, strict=True))) for record_id, *values in rows}


def _content(model: type[Scoped], values: Mapping[str, Any]) -> Content:
    entity = model.entity_name()
    sound = spoken_of(values[name] for name in spoken(model))
    grams = {*grams_of(values[name] for name in indexed(entity)), *grams_of_spoken(sound)}
    for name in hashed(entity):
        grams.update(parts.hashes_of(column_of(model, name), normal_of(model, name), values[name]))
    return Content(tuple(sorted(grams)), sound)
