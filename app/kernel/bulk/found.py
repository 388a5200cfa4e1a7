"""What the derived fields of many rows follow from, read for all of them together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from app.kernel import gate
from app.kernel.database import UnitSession
from app.kernel.entity import Find
from app.kernel.judge import is_id

T = TypeVar("T")
_MISSING: Any = object()


class _NotRead(Exception):
    """A row was asked for that is not read yet."""


def each_with_its_finds(current: UnitSession, makers: Sequence[Callable[[Find], T]]) -> list[T]:
    """``make(find)`` of each; what one of them asks for is read for all that ask for it in the same round.

    A maker that meets a row not read yet is called again from its beginning, so that it must have no effects.
    """
    known, made, waiting = current.info.setdefault("found", {}), [_MISSING] * len(makers), list(range(len(makers)))
    wanted: dict[str, set[int]] = {}

    def find(table: str, record_id: int | None) -> Mapping[str, Any]:
        if not is_id(record_id):
            return {}
        if (table, record_id) not in known:
            wanted.setdefault(table, set()).add(record_id)
            raise _NotRead
        return known[table, record_id]

    while waiting:
        waiting = [place for place in waiting if not _could_make(makers, place, find, made)]
        for table, ids in wanted.items():
            gate.find_ahead(current, table, ids)
        wanted.clear()
    return made


def _could_make(makers: Sequence[Callable[[Find], T]], place: int, find: Find, made: list[T]) -> bool:
    try:
        made[place] = makers[place](find)
    except _NotRead:
        return False
    return True
