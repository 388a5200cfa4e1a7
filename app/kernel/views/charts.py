"""Charts: one SQL aggregate each, under the reader's rights, every point with the address of the rows behind it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Response, current_app, jsonify, url_for
from flask_babel import lazy_gettext as _l

from app.kernel import clock, filters, money
from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.entity import scoped_by_table
from app.kernel.errors import Missing, NotAllowed, RuleError
from app.kernel.fields import fields_of
from app.kernel.filters import EVERYTHING, Tree, Where, all_of
from app.kernel.problems import N_, problem
from app.kernel.views import asked as ask
from app.kernel.views import rolled
from app.kernel.views.axes import Axis, axis_of, base_currency
from app.kernel.views.declare import Chart, Measure

# (model, money column, day column or None) -> expression in minor units of the base currency, NULL without a rate.
Conversion = Callable[[type, Any, Any], Any]
MAX_GROUPS = 200
# What the columns of named queries are called.
COLUMN_LABELS = {
    "stage": _l("Stage"), "reached": _l("Reached"), "conversion": _l("Conversion (%)"), "days": _l("Days"),
    "expected_days": _l("Expected days"), "pipeline": _l("Pipeline"), "source": _l("Source"), "leads": _l("Leads"),
    "converted": _l("Converted"), "agent": _l("Agent"), "tickets": _l("Tickets"), "open": _l("Open"),
    "late": _l("Late"), "response_hours": _l("Hours to the first response"),
    "resolution_hours": _l("Hours to the solution"), "satisfaction": _l("Satisfaction"),
}


def set_conversion(app: Any, conversion: Conversion) -> None:
    """Name the function that converts money at dated rates; without one, sums are split by currency."""
    app.extensions["money_conversion"] = conversion


@dataclass(frozen=True)
class Asked:
    """What a `Chart.query` is given: the SQL condition of filter, period and team, and the tree it was made of."""

    condition: Any
    tree: Tree
    since: dt.date | None
    until: dt.date | None


def teams() -> list[tuple[int, str]]:
    """The teams that the actor may choose among."""
    team = scoped_by_table()["team"]
    return [(row.id, row.name) for row in session().scalars(sa.select(team).order_by(team.name))]


def answer(view: Any, name: str, args: Any) -> Response:
    """The chart as JSON: categories, series, and points with their drill-down addresses."""
    chart = next((each for each in view.charts if each.name == name), None)
    if chart is None:
        raise Missing()
    return jsonify(numbers(view, chart, args))


def numbers(view: Any, chart: Chart, args: Any) -> dict[str, Any]:
    """The chart's data for the reader. RuleError for an unreadable filter, NotAllowed for a field that is closed."""
    since, until = _period(args)
    tree = all_of(filters.parse(_without_chart_words(args)), chart.tree(), _period_tree(chart, since, until),
                  _team_tree(args))
    head = {"name": chart.name, "label": str(chart.label), "kind": chart.kind, "help": str(chart.help)}
    if chart.query is not None:
        asked = Asked(ask.condition(view.model, tree), tree, since, until)
        return {**head, **_table(view, chart.query(asked))}
    points = _points(view, chart, tree, since, until)
    return {**head, **_series(points), "points": points}


def _table(view: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows of a named query with the labels of their columns, in the order of the query."""
    names = [name for name in (rows[0] if rows else ()) if name not in ("query", "url")]
    address = url_for(f"{view.entity}.list")
    told = [{**row, "url": row.get("url") or f"{address}?{row.get('query', '')}"} for row in rows]
    return {"columns": [{"name": name, "label": str(COLUMN_LABELS.get(name, name))} for name in names], "rows": told}


def _period(args: Any) -> tuple[dt.date | None, dt.date | None]:
    found = []
    for name in ("since", "until"):
        try:
            found.append(dt.date.fromisoformat(args[name]) if args.get(name) else None)
        except ValueError:
            raise RuleError(problems={name: problem(N_("“%(value)s” is not a date (YYYY-MM-DD)."),
                                                    value=args[name][:20])}) from None
    return found[0], found[1]


def _without_chart_words(args: Any) -> list[tuple[str, str]]:
    return [(key, text) for key, text in args.items(multi=True) if key not in ("since", "until", "team_tree", "_")]


def _period_tree(chart: Chart, since: dt.date | None, until: dt.date | None) -> Tree:
    if not chart.period:
        return EVERYTHING
    parts = [Where(chart.period, "gte", since.isoformat())] if since else []
    parts += [Where(chart.period, "lte", until.isoformat())] if until else []
    return all_of(*parts)


def _team_tree(args: Any) -> Tree:
    return Where("team", "eq", args["team_tree"]) if args.get("team_tree") else EVERYTHING


def _points(view: Any, chart: Chart, tree: Tree, since: dt.date | None, until: dt.date | None) -> list[dict[str, Any]]:
    is_whole = since is None and until is None and tree == all_of(chart.tree())
    kept = rolled.rows(view, chart) if is_whole else None
    rows, group, split = kept or _read(view.model, chart, tree, since, until)
    points = [_point(view, chart, tree, group, split, row) for row in rows]
    place = {value: position for position, value in enumerate(group.order)}

    def order(point: dict[str, Any]) -> tuple[Any, ...]:
        # To the end, so that equal sums lie the same way however they were added up.
        size = 0 if group.order else -(point["value"] or 0)
        return place.get(point["key"], len(place)), size, point["group"], point["split"]

    return sorted(points, key=order)[:MAX_GROUPS * 10]


def _read(model: Any, chart: Chart, tree: Tree, since: dt.date | None, until: dt.date | None) -> Any:
    """The rows (g, s where it is split, v, c where money has several currencies), and the axes."""

    def span(column: Any, joins: list[Any]) -> tuple[dt.date, dt.date]:
        zone = ZoneInfo(acting().zone)
        low, high = _extent(column, condition, (model, joins))
        return _day(low, zone, since), _day(high, zone, until)

    condition = ask.condition(model, tree)
    group = axis_of(model, chart.group, span)
    split = axis_of(model, chart.split, span) if chart.split else None
    value, currency = _measure(model, chart, condition)
    chosen = [group.expression.label("g"), *([split.expression.label("s")] if split else []), value.label("v")]
    chosen += [currency.label("c")] if currency is not None else []
    keys = [column for column in chosen if column.name != "v"]
    found = sa.select(*chosen).select_from(model).where(condition)
    for axis in (group, split):
        for join in axis.joins if axis else ():
            found = found.outerjoin(*join)
    return session().execute(found.group_by(*keys).limit(MAX_GROUPS * 10)), group, split


def _extent(column: Any, condition: Any, base: tuple[type, list[Any]]) -> tuple[Any, Any]:
    found = sa.select(sa.func.min(column), sa.func.max(column)).select_from(base[0]).where(condition)
    for join in base[1]:
        found = found.outerjoin(*join)
    return session().execute(found).one()


def _day(value: Any, zone: ZoneInfo, chosen: dt.date | None) -> dt.date:
    if chosen is not None:
        return chosen
    if isinstance(value, dt.datetime):
        return clock.seen_from(str(zone), value).date()
    return value or clock.today(str(zone))


def _point(view: Any, chart: Chart, tree: Tree, group: Axis, split: Axis | None, row: Any) -> dict[str, Any]:
    currency = getattr(row, "c", None) or base_currency()
    narrowed = all_of(tree, group.tree(row.g), split.tree(row.s) if split else EVERYTHING)
    series = split.say(row.s) if split else ""
    if hasattr(row, "c") and row.c != base_currency():
        series = f"{series} {row.c}".strip()
    value = float(row.v) if row.v is not None else 0
    money_field = _is_money(view.model, chart.measure)
    shown = money.spoken(round(value), currency, acting().locale or "zh") if money_field else f"{value:g}"
    if money_field:
        value = float(money.to_major(round(value), currency))
    query = filters.to_query(narrowed)
    return {"key": row.g, "group": group.say(row.g), "split": series, "value": value, "text": shown,
            "url": url_for(f"{view.entity}.list") + (f"?{query}" if query else "")}


def _series(points: list[dict[str, Any]]) -> dict[str, Any]:
    categories = list(dict.fromkeys(point["group"] for point in points))
    names = list(dict.fromkeys(point["split"] for point in points))
    cells = {(point["group"], point["split"]): point["value"] for point in points}
    series = [{"name": name, "data": [cells.get((category, name), 0) for category in categories]} for name in names]
    return {"categories": categories, "series": series, "total": sum(point["value"] for point in points)}


def _is_money(model: type, measure: Measure) -> bool:
    return bool(measure.field) and fields_of(model)[measure.field].kind == "money"


def _measure(model: type, chart: Chart, condition: Any) -> tuple[Any, Any]:
    """The aggregate, and the currency column to split by where money cannot be brought to one currency."""
    measure = chart.measure
    if measure.kind == "count":
        return sa.func.count(), None
    if not ask.usable(acting(), model)(measure.field):
        raise NotAllowed()
    column = getattr(model, fields_of(model)[measure.field].column)
    aggregate = sa.func.sum if measure.kind == "sum" else sa.func.avg
    if not _is_money(model, measure) or not _is_mixed(model, condition):
        return aggregate(column), None
    conversion = current_app.extensions.get("money_conversion")
    if conversion is None:
        return aggregate(column), model.currency
    converted = conversion(model, column, _day_of(model, chart.period) if chart.period else None)
    # Where a rate is missing the amount keeps its own currency and its own series.
    kept = sa.case((converted.is_(None), model.currency), else_=base_currency())
    return aggregate(sa.func.coalesce(converted, column)), kept


def _is_mixed(model: type, condition: Any) -> bool:
    if "currency" not in fields_of(model):
        return False
    other = sa.select(model.id).where(condition, model.currency != base_currency()).limit(1)
    return session().execute(other).first() is not None


def _day_of(model: type, dotted: str) -> Any:
    """The column that dates a record's amount; of a record that it points at, by a subquery."""
    *way, last = dotted.split(".")
    if not way:
        return getattr(model, fields_of(model)[last].column)
    pointer = fields_of(model)[way[0]]
    target = scoped_by_table()[pointer.target]
    found = sa.select(_day_of(target, ".".join([*way[1:], last])))
    # Said by name: inside the subquery for a rate it would not be taken for the row outside, but for any row.
    return found.where(target.id == getattr(model, pointer.column)).correlate(model).scalar_subquery()
