"""A bound filter as an SQL expression that is true or false, never NULL, so that it may be denied and combined.

Related fields are reached by ``IN (SELECT related.id ...)``: rows never multiply, and as every such select is one of
ORM entities, the rights that a session lays on an entity hold inside it too. Plain comparisons stay plain, so that
indexes serve them.
"""

import operator
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from app.kernel.filters import text
from app.kernel.filters.bound import Bound, Leaf, Ref, Step
from app.kernel.filters.operators import kind_of
from app.kernel.filters.times import Span
from app.kernel.filters.tree import Not, Or

Expression = sa.ColumnElement[bool]

# What json.dumps makes of values that hold nothing.
_EMPTY_JSON = ("null", "{}", "[]", '""')


def compile_filter(bound: Bound, model: Any) -> Expression:
    """`bound` as a condition on `model`: the class that it was bound to, or an alias of that class."""
    if isinstance(bound, Leaf):
        found = _reach(bound, model, bound.steps)
        return sa.not_(found) if bound.denied else found
    if isinstance(bound, Not):
        return sa.not_(compile_filter(bound.part, model))
    parts = [compile_filter(part, model) for part in bound.parts]
    return _any(parts) if isinstance(bound, Or) else sa.and_(sa.true(), *parts)


def _any(parts: Iterable[Expression]) -> Expression:
    # The constants say what a group without parts means, and vanish beside parts.
    return sa.or_(sa.false(), *parts)


def _known(column: Any, test: Expression) -> Expression:
    """`test` of `column`, but false where the column is NULL."""
    nullable = column.property.columns[0].nullable
    return sa.and_(column.is_not(None), test) if nullable else test


def _reach(leaf: Leaf, model: Any, steps: tuple[Step, ...]) -> Expression:
    if not steps:
        return _TESTS[leaf.test](leaf, model)
    step, *further = steps
    return _points_into(model, step, _reach(leaf, step.target, tuple(further)))


def _points_into(model: Any, step: Step, condition: Expression) -> Expression:
    """Whether `step` leads from `model` to a row of its target that meets `condition`."""
    # Without correlation a pointer to the own table needs no alias, and the database may run the select just once.
    found = sa.select(step.target.id).where(condition).correlate(None)
    if not step.many:
        column = getattr(model, step.column)
        return _known(column, column.in_(found))
    mapper = sa.inspect(model).mapper
    relation = mapper.relationships[step.column]
    ((own, here),) = relation.synchronize_pairs
    ((_, there),) = relation.secondary_synchronize_pairs
    linked = sa.select(here).where(there.in_(found)).correlate(None)
    return getattr(model, mapper.get_property_by_column(own).key).in_(linked)


def _filled(leaf: Leaf, model: Any) -> Expression:
    if leaf.step is not None and leaf.step.many:
        return _points_into(model, leaf.step, sa.true())
    column = getattr(model, leaf.field.column)
    kind = kind_of(leaf.field)
    if kind in ("text", "long_text"):
        return _known(column, column != "")
    if kind == "json":
        return sa.and_(column.is_not(None), sa.cast(column, sa.String).not_in(_EMPTY_JSON))
    return column.is_not(None)


def _among(leaf: Leaf, model: Any) -> Expression:
    if leaf.step is not None:
        return _refers(leaf, model)
    column = getattr(model, leaf.field.column)
    if kind_of(leaf.field) == "personal":
        column = getattr(model, column.property.columns[0].info["blind_index"])
    spans = [value for value in leaf.values if isinstance(value, Span)]
    plain = [value for value in leaf.values if value is not None and not isinstance(value, Span)]
    parts = [_within(column, span) for span in spans]
    if plain:
        parts.append(_one_of(column, plain))
    found = [_known(column, _any(parts))] if parts else []
    if None in leaf.values:
        found.append(sa.not_(_filled(leaf, model)))
    return _any(found)


def _one_of(column: Any, values: list[Any]) -> Expression:
    return column == values[0] if len(values) == 1 else column.in_(values)


def _within(column: Any, span: Span) -> Expression:
    ended = column <= span.end if span.closed else column < span.end
    return ended if span.start is None else sa.and_(column >= span.start, ended)


def _refers(leaf: Leaf, model: Any) -> Expression:
    """Whether a pointer points at one of the rows that were named by id or by name."""
    column = getattr(model, leaf.step.column)
    ids = [ref.id for ref in leaf.values if ref is not None and ref.name is None]
    names = [ref.name for ref in leaf.values if ref is not None and ref.name is not None]
    parts = [_known(column, _one_of(column, ids))] if ids else []
    if names:
        parts.append(_points_into(model, leaf.step, _is_called(leaf.step, names)))
    if None in leaf.values:
        parts.append(column.is_(None))
    return _any(parts)


def _named(step: Step, refs: Iterable[Ref]) -> Expression:
    """Whether a row of the target is one of those that were named by id or by name."""
    ids = [ref.id for ref in refs if ref.name is None]
    names = [ref.name for ref in refs if ref.name is not None]
    parts = [_one_of(step.target.id, ids)] if ids else []
    if names:
        parts.append(_is_called(step, names))
    return _any(parts)


def _is_called(step: Step, names: list[str]) -> Expression:
    return _any(_one_of(getattr(step.target, key), names) for key in step.keys)


def _has_any(leaf: Leaf, model: Any) -> Expression:
    return _points_into(model, leaf.step, _named(leaf.step, leaf.values))


def _has_all(leaf: Leaf, model: Any) -> Expression:
    return sa.and_(sa.true(), *(_points_into(model, leaf.step, _named(leaf.step, [ref])) for ref in leaf.values))


def _ordered(compare: Callable[[Any, Any], Any]) -> Callable[[Leaf, Any], Expression]:
    def test(leaf: Leaf, model: Any) -> Expression:
        column = getattr(model, leaf.field.column)
        return _known(column, compare(column, leaf.values[0]))

    return test


def _textual(before: bool, after: bool) -> Callable[[Leaf, Any], Expression]:
    def test(leaf: Leaf, model: Any) -> Expression:
        column = getattr(model, leaf.field.column)
        return _known(column, text.like(column, leaf.values[0], before, after))

    return test


_TESTS: dict[str, Callable[[Leaf, Any], Expression]] = {
    "filled": _filled, "among": _among, "has_any": _has_any, "has_all": _has_all,
    "lt": _ordered(operator.lt), "lte": _ordered(operator.le),
    "gt": _ordered(operator.gt), "gte": _ordered(operator.ge),
    "contains": _textual(before=True, after=True), "starts_with": _textual(before=False, after=True),
    "ends_with": _textual(before=True, after=False),
}
