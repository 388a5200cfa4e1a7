"""Charts whose sums are kept: the same rows as the plain query reads, from cells instead of records."""

import datetime as dt
from typing import Any, NamedTuple

from app.kernel import clock
from app.kernel.actor import acting
from app.kernel.buckets import step_of
from app.kernel.fields import fields_of
from app.kernel.rollups import reading, shapes
from app.kernel.rollups.shapes import Group, Rollup
from app.kernel.views import asked as ask
from app.kernel.views.axes import Axis, axis_of, base_currency
from app.kernel.views.declare import Chart


class Row(NamedTuple):
    """One point: group, split (None where the chart has none) and value."""

    g: Any
    s: Any
    v: int


def declare(view: Any) -> None:
    """Keep the sums of the view's charts that say so. ValueError for a chart of which they cannot be kept."""
    for chart in view.charts:
        if chart.rollup:
            shapes.declare(_rollup_of(view.model, chart))


def name_of(entity: str, chart: Chart) -> str:
    """What the kept sum of a chart is called."""
    return f"{entity}.{chart.name}"


def rows(view: Any, chart: Chart) -> tuple[list[Row], Axis, Axis | None] | None:
    """The rows of the whole chart with its axes; None where the plain query has to answer."""
    rollup = shapes.find(name_of(view.entity, chart)) if chart.rollup else None
    may_use = ask.usable(acting(), view.model)
    if rollup is None or not all(may_use(name) for name in rollup.fields):
        return None
    sums = reading.sums(rollup, acting(), base_currency())
    if sums is None:
        return None
    axes = [axis_of(view.model, spec, lambda _column, _joins, at=place: _span([each.values[at] for each in sums]))
            for place, spec in enumerate(filter(None, (chart.group, chart.split)))]
    found: dict[tuple[Any, ...], int] = {}
    for each in sums:
        key = tuple(_point(group, axis, value)
                    for group, axis, value in zip(rollup.groups, axes, each.values, strict=True))
        found[key] = found.get(key, 0) + (each.amount if rollup.measure else each.number)
    made = [Row(key[0], key[1] if len(key) > 1 else None, value) for key, value in found.items()]
    return made, axes[0], axes[1] if len(axes) > 1 else None


def _rollup_of(model: Any, chart: Chart) -> Rollup:
    known, name = fields_of(model), name_of(model.entity_name(), chart)
    parts = [spec.partition(":") for spec in filter(None, (chart.group, chart.split))]
    unknown = [field for field, _, _step in parts if field not in known]
    if unknown or chart.query is not None or chart.measure.kind not in ("count", "sum"):
        raise ValueError(f"{name} cannot be kept: it groups by {', '.join(unknown) or 'its own fields'}, or is no sum")
    measure = known[chart.measure.field] if chart.measure.field else None
    groups = tuple(Group(known[field], step) for field, _, step in parts)
    return Rollup(name, model, groups, measure, chart.tree())


def _span(days: list[Any]) -> tuple[dt.date, dt.date]:
    known = [day for day in days if day is not None]
    today = clock.today(acting().zone)
    return min(known, default=today), max(known, default=today)


def _point(group: Group, axis: Axis, value: Any) -> Any:
    """What the plain query calls the group: a bucket by its name, without one if the axis does not reach so far."""
    if not group.step or value is None:
        return value
    name = step_of(group.step).name(value)
    return name if name in axis.order else None
