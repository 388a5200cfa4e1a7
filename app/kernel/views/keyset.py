"""Paging by place: a page begins behind the sort value and the id where another ended, the same work at any depth.

Rows lie in a total order: NULL first, then by value, then by id; the other way round when descending. Where NULL may
occur the order is two ranges, the rows without a value and those with one, because a condition that joins both by OR
walks no index on either database.
"""

import base64
import datetime as dt
import decimal
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.kernel.errors import Malformed


def _moment(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment without a zone")
    return found.astimezone(dt.UTC)


def _decimal(text: str) -> decimal.Decimal:
    found = decimal.Decimal(text)
    if not found.is_finite() or abs(found) >= 10 ** 14:
        raise ValueError("beyond the column")
    return found


def _text(text: str) -> str:
    if not isinstance(text, str) or "\x00" in text:
        raise ValueError("no text of the database")
    return text


def _whole(number: int, bound: int = 2 ** 31) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or abs(number) >= bound:
        raise ValueError("no whole number of the database")
    return number


# How a value of a place comes back from JSON. ValueError for what no column of the type holds.
_READERS: dict[type, Callable[[Any], Any]] = {
    bool: bool, int: _whole, str: _text, decimal.Decimal: _decimal,
    dt.date: dt.date.fromisoformat, dt.datetime: _moment,
}


@dataclass(frozen=True)
class Place:
    """Where a page ended: the sort value of its last row, None for NULL, and its id."""

    value: Any
    id: int


@dataclass(frozen=True)
class Order:
    """A total order of rows: by the expression `key`, then by `id`, both in one direction. `name` is the field's."""

    name: str
    key: Any
    id: Any
    descending: bool = False
    nullable: bool = True

    @property
    def by_id(self) -> bool:
        return self.key is self.id

    def sorting(self, *, forward: bool = True, mixed: bool = False) -> list[Any]:
        """ORDER BY for walking `forward` or back; `mixed` when NULL and values stand in one result."""
        up = forward != self.descending
        keys = [self.id] if self.by_id else [self.key, self.id]
        terms = [key.asc() if up else key.desc() for key in keys]
        if mixed and not self.by_id:
            terms[0] = terms[0].nulls_first() if up else terms[0].nulls_last()
        return terms

    def ranges(self, place: Place | None, *, forward: bool = True) -> list[Any]:
        """Conditions whose rows are those behind `place` (all without one), in the direction of the walk.

        Each is one range of an index.
        """
        up = forward != self.descending
        if self.by_id:
            return [sa.true()] if place is None else [self.id > place.id if up else self.id < place.id]
        if place is None:
            return [self.key.is_(None), self.key.is_not(None)][::1 if up else -1] if self.nullable else [sa.true()]
        if place.value is None:
            behind = sa.and_(self.key.is_(None), self.id > place.id if up else self.id < place.id)
            return [behind, self.key.is_not(None)] if up else [behind]
        here = sa.tuple_(self.key, self.id)
        limit = sa.tuple_(sa.literal(place.value, self.key.type), sa.literal(place.id, self.id.type))
        return [here > limit] if up else [here < limit, *([self.key.is_(None)] if self.nullable else [])]

    def token(self, place: Place) -> str:
        """`place` as text for an address; it holds only what the reader sees in the row."""
        value = place.value
        if isinstance(value, (dt.date, dt.datetime)):
            value = value.isoformat()
        elif isinstance(value, decimal.Decimal):
            value = str(value)
        text = json.dumps([self._mark(), value, place.id], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def place(self, token: str) -> Place | None:
        """The place that `token` names, None if it is one of another order. Malformed if it is none at all."""
        try:
            text = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4)).decode()
            mark, value, row_id = json.loads(text)
            if mark != self._mark():
                return None
            return Place(None if value is None else self._typed(value), _whole(row_id, 2 ** 63))
        except (ValueError, TypeError, ArithmeticError, RecursionError):
            raise Malformed() from None

    def _mark(self) -> str:
        return ("-" if self.descending else "") + self.name

    def _typed(self, value: Any) -> Any:
        type_ = getattr(self.key.type, "impl", self.key.type)
        return _whole(value, 2 ** 63) if isinstance(type_, sa.BigInteger) else _READERS[type_.python_type](value)
