"""From a dotted name to a field: which class a pointer leads to, and by what name people call its rows."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel.fields import Field, fields_of
from app.kernel.filters.bound import Step

MAX_STEPS = 3


def find(model: type, dotted: str, may_use: Callable[[str], bool]) -> tuple[tuple[Step, ...], type, Field] | None:
    """The steps to the field that `dotted` names, the class it belongs to, and the field.

    None if any part of the way does not exist or may not be used: the two are not told apart.
    """
    names = dotted.split(".")
    steps: list[Step] = []
    for position, name in enumerate(names):
        field = fields_of(model).get(name)
        if position > MAX_STEPS or field is None or not may_use(".".join(names[: position + 1])):
            return None
        if position == len(names) - 1:
            return tuple(steps), model, field
        step = step_of(model, field)
        if step is None or step.target is None:
            return None
        steps.append(step)
        model = step.target
    return None  # pragma: no cover - "".split(".") has one part, so that the loop always answers


def column_of(model: type, field: Field) -> sa.Column | None:
    """The mapped column of a field; None for a many-to-many relation."""
    if field.kind == "many":
        return None
    return sa.inspect(model).column_attrs[field.column].columns[0]


def step_of(model: type, field: Field) -> Step | None:
    """The step that a pointer, user or many field makes; None for any other field."""
    if field.kind == "many":
        target: Any = sa.inspect(model).relationships[field.column].mapper.class_
        return Step(field.name, field.label, field.column, field.column, target, many=True, keys=_keys_of(target))
    if field.kind not in ("pointer", "user"):
        return None
    relation: Any = _relation_of(model, field)
    target = relation.mapper.class_ if relation is not None else _class_of(model, field.target)
    return Step(field.name, field.label, field.column, relation.key if relation is not None else None, target,
                many=False, keys=_keys_of(target))


def _relation_of(model: type, field: Field) -> orm.RelationshipProperty | None:
    column = column_of(model, field)
    found = [relation for relation in sa.inspect(model).relationships
             if relation.direction is orm.RelationshipDirection.MANYTOONE and relation.local_columns == {column}]
    # A second, read-only relation over the same column must not win by the order of declaration.
    found.sort(key=lambda relation: (relation.key != field.name, relation.viewonly))
    return found[0] if found else None


def _class_of(model: type, table: str | None) -> type | None:
    """The class mapped to `table`, for a pointer whose relation is declared nowhere or in an upper room."""
    mapper: Any
    for mapper in sa.inspect(model).registry.mappers:
        if getattr(mapper.local_table, "name", None) == table:
            return mapper.class_
    return None


def _keys_of(target: type | None) -> tuple[str, ...]:
    """The texts that name a row: its natural key, what it says it may be looked up by, or what is usual."""
    if target is None:
        return ()
    natural: tuple[str, ...] = getattr(target, "natural_key", ())
    named = (*(natural if len(natural) == 1 else ()), *getattr(target, "lookup_keys", ()))
    columns: Any = sa.inspect(target).column_attrs
    texts = [name for name in dict.fromkeys((*named, "username", "name"))
             if name in columns and isinstance(columns[name].columns[0].type, sa.String)]
    return tuple(name for name in texts if name in named) or tuple(texts[:1])
