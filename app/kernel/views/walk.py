"""The rows of a list that hold a text, by walking the list where the text is frequent and by the text index where not.

A list is walked for a few rows first: a frequent text fills the page with them. Else the index is asked. Where it knows
few records, these are judged; where it knows many, the list is walked further; where that is in vain too, since they
all lie at the other end, the index gathers and sorts. Whichever way, the same rows are found in the same order.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.dialects import united
from app.kernel.rights.predicates import predicate, ranges
from app.kernel.search.narrow import Search
from app.kernel.views.keyset import Order, Place

# So many rows of each range are looked at: before the index is asked, and after it knew too many or for a count.
NEAR, FURTHEST = 2_000, 50_000


def rows(base: Any, model: Any, search: Search, order: Order, place: Place | None = None, *, forward: bool = True,
         most: int, options: Sequence[Any] = ()) -> list[Any]:
    """The first `most` rows of `base` behind the place that match, each (record, sort value), in order."""
    walk = _Walk(base, model, search, order, order.ranges(place, forward=forward), forward, most, options)
    found = walk.looked_through(NEAR, until_full=True)
    if found is None:
        search.ask_index()
        found = walk.looked_through(FURTHEST) if search.is_wide else None
    return walk.sought() if found is None else found


@dataclass(frozen=True)
class _Walk:
    """`most` rows of `base` within `behind`, the ranges of the order in the direction of the walk."""

    base: Any
    model: Any
    search: Search
    order: Order
    behind: Sequence[Any]
    forward: bool
    most: int
    options: Sequence[Any]

    def looked_through(self, far: int, *, until_full: bool = False) -> list[Any] | None:
        """The rows by looking at `far` of each range; None where rows further on might belong to them.

        Every range of the reader's rights is walked by itself. With `until_full` less than a whole page is none.
        """
        parts = [[self.base.where(sa.and_(of_order, of_rights)).order_by(*self._sorting()) for of_order in self.behind]
                 for of_rights in ranges(self.model, acting(), "read")]
        told = list(session().execute(self._matching([each for own in parts for each in own], far)))
        found = list({row[0].id: (row[0], row.key) for row in told}.values())[:self.most]
        if until_full and len(found) < self.most:
            return None
        held = Counter(row.part for row in told)
        open_ended = []
        for begin, own in enumerate(parts):
            # What lies behind a range that fills the page by itself is of no interest.
            filled = (at for at in range(len(own)) if held[begin * len(self.behind) + at] >= self.most)
            open_ended += own[:next(filled, len(own))]
        return None if _go_on(open_ended, self.model, far) else found

    def _sorting(self) -> list[Any]:
        return self.order.sorting(forward=self.forward)

    def _matching(self, parts: Sequence[Any], far: int) -> Any:
        found = []
        for number, part in enumerate(parts):
            columns = (self.model.id.label("id"), self.order.key.label("key"), self.search.beside().label("match"))
            each = part.with_only_columns(*columns).limit(far).subquery()
            found.append(sa.select(sa.literal(number).label("part"), each.c.id, each.c.key)
                         .where(each.c.match).limit(self.most))
        whole = united(found).subquery()
        read = sa.select(self.model, whole.c.key, whole.c.part).join(whole, whole.c.id == self.model.id)
        sorting = replace(self.order, key=whole.c.key, id=whole.c.id).sorting(forward=self.forward, mixed=True)
        return read.options(*self.options).order_by(*sorting).execution_options(**self.base.get_execution_options())

    def sought(self) -> list[Any]:
        """The rows by the index."""
        found = self.base.where(*self.search.conditions(), sa.or_(*self.behind)).options(*self.options)
        found = found.order_by(*self.order.sorting(forward=self.forward, mixed=True))
        return list(session().execute(found.add_columns(self.order.key.label("sort_value")).limit(self.most)))


def count(base: Any, model: Any, search: Search, cap: int) -> int | None:
    """How many rows of `base` match, at most `cap` + 1; None where only the index can tell."""
    sees_all = isinstance(predicate(model, acting(), "read"), sa.True_)
    if search.is_narrow:
        return None
    if search.is_wide and sees_all and _number(_matching(base, model, search.sample(), cap), base) > cap:
        return cap + 1
    parts = [base.where(part) for part in ranges(model, acting(), "read")]
    found = []
    for part in parts:
        each = part.with_only_columns(model.id.label("id"), search.beside().label("match")).limit(FURTHEST).subquery()
        found.append(sa.select(each.c.id).where(each.c.match).limit(cap + 1))
    # A row may meet several of its reader's ranges and counts once.
    known = _number(sa.select(united(found).subquery().c.id).distinct().limit(cap + 1), base)
    return known if known > cap or not _go_on(parts, model, FURTHEST) else None


def _matching(base: Any, model: Any, condition: Any, cap: int) -> Any:
    return base.with_only_columns(model.id).where(condition).limit(cap + 1)


def _number(found: Any, base: Any) -> int:
    counted = sa.select(sa.func.count()).select_from(found.subquery())
    return session().execute(counted, execution_options=dict(base.get_execution_options())).scalar_one()


def _go_on(parts: Sequence[Any], model: Any, far: int) -> bool:
    """Whether one of the ranges goes on behind its first `far` rows."""
    if not parts:
        return False
    behind = united(part.with_only_columns(model.id).offset(far).limit(1) for part in parts)
    return session().execute(behind, execution_options=dict(parts[0].get_execution_options())).first() is not None
