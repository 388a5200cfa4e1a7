"""Many rows into one table at the price of one statement, past the ORM, each value as its column would store it.

SQLite gets one prepared statement that the driver runs over all rows, PostgreSQL one INSERT that unpacks an array for
each column. Both lie within the unit in force, and neither judges anything: what comes here has passed the gate, or is
a log that the system keeps.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.kernel.database import db, dialect, session
from app.kernel.fields import Moment

Convert = Callable[[Any], Any]
Row = Mapping[str, Any]


class Spelled(str):
    """JSON that is text already: a JSON column stores it as it is."""

    __slots__ = ()


class _Slot(NamedTuple):
    key: str
    convert: Convert | None
    default: Callable[[], Any] | None


class _Plan(NamedTuple):
    statement: str
    slots: tuple[_Slot, ...]


def spell(value: Any) -> Spelled:
    """The JSON text of a value, in the form in which JSON columns hold it."""
    return value if isinstance(value, Spelled) else Spelled(json.dumps(value))


def take_ids(model: type, count: int) -> list[int]:
    """Ids for `count` new rows of `model`, ascending, those that the database would give; inside the unit in force."""
    table: Any = model.__table__
    if dialect() == "sqlite":
        # The unit holds the only write lock, so that nobody else takes them meanwhile.
        last = session().connection().execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
        return list(range(last + 1, last + 1 + count))
    name = db.engine.dialect.identifier_preparer.format_table(table)
    following = sa.func.nextval(sa.func.pg_get_serial_sequence(name, "id"))
    taken = sa.select(following).select_from(sa.func.generate_series(1, count))
    return sorted(session().connection().execute(taken).scalars())


def put_rows(model: type, rows: Sequence[Row]) -> None:
    """Insert rows by the names of their columns; None and what is left out become the default of the column.

    Past the bookkeeping of the unit of work, hence also while the session flushes. Either all rows name their id or
    none does. Raises what any other insert would, IntegrityError above all.
    """
    if not rows:
        return
    named = frozenset().union(*rows)
    statement, slots = _plan(model.__table__, dialect(), named)
    stored: Any = [_stored(slots, row) for row in rows]
    if dialect() == "postgresql":
        stored = tuple(_array(column) for column in zip(*stored, strict=True))
    session().connection().exec_driver_sql(statement, stored)


def correct_rows(model: type, rows: Sequence[Row]) -> None:
    """Set columns of rows of a log that are there, in one statement: each names its id, and all the same columns.

    For what the system keeps: nothing is judged, and no version, event or audit entry tells of it.
    """
    if not rows:
        return
    table: Any = model.__table__
    values = {table.c[name]: sa.bindparam(name, type_=table.c[name].type) for name in rows[0] if name != "id"}
    statement = sa.update(table).where(table.c.id == sa.bindparam("of_row")).values(values)
    asked = [{"of_row" if name == "id" else name: value for name, value in row.items()} for row in rows]
    session().connection().execute(statement, asked)


def _stored(slots: Iterable[_Slot], row: Row) -> tuple[Any, ...]:
    made = []
    for key, convert, default in slots:
        value = row.get(key)
        if value is None and default is not None:
            value = default()
        made.append(value if value is None or convert is None else convert(value))
    return tuple(made)


def _array(values: Iterable[Any]) -> str:
    """An array as PostgreSQL writes it; one inside another goes as text, so that theirs may differ in length."""
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, (str, dt.date)):
        return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _element(_array(value)) if isinstance(value, list) else str(value)


@lru_cache(maxsize=1_000)
def _plan(table: sa.Table, system: str, named: frozenset[str]) -> _Plan:
    """How rows that name these columns are stored; a column that none of them names is left to its default."""
    spoken = db.engine.dialect
    if strange := named - set(table.columns.keys()):
        raise KeyError(f"{table.name} has no {', '.join(sorted(strange))}")
    columns = [column for column in table.columns if column.key in named or column.default is not None]
    quoted = spoken.identifier_preparer
    names = [quoted.format_column(column) for column in columns]
    into = f"INSERT INTO {quoted.format_table(table)} ({', '.join(names)})"
    if system == "sqlite":
        statement = f"{into} VALUES ({', '.join('?' * len(columns))})"
    else:
        kinds = [str(column.type.compile(spoken)) for column in columns]
        arrays = ", ".join(f"%s::{_unlimited(kind)}[]" for kind in kinds)
        chosen = ", ".join(f"{name}::{kind}" if kind.endswith("[]") else name
                           for name, kind in zip(names, kinds, strict=True))
        given = f"unnest({arrays}) AS given ({', '.join(names)})"
        statement = f"{into} SELECT {chosen} FROM {given}"  # noqa: S608  every name comes from the model
    return _Plan(statement, tuple(_Slot(column.key, _converter(column.type, spoken), _default(column))
                                  for column in columns))


def _unlimited(kind: str) -> str:
    # A cast to a limited type cuts off what is too long; without one the column refuses it.
    return "TEXT" if kind.endswith("[]") else kind.partition("(")[0]


def _converter(kind: Any, spoken: sa.Dialect) -> Convert | None:
    if isinstance(kind, sa.JSON):
        return spell
    if isinstance(kind, Moment) and spoken.name == "sqlite":
        return _moment_text
    return kind.dialect_impl(spoken).bind_processor(spoken)


def _moment_text(value: dt.datetime) -> str:
    # The same text as the column type's, made several times as fast.
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    same = value if value.tzinfo is dt.UTC else value.astimezone(dt.UTC)
    return same.replace(tzinfo=None).isoformat(" ", "microseconds")


def _default(column: sa.Column[Any]) -> Callable[[], Any] | None:
    given: Any = column.default
    if given is None:
        return None
    return (lambda: given.arg) if given.is_scalar else (lambda: given.arg(None))
