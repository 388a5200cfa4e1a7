"""The few statements that differ between SQLite and PostgreSQL."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.kernel.database import dialect, session


def _insert(table: Any) -> Any:
    return (sqlite if dialect() == "sqlite" else postgresql).insert(table)


def insert_once(model: type, values: Mapping[str, Any]) -> bool:
    """Insert one row unless a unique key already holds it. True if this call inserted it."""
    # Counted by what comes back: drivers do not agree on the row count of a statement with ON CONFLICT.
    statement = _insert(model.__table__).values(**values).on_conflict_do_nothing().returning(sa.literal(1))
    return session().execute(statement).first() is not None


def insert_all_once(model: type, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the `rows` whose unique keys are free; the number inserted."""
    if not rows:
        return 0
    statement = _insert(model.__table__).on_conflict_do_nothing().returning(sa.literal(1))
    return len(session().execute(statement, list(rows)).all())


def upsert(model: type, values: Mapping[str, Any], key: Sequence[str], change: Mapping[str, Any]) -> None:
    """Insert `values`, or apply `change` to the row that already holds the unique `key`."""
    statement = _insert(model.__table__).values(**values)
    session().execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(change)))


def united(selects: Iterable[Any]) -> Any:
    """UNION ALL of selects that are sorted and limited each by itself: SQLite takes such parts only wrapped."""
    return sa.union_all(*(sa.select(each.subquery()) for each in selects))


def among(column: Any, ids: Sequence[int]) -> Any:
    """Whether `column` is one of `ids`, of which there may be thousands: one value for the driver, not one for each."""
    if dialect() == "sqlite":
        each = sa.func.json_each(json.dumps(list(ids))).table_valued("value")
        return column.in_(sa.select(each.c.value))
    return column == sa.any_(sa.cast(list(ids), postgresql.ARRAY(sa.BigInteger())))


def locked(statement: Any, *, skip: bool = False) -> Any:
    """The select with its rows locked; `skip` passes over rows that another transaction holds.

    SQLite needs neither: a writing unit holds the only write lock already.
    """
    return statement if dialect() == "sqlite" else statement.with_for_update(skip_locked=skip)


def hold_lock(name: str) -> None:
    """Wait for the advisory lock `name`, held until the unit ends."""
    if dialect() == "postgresql":
        session().execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(name))))


def try_lock(name: str) -> bool:
    """Take the advisory lock `name` until the unit ends, without waiting."""
    if dialect() == "sqlite":
        return True
    return bool(session().execute(sa.select(sa.func.pg_try_advisory_xact_lock(sa.func.hashtext(name)))).scalar())
