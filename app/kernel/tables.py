"""Whole tables in and out, past every right and event: for backups alone, which must hold what is stored as it is.

A value travels in a portable form, so that a table of one database system can be put into the other: JSON and sealed
text as they are stored, moments as UTC without a zone, exact numbers as text, bytes as base64. Tables are described by
the database itself, not by the models, because a backup may be older than the code.
"""

import base64
import contextlib
import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import REGCLASS

from app.kernel.database import db, writing_from_the_start

VERSION_TABLE = "alembic_version"
# What follows from other rows is emptied with them but does not travel; its own tables SQLite keeps by triggers.
DERIVED = frozenset({"search_entry", "rollup_cell", "rollup_state"})
KEPT_BY_TRIGGERS = "search_gram"
AT_ONCE = 1_000


@dataclass(frozen=True)
class Tables:
    """The tables of a database, referred ones first, within one transaction."""

    connection: sa.Connection
    columns: Mapping[str, Mapping[str, sa.types.TypeEngine]]

    def names(self) -> list[str]:
        """The names in the order in which they can be filled."""
        return [name for name in self.columns if name not in DERIVED]

    def rows(self, name: str) -> Iterator[list[Any]]:
        """Every row in portable form, its values in the order of the columns; a thousand are in memory at a time."""
        types = self.columns[name]
        chosen = [sa.cast(sa.column(each), sa.Text) if isinstance(kind, sa.JSON) else sa.column(each, kind)
                  for each, kind in types.items()]
        statement = sa.select(*chosen).select_from(sa.table(name))
        found = self.connection.execute(statement, execution_options={"yield_per": AT_ONCE})
        for row in found:
            yield [portable(value) for value in row]

    def any_rows(self) -> list[str]:
        """The names of the tables that hold a row."""
        return [name for name in self.names() if self.connection.execute(
            sa.select(sa.literal(1)).select_from(sa.table(name)).limit(1)).first() is not None]

    def fill(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Insert `rows` in portable form; how many. ValueError for a table or a column that is not there."""
        types = self.columns.get(name, {})
        unknown = [each for each in columns if each not in types]
        if unknown or not types:
            raise ValueError(f"there is no place for {name} {unknown}")
        target = sa.table(name, *[sa.column(each, types[each]) for each in columns])
        statement = sa.insert(target).values({each: self._bound(each, types[each]) for each in columns})
        readers = [reader(types[each], self.connection.dialect.name) for each in columns]
        count, source = 0, iter(rows)
        while part := list(itertools.islice(source, AT_ONCE)):
            self.connection.execute(statement, [
                {f"v_{each}": None if value is None else read(value)
                 for each, read, value in zip(columns, readers, row, strict=True)} for row in part])
            count += len(part)
        return count

    def _bound(self, name: str, kind: sa.types.TypeEngine) -> Any:
        if not isinstance(kind, sa.JSON):
            return sa.bindparam(f"v_{name}", type_=kind)
        text = sa.bindparam(f"v_{name}", type_=sa.Text())
        return text if self.connection.dialect.name == "sqlite" else sa.cast(text, kind)

    def clear(self, unlocked_by: str, reason: str) -> None:
        """Remove every row. The append-only audit lets go of its own while table `unlocked_by` holds a row."""
        if unlocked_by in self.columns:
            self.connection.execute(sa.insert(sa.table(unlocked_by, sa.column("reason"))).values(reason=reason))
        for name in reversed(self.columns):
            if name != unlocked_by:
                self.connection.execute(sa.delete(sa.table(name)))
        if unlocked_by in self.columns:
            self.connection.execute(sa.delete(sa.table(unlocked_by)))

    def step_sequences(self) -> None:
        """Let the next number of every sequence follow the highest one in use; SQLite does so by itself."""
        if self.connection.dialect.name == "sqlite":
            return
        known = set(self.connection.scalars(sa.text(
            "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()")))
        for name in self.columns:
            # By name, because those of Flask-AppBuilder belong to no column; of ids only, because the number of
            # ticket_category.id is called as one of ticket.category_id would be.
            if (sequence := f"{name}_id_seq") in known:
                highest = sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(name)).scalar_subquery()
                self.connection.execute(sa.select(sa.func.setval(
                    sa.cast(f'"{sequence}"', REGCLASS), sa.func.coalesce(highest, 0) + 1, sa.false())))


def portable(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, dt.datetime):
        return (value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def reader(kind: sa.types.TypeEngine, system: str) -> Callable[[Any], Any]:
    """What makes of a portable value one for a column of this kind in a database of this system."""
    if isinstance(kind, sa.DateTime):
        zone = dt.UTC if kind.timezone and system != "sqlite" else None
        return lambda text: dt.datetime.fromisoformat(text).replace(tzinfo=zone)
    if isinstance(kind, sa.Date):
        return dt.date.fromisoformat
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float):
        return Decimal
    return lambda value: value


@contextlib.contextmanager
def snapshot() -> Iterator[Tables]:
    """The tables as they stood at one moment, whatever is written meanwhile."""
    with db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield described(connection)


@contextlib.contextmanager
def rewriting() -> Iterator[Tables]:
    """The tables to be emptied and filled in one transaction: a failure or a killed process changes nothing.

    Rows of one table that point at each other may come in any order; they are judged at the end.
    """
    with writing_from_the_start(), db.engine.begin() as connection:
        tables = described(connection)
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("PRAGMA defer_foreign_keys=ON"))
            yield tables
            return
        names = _pointing_at_themselves(connection)
        _defer(connection, names, "DEFERRABLE INITIALLY DEFERRED")
        yield tables
        connection.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
        _defer(connection, names, "NOT DEFERRABLE")


def described(connection: sa.Connection) -> Tables:
    """The tables of today as the database describes them; the version table of the migrations is left out."""
    inspector = sa.inspect(connection)
    found = {name: {column["name"]: column["type"] for column in columns}
             for (_schema, name), columns in inspector.get_multi_columns().items()}
    order = [name for name, _keys in inspector.get_sorted_table_and_fkc_names() if name in found]
    return Tables(connection, {name: found[name] for name in order
                               if name != VERSION_TABLE and not name.startswith(KEPT_BY_TRIGGERS)})


def _pointing_at_themselves(connection: sa.Connection) -> list[tuple[str, str]]:
    keys = sa.inspect(connection).get_multi_foreign_keys()
    return [(name, key["name"]) for (_schema, name), found in keys.items() for key in found
            if key["referred_table"] == name]


def _defer(connection: sa.Connection, names: list[tuple[str, str]], how: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    for table, key in names:
        connection.execute(sa.text(f"ALTER TABLE {quote(table)} ALTER CONSTRAINT {quote(key)} {how}"))
