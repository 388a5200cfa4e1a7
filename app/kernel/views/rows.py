"""Reading the rows of a list: a page, a capped count, all ids for a bulk action, or a stream for an export."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.entity import Scoped
from app.kernel.rights import columns
from app.kernel.rights.predicates import predicate
from app.kernel.views import asked as ask
from app.kernel.views.asked import Asked
from app.kernel.views.lens import Lens, far_loaders, loaders

# Counting further than this costs more than it tells.
COUNT_CAP = 10_000
STREAM_CHUNK = 500


@dataclass(frozen=True)
class Page:
    """One page of records with the lens to show them; `count` is capped at COUNT_CAP + 1."""

    records: list[Any]
    lens: Lens
    count: int
    asked: Asked

    @property
    def more(self) -> bool:
        return self.asked.page * self.asked.size < self.count


def read_page(view: Any, asked: Asked, cap: int = COUNT_CAP) -> Page:
    """The asked page of the view's entity: rows, their count up to `cap`, titles, and one for each far relation."""
    names = list(asked.columns or view.list_columns)
    found = ask.ordered(ask.statement(view.model, view.text_columns, asked), view.model, asked, view.base_order)
    found = found.options(*far_loaders(view.model, names))
    records = list(session().scalars(found.limit(asked.size).offset((asked.page - 1) * asked.size)))
    return Page(records, Lens(acting(), view.model, records, names), count(view, asked, cap), asked)


def count(view: Any, asked: Asked, cap: int = COUNT_CAP) -> int:
    """How many records match, at most `cap` + 1."""
    inner = ask.statement(view.model, view.text_columns, asked).with_only_columns(view.model.id).limit(cap + 1)
    return session().execute(sa.select(sa.func.count()).select_from(inner.subquery())).scalar_one()


def all_ids(view: Any, asked: Asked, limit: int) -> list[int]:
    """The ids of everything that matches, at most `limit`, in order of id."""
    found = ask.statement(view.model, view.text_columns, asked).with_only_columns(view.model.id)
    return list(session().scalars(found.order_by(view.model.id).limit(limit)))


def _leaving(view: Any, asked: Asked) -> Any:
    # What may be read may be more than what may leave: a seller reads the pool and exports what is his.
    return ask.statement(view.model, view.text_columns, asked).where(predicate(view.model, acting(), "export"))


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
