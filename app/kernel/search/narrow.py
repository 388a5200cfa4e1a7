"""Candidates for the one search box: every record that can match, few others."""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from app.kernel.entity import Scoped
from app.kernel.fields import fields_of
from app.kernel.search.content import indexed, target_of
from app.kernel.search.entries import holding
from app.kernel.search.grams import wanted


def candidates(model: type[Scoped], names: Iterable[str], text: str, exactly: Callable[[list[str]], Any]) -> Any:
    """SELECT of the ids of the records of which a field of `names` may contain `text`; None if all may.

    Fields outside the index are asked by ``exactly(names)``, an SQL condition on `model`. The caller judges the
    candidates under the rights of the reader: this select bears none.
    """
    grams = wanted(text)
    if not grams:
        return None
    parts: dict[str, Any] = {}
    rest = []
    for dotted in names:
        way, _dot, name = dotted.rpartition(".")
        at = model if not way else target_of(model, way)
        if at is None or name not in indexed(at.entity_name()):
            rest.append(dotted)
        elif way not in parts:
            parts[way] = _pointing(model, way, holding(at.entity_name(), grams))
    if rest:
        parts["/"] = sa.select(model.id).where(exactly(rest))
    if len(parts) < 2:
        return next(iter(parts.values()), None)
    return sa.union(*parts.values())


def _pointing(model: type[Scoped], way: str, ids: Any) -> Any:
    if not way:
        return ids
    # The table, not the class: the records are judged outside, once.
    table: Any = model.__table__
    pointer = getattr(model, fields_of(model)[way].column).property.columns[0]
    return sa.select(table.c.id).where(pointer.table.c[pointer.name].in_(ids))
