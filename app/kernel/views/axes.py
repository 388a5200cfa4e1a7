"""What the points of a chart stand along: fields of records, and steps of time in the reader's zone."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext

from app.kernel.actor import acting
from app.kernel.buckets import Bucket, bound, buckets_between, step_of
from app.kernel.database import session
from app.kernel.entity import scoped_by_table
from app.kernel.errors import NotAllowed
from app.kernel.fields import Field, fields_of
from app.kernel.filters import Tree, Where
from app.kernel.views import asked as ask
from app.kernel.views.lens import relation_of
from app.kernel.views.titles import person_name, record_name
from app.kernel.views.wording import spoken

# (column, joins) -> the first and the last day that an axis of time has to show.
Span = Callable[[Any, list[Any]], tuple[dt.date, dt.date]]


@dataclass(frozen=True)
class Axis:
    """What the points stand along: an SQL expression, how a value is said, and the filter that finds its rows."""

    expression: Any
    say: Callable[[Any], str]
    tree: Callable[[Any], Tree]
    order: tuple[Any, ...] = ()
    joins: tuple[Any, ...] = ()


def base_currency() -> str:
    """CRM_CURRENCY."""
    return current_app.config.get("CRM_CURRENCY", "CNY")


def axis_of(model: type, spec: str, span: Span) -> Axis:
    """The axis along a field, dotted or with a step of time (``closed_at:month``). NotAllowed if it is closed."""
    dotted, _, step = spec.partition(":")
    if not ask.usable(acting(), model)(dotted):
        raise NotAllowed()
    *way, last = dotted.split(".")
    at, joins = model, []
    for name in way:
        relation = getattr(at, relation_of(at, fields_of(at)[name]).key)
        at = scoped_by_table()[fields_of(at)[name].target]
        joins.append((at, relation))
    field = fields_of(at)[last]
    column = getattr(at, field.column)
    if step:
        buckets = buckets_between(*span(column, joins), step_of(step))
        return _time_axis(dotted, field, column, buckets, tuple(joins))
    if field.kind in ("pointer", "user"):
        return _pointer_axis(dotted, at, field, column, tuple(joins))
    return Axis(column, lambda value: _say_plain(field, value), lambda value: _equals(dotted, value), (), tuple(joins))


def _say_plain(field: Field, value: Any) -> str:
    if value is None or value == "":
        return gettext("(empty)")
    return spoken(field, value, base_currency(), acting())


def _equals(dotted: str, value: Any) -> Tree:
    return Where(dotted, "is_empty", None) if value is None or value == "" else Where(dotted, "eq", str(value))


def _pointer_axis(dotted: str, at: type, field: Field, column: Any, joins: tuple[Any, ...]) -> Axis:
    names: dict[int, str] = {}

    def say(value: Any) -> str:
        if value is None:
            return gettext("(empty)")
        if value not in names:
            names.update(_titles(at, field, value))
        return names.get(value, gettext("Locked"))

    return Axis(column, say, lambda value: _equals(dotted, value), (), joins)


def _titles(at: type, field: Field, value: int) -> Mapping[int, str]:
    """Titles of the first few hundred targets at once, so that a chart costs one statement more, not one per bar."""
    target = relation_of(at, field).mapper.class_
    if field.kind == "user":
        return {user.id: person_name(user) for user in session().scalars(sa.select(target))}
    rows = list(session().scalars(sa.select(target).order_by(target.id).limit(500)))
    if all(row.id != value for row in rows):
        rows += session().scalars(sa.select(target).where(target.id == value))
    return {row.id: record_name(acting(), row) for row in rows}


def _time_axis(dotted: str, field: Field, column: Any, buckets: list[Bucket], joins: tuple[Any, ...]) -> Axis:
    """Whole days, weeks, months, quarters or years in the reader's zone, as one CASE over their bounds."""
    if not buckets:
        return Axis(sa.literal(None), lambda value: gettext("(empty)"), lambda value: _equals(dotted, None))
    zone = ZoneInfo(acting().zone)
    bounds = [(column < _edge(field, bucket.end, zone), bucket.name) for bucket in buckets]
    first = (column < _edge(field, buckets[0].start, zone), None)
    by_name: dict[str, Bucket] = {bucket.name: bucket for bucket in buckets}

    def tree(value: Any) -> Tree:
        if value is None:
            return Where(dotted, "is_empty", None)
        bucket = by_name[value]
        return Where(dotted, "between", (bucket.start.isoformat(), (bucket.end - dt.timedelta(days=1)).isoformat()))

    expression = sa.case((column.is_(None), None), first, *bounds, else_=None)
    return Axis(expression, lambda value: value or gettext("(empty)"), tree, tuple(by_name), joins)


def _edge(field: Field, day: dt.date, zone: ZoneInfo) -> Any:
    return day if field.kind == "date" else bound(day, zone)
