"""Values as JSON, for events and audit: what is encrypted in its column stays encrypted here too."""

import datetime as dt
import decimal
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import sqlalchemy as sa

from app.kernel.fields import Field, fields_of


def encode(model: type, field: Field, value: Any) -> Any:
    """The JSON form of a typed value; personal values as the column would store them."""
    if value is None:
        return None
    if field.personal:
        column = sa.inspect(model).column_attrs[field.column].columns[0]
        return column.type.process_bind_param(value, None)
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    return str(value) if isinstance(value, decimal.Decimal) else value


_TELLERS = {"moment": dt.datetime.isoformat, "date": dt.date.isoformat, "decimal": str}


@cache
def tellers(model: type) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    """The fields whose changes are told, each with what makes the JSON form of a value; None leaves it as it is.

    Stamps are moved by every change and tell nothing, quiet fields belong to a clock or a counter.
    """
    told: list[tuple[str, Callable[[Any], Any] | None]] = []
    for field in fields_of(model).values():
        if field.kind == "many" or field.quiet or field.name in ("id", "updated_at", "updated_by"):
            continue
        is_plain = not field.personal and field.kind not in _TELLERS
        told.append((field.name, None if is_plain else partial(encode, model, field) if field.personal
                     else _TELLERS[field.kind]))
    return tuple(told)


def decode(model: type, field: Field, value: Any) -> Any:
    """The typed value that `encode` made the JSON form of."""
    if value is None:
        return None
    if field.personal:
        column = sa.inspect(model).column_attrs[field.column].columns[0]
        return column.type.process_result_value(value, None)
    if field.kind == "moment":
        return dt.datetime.fromisoformat(value)
    if field.kind == "date":
        return dt.date.fromisoformat(value)
    return decimal.Decimal(value) if field.kind == "decimal" else value


def decode_changes(model: type, changes: dict[str, list[Any]]) -> dict[str, tuple[Any, Any]]:
    """Typed (before, after) by field of an event's ``changes``; fields that no longer exist are left out."""
    fields = fields_of(model)
    return {name: (decode(model, fields[name], pair[0]), decode(model, fields[name], pair[1]))
            for name, pair in changes.items() if name in fields}
