"""Whether the index holds what the records hold, and setting it right, in units of 2,000 records."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from app.kernel.database import in_unit, session
from app.kernel.entity import scoped_by_table
from app.kernel.rights.hook import UNSCOPED
from app.kernel.search.content import Content, contents, entities
from app.kernel.search.entries import SearchEntry
from app.kernel.search.feed import CHUNK, put

_table: Any = SearchEntry.__table__


def verify() -> dict[str, int]:
    """How many records of each indexed entity the index holds wrongly, lacks, or holds though they are gone."""
    return {entity: sum(len(_wrong(entity, *part)) for part in _parts(entity)) for entity in entities()}


def rebuild() -> dict[str, int]:
    """Set right what `verify` would tell; how many by entity. Broken off, it goes on where it was when called again."""

    def mend(entity: str, part: tuple[int, int | None]) -> int:
        wrong = _wrong(entity, *part)
        if wrong:
            put(entity, wrong)
        return len(wrong)

    return {entity: sum(in_unit(lambda e=entity, p=part: mend(e, p)) for part in _parts(entity))
            for entity in entities()}


def is_empty() -> bool:
    """Whether the index holds nothing at all."""
    return session().execute(sa.select(_table.c.id).limit(1)).first() is None


def _parts(entity: str) -> Iterator[tuple[int, int | None]]:
    """Ranges of ids (after, up to) of CHUNK records each; the last one is open."""
    model: Any = scoped_by_table()[entity]
    after = 0
    while True:
        found = sa.select(model.id).where(model.id > after).order_by(model.id).offset(CHUNK - 1).limit(1)
        last = session().execute(found, execution_options={UNSCOPED: True}).scalar()
        yield after, last
        if last is None:
            return
        after = last


def _wrong(entity: str, after: int, last: int | None) -> list[int]:
    model: Any = scoped_by_table()[entity]
    there = sa.select(model.id).where(*_within(model.id, after, last))
    ids = list(session().scalars(there, execution_options={UNSCOPED: True}))
    expected = contents(entity, ids)
    kept = sa.select(_table.c.record_id, _table.c.grams, _table.c.spoken).where(
        _table.c.entity == entity, *_within(_table.c.record_id, after, last))
    held = {row.record_id: Content(tuple(sorted(row.grams)), row.spoken) for row in session().execute(kept)}
    return sorted(each for each in expected.keys() | held.keys() if expected.get(each) != held.get(each))


def _within(column: Any, after: int, last: int | None) -> tuple[Any, ...]:
    return (column > after,) if last is None else (column > after, column <= last)
