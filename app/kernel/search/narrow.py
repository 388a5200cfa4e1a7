"""The one search box: the index says which records can match, few others, and which match for certain."""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import acting
from app.kernel.entity import Scoped
from app.kernel.fields import fields_of
from app.kernel.rights import columns
from app.kernel.search import parts
from app.kernel.search.content import column_of, hashed, indexed, normal_of, spoken, target_of
from app.kernel.search.entries import holding, sounding
from app.kernel.search.grams import wanted
from app.kernel.search.spoken import heard

Exactly = Callable[[list[str]], Any]


def matches(model: type[Scoped], names: list[str], text: str, exactly: Exactly) -> tuple[Any, ...]:
    """The conditions that a field of `names` holds `text`, sounds like it, or has it as a part of a personal value.

    ``exactly(names)`` is the SQL condition that fields contain it. All `names` must be open to the actor.
    """
    possible = candidates(model, names, text, exactly)
    if not possible:
        return (exactly(names),)
    sure = certain(model, names, text)
    if not sure:
        return exactly(names), model.id.in_(together(possible))
    return (model.id.in_(together([*possible, *sure])),
            sa.or_(exactly(names), model.id.in_(together(sure))))


def together(selects: list[Any]) -> Any:
    """One select of all their ids, never an OR: each part stays a range of its own."""
    return sa.union(*selects) if len(selects) > 1 else selects[0]


def candidates(model: type[Scoped], names: Iterable[str], text: str, exactly: Exactly) -> list[Any]:
    """SELECTs of the ids of the records of which a field of `names` may contain `text`; none if all may.

    Fields outside the index are asked by ``exactly(names)``, an SQL condition on `model`. The caller judges the
    candidates under the rights of the reader: these selects bear none.
    """
    grams = wanted(text)
    if not grams:
        return []
    found: dict[str, Any] = {}
    rest = []
    for dotted in names:
        way, _dot, name = dotted.rpartition(".")
        at = model if not way else target_of(model, way)
        if at is None or name not in indexed(at.entity_name()):
            rest.append(dotted)
        elif way not in found:
            found[way] = _pointing(model, way, holding(at.entity_name(), grams))
    if rest:
        found["/"] = sa.select(model.id).where(exactly(rest))
    return list(found.values())


def certain(model: type[Scoped], names: Iterable[str], text: str) -> list[Any]:
    """SELECTs of the ids of the records that match `text` by what the index holds: a name's sound, a part's hash."""
    found: dict[str, Any] = {}
    letters = heard(text)
    for dotted in names:
        way, _dot, name = dotted.rpartition(".")
        at = model if not way else target_of(model, way)
        if at is None:
            continue
        if letters and name in spoken(at) and f"{way}." not in found and may_hear(at):
            found[f"{way}."] = _pointing(model, way, _of_readable(at, way, sounding(at.entity_name(), letters)))
        asked = asked_hashes(at, name, text) if not way else []
        if asked:
            found[dotted] = holding(at.entity_name(), *([each] for each in asked))
    return list(found.values())


def may_hear(model: type[Scoped]) -> bool:
    """Whether the actor may find records of `model` by the sound of their names: the index does not keep them apart."""
    return bool(spoken(model)) and all(columns.may_use(acting(), model, name) for name in spoken(model))


def asked_hashes(model: type[Scoped], name: str, text: str) -> list[str]:
    """What the index holds of the values of an encrypted field that `text` may ask for in part."""
    if name not in hashed(model.entity_name()):
        return []
    return parts.asked_hashes(column_of(model, name), normal_of(model, name), text)


def _of_readable(model: Any, way: str, ids: Any) -> Any:
    # Nobody compares the record behind a pointer any more: as a class it is read under the actor's rights.
    return sa.select(model.id).where(model.id.in_(ids)) if way else ids


def _pointing(model: type[Scoped], way: str, ids: Any) -> Any:
    if not way:
        return ids
    # The table, not the class: the records are judged outside, once.
    table: Any = model.__table__
    pointer = getattr(model, fields_of(model)[way].column).property.columns[0]
    return sa.select(table.c.id).where(pointer.table.c[pointer.name].in_(ids))
