"""The rows of a list in the order of the titles of what they point at, by walking those titles.

The titles lie in another table. To sort by them, every matching row would have to be read, looked up and sorted for the
few that are shown. Of many rows the page is read from the other side instead: the titles in the order of their index,
and for each the rows that point at it, in order of id. So it is for readers of all the records that are pointed at; the
rows of others are at most those within their own rights, and are sorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.dialects import united
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.rights import columns
from app.kernel.rights.predicates import predicate
from app.kernel.views.keyset import Order, Place


def walked(model: type[Scoped], order: Order) -> "ByTitle | None":
    """How to walk the order, None where it is not that of titles, or not one that this reader can walk."""
    field = fields_of(model)[order.name]
    target: Any = scoped_by_table().get(field.target or "") if field.kind == "pointer" else None
    if target is None or not issubclass(target, Entity) or not columns.may_name(acting(), target):
        return None
    title = fields_of(target).get(target.title_field)
    sees_all = isinstance(predicate(target, acting(), "read"), sa.True_)
    return ByTitle(model, field, target, order) if sees_all and title is not None and title.kind == "text" else None


@dataclass(frozen=True)
class ByTitle:
    """The order of the titles of the `target` that `field` of `model` points at."""

    model: Any
    field: Field
    target: Any
    order: Order

    def rows(self, base: Any, place: Place | None, *, forward: bool, most: int, options: Sequence[Any]) -> list[Any]:
        """The first `most` rows of `base` behind the place, each (record, title); of nothing to point at the title is
        None. One statement for the rows without a title, one for those with one, where the page reaches them."""
        up = forward != self.order.descending
        parts = [self._without(base, place, up, most), self._with(base, place, up)]
        found: list[Any] = []
        for part in parts if up else parts[::-1]:
            if part is not None and len(found) < most:
                found += session().execute(part.options(*options).limit(most - len(found)))
        return found

    def _with(self, base: Any, place: Place | None, up: bool) -> Any:
        """The rows that point at a living record; None if all lie before the place."""
        if place is not None and place.value is None and not up:
            return None
        at = self._target()
        title = self._title_in(at)
        found = base.join(at, at.c.id == self._pointer).where(at.c.deleted_at.is_(None), title.is_not(None))
        if place is not None and place.value is not None:
            # Not as one comparison of pairs: the first of them is the range of the index.
            bound, beyond = (title >= place.value, title > place.value) if up else (
                title <= place.value, title < place.value)
            behind = self.model.id > place.id if up else self.model.id < place.id
            found = found.where(bound, sa.or_(beyond, behind))
        return found.add_columns(title.label("sort_value")).order_by(*self._sorted(title, up))

    def _without(self, base: Any, place: Place | None, up: bool, most: int) -> Any:
        """The rows that point at nothing, or at what was deleted or has no title; None if all lie before the place."""
        if place is not None and place.value is not None and up:
            return None
        row, pointer = self.model.id, self._pointer
        behind = [] if place is None or place.value is not None else [row > place.id if up else row < place.id]
        # By the pointer too where there is none: PostgreSQL does not see that those rows lie in order of their id.
        apart = [(pointer.is_(None), self._sorted(pointer, up)),
                 *((pointer.in_(ids), self._sorted(row, up)) for ids in self._nameless())]
        found = [base.with_only_columns(row).where(condition, *behind).order_by(*sorting).limit(most)
                 for condition, sorting in apart]
        merged = sa.select(self.model).where(row.in_(united(found)))
        return merged.add_columns(sa.null().label("sort_value")).order_by(*self._sorted(row, up))

    def _nameless(self) -> list[Any]:
        """SELECTs of the ids of targets that give no title: few, each found by an index of its own."""
        at = self._target()
        title = self._title_in(at)
        gone = sa.select(at.c.id).where(at.c.deleted_at.is_not(None))
        empty = sa.select(at.c.id).where(title.is_(None), at.c.deleted_at.is_(None))
        return [gone, empty] if title.nullable else [gone]

    def _target(self) -> Any:
        # The table, not the class: he sees all of the records, and those are asked for too that were deleted.
        return self.target.__table__.alias()

    def _title_in(self, at: Any) -> Any:
        return at.c[sa.inspect(self.target).column_attrs[self.target.title_field].columns[0].name]

    @property
    def _pointer(self) -> Any:
        return getattr(self.model, self.field.column)

    def _sorted(self, first: Any, up: bool) -> list[Any]:
        keys = [self.model.id] if first is self.model.id else [first, self.model.id]
        return [key.asc() if up else key.desc() for key in keys]
