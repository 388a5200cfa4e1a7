"""Reading the rows of a list: a page, a capped count, all ids for a bulk action, or a stream for an export."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.dialects import united
from app.kernel.entity import Scoped
from app.kernel.filters import EVERYTHING
from app.kernel.rights import columns
from app.kernel.rights.hook import PROBING
from app.kernel.rights.predicates import predicate, ranges
from app.kernel.rights.statements import kept
from app.kernel.search.narrow import Search
from app.kernel.views import asked as ask
from app.kernel.views import bytitle, walk
from app.kernel.views.asked import Asked
from app.kernel.views.bytitle import ByTitle
from app.kernel.views.keyset import Order, Place
from app.kernel.views.lens import Lens, far_loaders, loaders, shown_only

# Counting further than this costs more than it tells; who asks for the exact number gets it.
COUNT_CAP = 1_000
EXACT = 100_000_000
STREAM_CHUNK = 500


@dataclass(frozen=True)
class Page:
    """One page of records with the lens to show them.

    `count` is capped at `cap` + 1. `after` and `before` are the places from which the next and the previous page are
    read, "" where there is none.
    """

    records: list[Any]
    lens: Lens
    count: int
    cap: int
    asked: Asked
    after: str = ""
    before: str = ""

    @property
    def is_capped(self) -> bool:
        return self.count > self.cap


def read_page(view: Any, asked: Asked, cap: int = COUNT_CAP, *, words: bool = True) -> Page:
    """The asked page of the view's entity: rows, their count up to `cap`, titles, and one for each far relation.

    Without `words` its lens shows values alone (`Lens`).

    RuleError where the filter or the sort cannot be asked, Malformed where the place cannot be read.
    """
    names = list(asked.columns or view.list_columns)
    order, search = ask.order_of(view.model, asked, view.base_order), ask.searched(view.model, view.text_columns, asked)
    cap = EXACT if asked.exact else cap
    # An order of titles is walked where many rows match, so that these are counted first.
    titles = bytitle.walked(view.model, order) if search is None and asked.page == 1 and not asked.deleted else None
    number = None if titles is None else count(view, asked, cap)
    titles = titles if number is not None and number > min(cap, COUNT_CAP) else None
    found, after, before = _window(view, asked, order, names, search, titles)
    # A first page that leads nowhere is all there is.
    whole = search is not None and asked.page == 1 and not (after or before or asked.after or asked.before)
    if number is None:
        number = min(len(found), cap + 1) if whole else count(view, asked, cap, search)
    lens = Lens(acting(), view.model, found, names, words=words)
    return Page(found, lens, number, cap, asked, after, before)


def _window(view: Any, asked: Asked, order: Order, names: list[str], search: Search | None,
            titles: ByTitle | None) -> tuple[list[Any], str, str]:
    """The records of the page, with the places of the next and of the previous one."""
    place = order.place(asked.before or asked.after) if asked.before or asked.after else None
    forward = not asked.before or place is None
    skipped = (asked.page - 1) * asked.size if place is None else 0

    def options() -> list[Any]:
        return [*far_loaders(view.model, names), shown_only(view.model, names)]

    def build() -> Any:
        found = _ordered(view, asked, order, place, search, forward=forward, most=skipped + asked.size + 1)
        return found.options(*options()).offset(skipped or None)

    if titles is not None:
        rows = titles.rows(ask.filtered(view.model, asked), place, forward=forward, most=asked.size + 1,
                           options=options())
    elif search is not None and not skipped:
        rows = walk.rows(ask.filtered(view.model, asked), view.model, search, order, place, forward=forward,
                         most=asked.size + 1, options=options())
    else:
        key = ("page", view.model, tuple(names), order.name, order.descending, asked.size)
        rows = list(session().execute(kept(acting(), key, build) if _is_bare(asked) else build()))
    more = len(rows) > asked.size
    rows = rows[:asked.size] if forward else rows[:asked.size][::-1]
    is_first = place is None and not skipped if forward else not more
    after = order.token(Place(rows[-1][1], rows[-1][0].id)) if rows and (more or not forward) else ""
    before = "" if is_first or not rows else order.token(Place(rows[0][1], rows[0][0].id))
    return [row[0] for row in rows], after, before


def _is_bare(asked: Asked) -> bool:
    """Whether the first page of everything is asked for: the same statement whenever somebody asks for it."""
    return asked.tree == EVERYTHING and asked.page == 1 and not (asked.text or asked.deleted or asked.after
                                                                  or asked.before)


def _ordered(view: Any, asked: Asked, order: Order, place: Place | None, search: Search | None, *, forward: bool,
             most: int) -> Any:
    """At most `most` rows behind the place, each with its sort value.

    Every range of the order and of the reader's rights is walked by itself, at most `most` rows of each, and merged.
    """
    model = view.model
    parts = [sa.and_(of_order, of_rights) for of_order in order.ranges(place, forward=forward)
             for of_rights in _rights(view, asked)]
    base = ask.statement(model, view.text_columns, asked, search)
    if len(parts) == 1:
        found = base.where(parts[0]).order_by(*order.sorting(forward=forward))
    else:
        ids = [base.with_only_columns(model.id).where(part).order_by(*order.sorting(forward=forward)).limit(most)
               for part in parts]
        within = sa.select(model).where(model.id.in_(united(ids))).execution_options(**base.get_execution_options())
        found = within.order_by(*order.sorting(forward=forward, mixed=True))
    return found.add_columns(order.key.label("sort_value")).limit(most)


def _rights(view: Any, asked: Asked) -> list[Any]:
    # A search has already narrowed the rows to few, and the recycle bin is small: no range is worth walking there.
    return [sa.true()] if asked.text or asked.deleted else ranges(view.model, acting(), "read")


def count(view: Any, asked: Asked, cap: int = COUNT_CAP, search: Search | None = None) -> int:
    """How many records match, at most `cap` + 1. `search` is that of the page, where it was read before."""
    if search is not None and cap < EXACT:
        known = walk.count(ask.filtered(view.model, asked), view.model, search, cap)
        if known is not None:
            return known
    key, everything = ("count", view.model, cap), replace(asked, page=1, after="", before="")
    counted = kept(acting(), key, lambda: _counted(view, asked, cap, search)) if _is_bare(everything) else _counted(
        view, asked, cap, search)
    return session().execute(counted).scalar_one()


def _counted(view: Any, asked: Asked, cap: int, search: Search | None) -> Any:
    base = ask.statement(view.model, view.text_columns, asked, search).with_only_columns(view.model.id)
    parts = [base.where(part).limit(cap + 1) for part in _rights(view, asked)]
    # A row may meet several of its reader's ranges and counts once.
    inner = sa.select(united(parts).subquery().c.id).distinct().limit(cap + 1) if len(parts) > 1 else parts[0]
    return sa.select(sa.func.count()).select_from(inner.subquery()).execution_options(**base.get_execution_options())


def all_ids(view: Any, asked: Asked, limit: int) -> list[int]:
    """The ids of everything that matches, at most `limit`, in order of id."""
    found = ask.statement(view.model, view.text_columns, asked).with_only_columns(view.model.id)
    return list(session().scalars(found.order_by(view.model.id).limit(limit)))


def _leaving(view: Any, asked: Asked) -> Any:
    # What may be read may be more than what may leave: a seller reads the pool and exports what is his.
    found = ask.statement(view.model, view.text_columns, asked).execution_options(**{PROBING: False})
    return found.where(predicate(view.model, acting(), "export"))


def is_any_lifted(view: Any, asked: Asked) -> bool:
    """Whether masked columns are open to the actor in at least one of the rows that `stream` gives."""
    condition = columns.reveal_condition(view.model, acting())
    if condition is None:
        return False
    found = _leaving(view, asked).where(condition).order_by(None).with_only_columns(view.model.id).limit(1)
    return session().scalars(found).first() is not None


def stream(view: Any, asked: Asked, names: list[str]) -> Iterator[tuple[Scoped, Lens]]:
    """Every matching record that the actor may export, in the asked order, through a cursor at constant memory."""
    found = ask.ordered(_leaving(view, asked), view.model, asked, view.base_order)
    found = found.options(*loaders(view.model, names)).execution_options(yield_per=STREAM_CHUNK)
    for part in session().scalars(found).partitions(STREAM_CHUNK):
        lens = Lens(acting(), view.model, part)
        for record in part:
            yield record, lens
