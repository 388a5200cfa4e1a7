"""A bound filter judged in Python, with the answer that the database would give for the same record."""

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from app.kernel.filters.bound import Bound, Leaf, Ref, Step
from app.kernel.filters.operators import kind_of
from app.kernel.filters.paths import column_of
from app.kernel.filters.text import fold
from app.kernel.filters.times import Span
from app.kernel.filters.tree import Not, Or

Related = Callable[[Any, Step], Any]


def loaded(record: Any, step: Step) -> Any:
    """What `step` leads to, by the record's own attribute, or by the field's name in a mapping; None if nothing."""
    if isinstance(record, Mapping):
        return record.get(step.name)
    return getattr(record, step.relation or step.name, None)


def matches(bound: Bound, record: Any, related: Related = loaded) -> bool:
    """Whether `record`, an object or a mapping with typed values by attribute name, meets `bound`.

    `related(record, step)` gives the related object or mapping of a pointer, or the iterable of a many, as the asker
    may see them; a row out of his sight is left out, as the rights do in SQL.
    """
    if isinstance(bound, Leaf):
        return _reach(bound, record, bound.steps, related) != bound.denied
    if isinstance(bound, Not):
        return not matches(bound.part, record, related)
    answers = (matches(part, record, related) for part in bound.parts)
    return any(answers) if isinstance(bound, Or) else all(answers)


def _reach(leaf: Leaf, record: Any, steps: tuple[Step, ...], related: Related) -> bool:
    if not steps:
        return _TESTS[leaf.test](leaf, record, related)
    step, *further = steps
    return any(_reach(leaf, target, tuple(further), related) for target in _targets(record, step, related))


def _targets(record: Any, step: Step, related: Related) -> Iterable[Any]:
    found = related(record, step)
    if step.many:
        return found or ()
    return () if found is None else (found,)


def _read(record: Any, column: str, name: str = "") -> Any:
    """What is stored under `column`; a mapping may hold the field's outer `name` instead, with the record or its id."""
    if not isinstance(record, Mapping):
        return getattr(record, column)
    if column in record:
        return record[column]
    found = record.get(name)
    return found.get("id") if isinstance(found, Mapping) else getattr(found, "id", found)


def _value(leaf: Leaf, record: Any) -> Any:
    """The record's value in the shape in which the bound values are."""
    value = _read(record, leaf.field.column, leaf.field.name)
    if value is None:
        return None
    if kind_of(leaf.field) == "personal":
        column: Any = column_of(leaf.model, leaf.field)
        return column.type.index_value(str(value))
    # A float that was not yet stored compares by its shortest spelling, as it will be kept.
    return Decimal(str(value)) if isinstance(value, float) else value


def _filled(leaf: Leaf, record: Any, related: Related) -> bool:
    if leaf.step is not None and leaf.step.many:
        return any(True for _ in _targets(record, leaf.step, related))
    value = _read(record, leaf.field.column, leaf.field.name)
    if leaf.field.kind == "json":
        # Zero and false are values, an empty list is none.
        return value is not None and value not in ("", {}, [])
    return value is not None and not (kind_of(leaf.field) in ("text", "long_text") and value == "")


def _among(leaf: Leaf, record: Any, related: Related) -> bool:
    if None in leaf.values and not _filled(leaf, record, related):
        return True
    value = _value(leaf, record)
    if value is None:
        return False
    if leaf.step is not None:
        return any(_refers(leaf.step, ref, record, related) for ref in leaf.values if ref is not None)
    return any(value in asked if isinstance(asked, Span) else value == asked for asked in leaf.values)


def _refers(step: Step, ref: Ref, record: Any, related: Related) -> bool:
    """Whether a pointer points at the row that `ref` names."""
    if ref.name is None:
        return _read(record, step.column, step.name) == ref.id
    return any(_is_named(step, ref, target) for target in _targets(record, step, related))


def _is_named(step: Step, ref: Ref, target: Any) -> bool:
    if ref.name is None:
        return _read(target, "id") == ref.id
    return any(_read(target, key) == ref.name for key in step.keys)


def _has_any(leaf: Leaf, record: Any, related: Related) -> bool:
    return any(_has(leaf.step, ref, record, related) for ref in leaf.values)


def _has_all(leaf: Leaf, record: Any, related: Related) -> bool:
    return all(_has(leaf.step, ref, record, related) for ref in leaf.values)


def _has(step: Step, ref: Ref, record: Any, related: Related) -> bool:
    return any(_is_named(step, ref, target) for target in _targets(record, step, related))


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Leaf, Any, Related], bool]:
    def test(leaf: Leaf, record: Any, related: Related) -> bool:
        value = _value(leaf, record)
        return value is not None and compare(value, leaf.values[0])

    return test


def _textual(compare: Callable[[str, str], bool]) -> Callable[[Leaf, Any, Related], bool]:
    def test(leaf: Leaf, record: Any, related: Related) -> bool:
        value = _value(leaf, record)
        return value is not None and compare(fold(value), fold(leaf.values[0]))

    return test


_TESTS: dict[str, Callable[[Leaf, Any, Related], bool]] = {
    "filled": _filled, "among": _among, "has_any": _has_any, "has_all": _has_all,
    "lt": _ordered(operator.lt), "lte": _ordered(operator.le),
    "gt": _ordered(operator.gt), "gte": _ordered(operator.ge),
    "contains": _textual(operator.contains), "starts_with": _textual(str.startswith),
    "ends_with": _textual(str.endswith),
}
