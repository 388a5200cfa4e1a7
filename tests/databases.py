"""Databases for tests: one template per run and database system, made once; one fresh copy of it for every test."""

import contextlib
import itertools
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from fasteners import InterProcessLock
from psycopg import sql

from tests import postgresql

MANY_ROWS = 5_000


class SqliteDatabases:
    """The SQLite files of one worker; `url` is the one that `renew` makes fresh."""

    def __init__(self, run: Path, worker: str, name: str = "crm") -> None:
        self._template = run / f"{name}_template.db"
        self._lock = InterProcessLock(run / f"{name}_sqlite.lock")
        self._file = run / f"{name}_{worker}.db"
        self._numbers = itertools.count(1)
        self.kept: dict[str, Any] = {}
        self.url = f"sqlite:///{self._file}"

    def build(self, build: Callable[[str], None]) -> None:
        """Make the template by `build(url)`, unless another worker has."""
        with self._lock:
            if not self._template.exists():
                draft = self.new()
                build(draft)
                file = Path(draft.removeprefix("sqlite:///"))
                self._settle(file)
                file.rename(self._template)

    def renew(self, name: str = "") -> str:
        """The worker's database as the template, or what was kept as `name`, has it.

        Every earlier connection has lost its file.
        """
        self.drop(self.url)
        shutil.copyfile(self._file.with_suffix(f".{name}") if name else self._template, self._file)
        return self.url

    def keep(self, name: str, value: Any) -> None:
        """Let `renew(name)` bring back what the worker's database holds now; `kept[name]` is `value`."""
        self._settle(self._file)
        shutil.copyfile(self._file, self._file.with_suffix(f".{name}"))
        self.kept[name] = value

    @staticmethod
    def _settle(file: Path) -> None:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def new(self, like: str = "") -> str:
        """The address of a database of its own, empty or a copy of the one at `like`, which nobody may be using."""
        url = f"sqlite:///{self._file.with_suffix('')}_{next(self._numbers)}.db"
        if like:
            source = Path(like.removeprefix("sqlite:///"))
            self._settle(source)
            shutil.copyfile(source, url.removeprefix("sqlite:///"))
        return url

    def drop(self, url: str) -> None:
        """Remove the database at `url`."""
        for end in ("", "-wal", "-shm", "-journal"):
            Path(url.removeprefix("sqlite:///") + end).unlink(missing_ok=True)


class PostgresDatabases:
    """The databases of one worker on the PostgreSQL server of the run, which the first worker starts.

    Making a database takes about 200 ms on a disk, so `renew` repairs the old one in about 10: it puts back the rows
    of the tables that changed. Where the schema or a great many rows changed it makes the database anew.
    """

    def __init__(self, run: Path, worker: str, name: str = "crm") -> None:
        self._run = run
        self._lock = InterProcessLock(run / "postgresql.lock")
        self._template = f"{name}_template"
        self._name = f"{name}_{worker}"
        self._numbers = itertools.count(1)
        self._contents: _Contents | None = None
        self._states: dict[str, _State] = {}
        self.kept: dict[str, Any] = {}
        self.url = postgresql.address(run, self._name)
        with self._lock:
            postgresql.start(run)
        self._admin = postgresql.connect(run)

    def build(self, build: Callable[[str], None]) -> None:
        """Make the template by `build(url)`, unless another worker has."""
        with self._lock:
            known = self._admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self._template]).fetchone()
            if known is None:
                draft = f"{self._template}_draft"
                self._create(draft)
                build(postgresql.address(self._run, draft))
                self._end_connections(draft)
                self._admin.execute(f"ALTER DATABASE {draft} RENAME TO {self._template}")

    def renew(self, name: str = "") -> str:
        """The worker's database as the template, or what was kept as `name`, has it.

        Of earlier connections only idle ones are left, for a pool to keep: a new one costs the server more than a
        test, since it knows no table yet.
        """
        self._end_connections(self._name, "AND state IS DISTINCT FROM 'idle'")
        if self._contents is None or not self._contents.restore(self._states[name]):
            if self._contents is not None:
                self._contents.close()
            self._drop(self._name)
            self._create(self._name, self._template)
            self._contents = _Contents(postgresql.connect(self._run, self._name))
            self._states[""] = self._contents.keep()
            if name and not self._contents.restore(self._states[name]):
                raise RuntimeError(f"{name} was kept with another schema")
        return self.url

    def keep(self, name: str, value: Any) -> None:
        """Let `renew(name)` bring back what the worker's database holds now; `kept[name]` is `value`."""
        self._states[name] = self._contents.keep()
        self.kept[name] = value

    def new(self, like: str = "") -> str:
        """The address of a database of its own, empty or a copy of the one at `like`, which nobody may be using."""
        name = f"{self._name}_{next(self._numbers)}"
        self._create(name, self._named(like) if like else "template0")
        return postgresql.address(self._run, name)

    def drop(self, url: str) -> None:
        """Remove the database at `url`."""
        self._drop(self._named(url))

    @staticmethod
    def _named(url: str) -> str:
        return url.rpartition("/")[2].partition("?")[0]

    def close(self) -> None:
        """Give back the connections."""
        if self._contents is not None:
            self._contents.close()
        self._admin.close()

    def _create(self, name: str, template: str = "template0") -> None:
        self._admin.execute(f"CREATE DATABASE {name} OWNER {postgresql.OWNER} TEMPLATE {template} STRATEGY FILE_COPY")

    def _drop(self, name: str) -> None:
        self._admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _end_connections(self, name: str, which: LiteralString = "") -> None:
        # Waits up to 5 s each; the connection of _Contents is an administrator's and stays.
        self._admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                            f"WHERE datname = %s AND usename = %s {which}", [name, postgresql.OWNER])


@dataclass(frozen=True)
class _State:
    """What all tables of a database hold, by their number, and where its sequences stand."""

    rows: dict[int, bytes]
    sequences: dict[str, tuple[int, bool]]


class _Contents:
    """What a database holds, and how to bring back after a test what it held before."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._tables = [sql.Identifier(*row) for row in connection.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2")]
        counted = sql.SQL("SELECT {}, count(*), coalesce(max(xmin::text::bigint), 0) FROM {}")
        self._counted = [counted.format(sql.Literal(number), table).as_string(connection)
                         for number, table in enumerate(self._tables)]
        self._schema = self._schema_mark()
        # Which rows a table holds while its mark stands.
        self._known: dict[int, tuple[tuple[int, int], bytes]] = {}

    def close(self) -> None:
        self._connection.close()

    def keep(self) -> _State:
        """What is there now."""
        for number, mark in self._row_marks(range(len(self._tables))).items():
            if number not in self._known or self._known[number][0] != mark:
                self._known[number] = (mark, self._copied(number) if mark[0] else b"")
        return _State({number: rows for number, (_, rows) in self._known.items()}, self._sequence_marks())

    def restore(self, state: _State) -> bool:
        """Whether the contents are those of `state` again; False where they must be made anew."""
        if self._schema_mark() != self._schema:
            return False
        marks = self._row_marks(range(len(self._tables)))
        changed = [number for number, mark in marks.items() if self._known[number] != (mark, state.rows[number])]
        if sum(marks[number][0] for number in changed) > MANY_ROWS:
            return False
        written = self._put_back(changed, marks, state) if changed else []
        self._known |= {number: (mark, state.rows[number]) for number, mark in self._row_marks(written).items()}
        for name, mark in self._sequence_marks().items():
            if mark != state.sequences[name]:
                self._connection.execute("SELECT setval(%s::regclass, %s, %s)", [name, *state.sequences[name]])
        return True

    def _put_back(self, changed: list[int], marks: dict[int, tuple[int, int]], state: _State) -> list[int]:
        """Make the tables `changed`, of the given marks, those of `state`; answers which had to be written anew."""
        with self._connection.transaction():
            # No triggers, so neither foreign keys nor append-only tables stand in the way.
            self._connection.execute("SET LOCAL session_replication_role = replica")
            written = [number for number in changed
                       if self._known[number][1] != state.rows[number] or not self._trimmed(number, marks[number][0])]
            for number in written:
                self._connection.execute(sql.SQL("DELETE FROM {}").format(self._tables[number]))
                if state.rows[number]:
                    statement = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(self._tables[number])
                    with self._connection.cursor().copy(statement) as copy:
                        copy.write(state.rows[number])
        return written

    def _trimmed(self, number: int, count: int) -> bool:
        """Take from a table of `count` rows those that are younger than its mark; True where only such had come."""
        (kept, last), _rows = self._known[number]
        statement = sql.SQL("DELETE FROM {} WHERE xmin::text::bigint > %s").format(self._tables[number])
        return count - self._connection.execute(statement, [last]).rowcount == kept

    def _copied(self, number: int) -> bytes:
        statement = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(self._tables[number])
        with self._connection.cursor().copy(statement) as copy:
            return b"".join(bytes(block) for block in copy)

    def _schema_mark(self) -> tuple:
        """Changes with every statement that changes the schema."""
        mark = "(SELECT count(*) || ' ' || max(xmin::text::bigint) FROM {} WHERE {} >= 16384)"  # the first own number
        catalogs = {"pg_class": "oid", "pg_attribute": "attrelid", "pg_constraint": "oid", "pg_trigger": "oid",
                    "pg_proc": "oid"}
        marks = ", ".join(mark.format(catalog, number) for catalog, number in catalogs.items())
        return tuple(self._connection.execute(f"SELECT {marks}").fetchone())

    def _row_marks(self, numbers: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Per table the number of rows and the last transaction that wrote one that is still there."""
        parts = [self._counted[number] for number in numbers]
        if not parts:
            return {}
        return {number: (count, last) for number, count, last in self._connection.execute(" UNION ALL ".join(parts))}

    def _sequence_marks(self) -> dict[str, tuple[int, bool]]:
        rows = self._connection.execute("SELECT format('%I.%I', schemaname, sequencename), start_value, last_value "
                                        "FROM pg_sequences")
        return {name: (start if last is None else last, last is not None) for name, start, last in rows}
