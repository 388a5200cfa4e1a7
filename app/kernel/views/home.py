"""The first page: numbers, next records and charts that a reader has to do with, from one declaration for all roles.

A block is shown to whoever may read its entity and use each field that it asks for; what is somebody's own work only to
who may also change such records. Numbers are one statement together, each list is one, charts come later by themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import format_date

from app.kernel import clock, filters
from app.kernel.actor import Actor, acting
from app.kernel.database import session
from app.kernel.fields import fields_of
from app.kernel.filters import Tree, from_keywords
from app.kernel.rights import columns
from app.kernel.views import asked as ask
from app.kernel.views import site
from app.kernel.views.lens import Lens, shown_only
from app.kernel.views.titles import Titles

CAP = 1_000
LINES = 5
MOST_PICTURES = 4
WIDE = frozenset({"all", "team", "tree"})


@dataclass(frozen=True)
class Figure:
    """A number with the list behind it. `alarms` says that any above nought is bad news.

    `own` is the reader's own work, `wide` of those alone who read more than their own records; who does is not told of
    own work that he does not have.
    """

    label: Any
    entity: str
    where: Mapping[str, Any] = field(default_factory=dict)
    alarms: bool = False
    own: bool = True
    wide: bool = False


@dataclass(frozen=True)
class Agenda:
    """The next few records by the moment in `by`; `empty` says what to do where there is none."""

    label: Any
    entity: str
    by: str
    where: Mapping[str, Any] = field(default_factory=dict)
    shows: str = ""
    empty: Any = ""
    own: bool = True


@dataclass(frozen=True)
class Picture:
    """A chart of an entity, by the name that it has there."""

    entity: str
    chart: str
    own: bool = False


@dataclass(frozen=True)
class Number:
    """A figure as it is shown; `text` says more than CAP as ``1,000+``."""

    label: str
    text: str
    value: int
    url: str
    alarms: bool


@dataclass(frozen=True)
class Line:
    """A record of an agenda."""

    title: str
    url: str
    about: str
    due: str
    is_late: bool


@dataclass(frozen=True)
class Lines:
    """An agenda as it is shown; `add_url` is "" for who may not add such a record."""

    label: str
    lines: list[Line]
    url: str
    empty: str
    add_url: str


@dataclass(frozen=True)
class Drawn:
    """A chart to be fetched from `url`; `page` is where its entity has all of them."""

    label: str
    url: str
    page: str


@dataclass(frozen=True)
class Page:
    """What the first page shows to one reader."""

    numbers: list[Number]
    agendas: list[Lines]
    pictures: list[Drawn]

    @property
    def is_empty(self) -> bool:
        return not (self.numbers or self.agendas or self.pictures)


Block = Figure | Agenda | Picture


def page(blocks: Sequence[Block]) -> Page:
    """The blocks that concern the actor, read: one statement for the numbers, one for each list, one for titles."""
    actor = acting()
    mine = [block for block in blocks if _concerns(actor, block)]
    pictures = [block for block in mine if isinstance(block, Picture)]
    # What he works with himself comes first.
    pictures.sort(key=lambda block: not actor.may("edit", block.entity))
    return Page(_numbers(actor, [block for block in mine if isinstance(block, Figure)]),
                _agendas(actor, [block for block in mine if isinstance(block, Agenda)]),
                [_drawn(block) for block in pictures[:MOST_PICTURES]])


def today() -> str:
    """The reader's day in words."""
    return format_date(clock.today(acting().zone), "full")


def _concerns(actor: Actor, block: Block) -> bool:
    if not actor.may("edit" if block.own else "read", block.entity) or not actor.may("read", block.entity):
        return False
    if isinstance(block, Figure) and block.wide and not _reads_more(actor, block.entity):
        return False
    may_use = ask.usable(actor, site.view_of(block.entity).model)
    return all(may_use(name) for name in _fields(block))


def _fields(block: Block) -> Iterable[str]:
    """Every field on which what the block shows depends."""
    if isinstance(block, Picture):
        chart = _chart(block)
        named = (chart.group, chart.split, chart.measure.field)
        return [*(name.partition(":")[0] for name in named if name), *_asked(chart.tree())]
    return [*([block.by] if isinstance(block, Agenda) else []), *_asked(from_keywords(block.where))]


def _asked(tree: Tree) -> list[str]:
    return [leaf.field for leaf in filters.leaves(tree)]


def _chart(block: Picture) -> Any:
    return next(chart for chart in site.view_of(block.entity).charts if chart.name == block.chart)


def _drawn(block: Picture) -> Drawn:
    return Drawn(str(_chart(block).label), url_for(f"{block.entity}.chart", name=block.chart),
                 url_for(f"{block.entity}.chart_page"))


def _numbers(actor: Actor, blocks: list[Figure]) -> list[Number]:
    if not blocks:
        return []
    counts = session().execute(sa.select(*(_count(actor, block) for block in blocks))).one()
    return [Number(str(block.label), f"{CAP:,}+" if count > CAP else f"{count:,}", count,
                   _list_url(block.entity, block.where), block.alarms and count > 0)
            for block, count in zip(blocks, counts, strict=True)
            if count or not (block.own and _reads_more(actor, block.entity))]


def _reads_more(actor: Actor, entity: str) -> bool:
    """Whether he reads records of this entity that are not his own, in the pool or reached through others."""
    return actor.is_system or bool(actor.grants.get((entity, "read"), frozenset()) & WIDE)


def _count(actor: Actor, block: Figure) -> Any:
    model = site.view_of(block.entity).model
    found = sa.select(model.id).where(ask.condition(model, from_keywords(block.where), actor)).limit(CAP + 1)
    return sa.select(sa.func.count()).select_from(found.subquery()).scalar_subquery()


def _list_url(entity: str, where: Mapping[str, Any], **more: str) -> str:
    query = "&".join([part for part in [filters.to_query(from_keywords(where))] if part]
                     + [f"{name}={value}" for name, value in more.items()])
    return url_for(f"{entity}.list") + (f"?{query}" if query else "")


def _agendas(actor: Actor, blocks: list[Agenda]) -> list[Lines]:
    titles = Titles(actor)
    read = [(block, *_read(actor, block, titles)) for block in blocks]
    titles.fetch()
    return [Lines(str(block.label), [_line(actor, block, record, lens) for record in records],
                  _list_url(block.entity, block.where, sort=block.by), str(block.empty),
                  url_for(f"{block.entity}.add") if actor.may("create", block.entity) else "")
            for block, records, lens in read]


def _read(actor: Actor, block: Agenda, titles: Titles) -> tuple[list[Any], Lens]:
    model = site.view_of(block.entity).model
    by = getattr(model, fields_of(model)[block.by].column)
    names = [name for name in (block.by, block.shows) if name]
    found = sa.select(model).where(ask.condition(model, from_keywords(block.where), actor), by.is_not(None))
    records = list(session().scalars(found.order_by(by, model.id).limit(LINES).options(shown_only(model, names))))
    return records, Lens(actor, model, records, names, titles)


def _line(actor: Actor, block: Agenda, record: Any, lens: Lens) -> Line:
    model, due = type(record), getattr(record, block.by)
    is_named = model.title_field in fields_of(model) and columns.may_name(actor, model)
    title = lens.show(record, model.title_field).text if is_named else ""
    return Line(title or f"#{record.id}", site.record_url(block.entity, record.id),
                lens.show(record, block.shows).text if block.shows else "", lens.show(record, block.by).text,
                due < clock.now())
