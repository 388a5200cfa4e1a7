"""Which fields are in the index, and what it holds of a record."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from app.kernel.database import session
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.fields import fields_of
from app.kernel.rights.hook import UNSCOPED
from app.kernel.search.grams import grams_of

KINDS = ("text", "long_text")
_indexed: dict[str, set[str]] = {}


def declare(model: type[Scoped], names: Iterable[str]) -> None:
    """Index what `names` lead to from `model`, one pointer far at most, and what its own records are called by.

    A field that is no plain text is left out, and so are the system's own records, such as batches.
    """
    called = (model.title_field, *model.lookup_keys) if issubclass(model, Entity) else ()
    for dotted in (*names, *called):
        *way, name = dotted.split(".")
        at = target_of(model, way[0]) if len(way) == 1 else None if way else model
        if at is None or not issubclass(at, Entity) or at.kept_by_system or name not in fields_of(at):
            continue
        if fields_of(at)[name].kind in KINDS:
            _indexed.setdefault(at.entity_name(), set()).add(name)


def target_of(model: type[Scoped], name: str) -> type[Scoped] | None:
    """The class that the pointer `name` leads to, None if it is no pointer to records."""
    field = fields_of(model).get(name)
    return scoped_by_table().get(field.target or "") if field is not None and field.kind == "pointer" else None


def indexed(entity: str) -> set[str]:
    """The names of the indexed fields of an entity."""
    return _indexed.get(entity, set())


def entities() -> list[str]:
    """The indexed entities, in order."""
    return sorted(_indexed)


def contents(entity: str, ids: Iterable[int]) -> dict[int, list[str]]:
    """The grams of the living records among `ids`, in one statement."""
    model: Any = scoped_by_table()[entity]
    chosen = [getattr(model, fields_of(model)[name].column) for name in sorted(indexed(entity))]
    found = sa.select(model.id, *chosen).where(model.id.in_(list(ids)), model.deleted_at.is_(None))
    # The index is nobody's view: it holds every record, and rights are asked when it is read.
    rows = session().execute(found, execution_options={UNSCOPED: True})
    return {record_id: grams_of(texts) for record_id, *texts in rows}
