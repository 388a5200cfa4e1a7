"""What stands in the database against what the models describe: tables, columns, constraints, indexes, triggers.

What they describe is built aside by the same statements: on SQLite in memory, on PostgreSQL in a schema of its own
inside a transaction that is taken back.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from app.kernel.database import db
from app.kernel.filters.text import install_functions

ASIDE = "kemai_described"
_KEPT_BY_ALEMBIC = "alembic_version"
# (kind, name, the statement that makes it or a description)
_SQLITE = (
    """SELECT type, name, coalesce(sql, '') FROM sqlite_master
       WHERE name NOT LIKE 'sqlite_%' AND type IN ('index', 'trigger')""",
    "SELECT 'table', name, '' FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND type = 'table'",
    """SELECT 'column', m.name || '.' || p.name, p.type || iif(p."notnull", ' NOT NULL', '')
       FROM sqlite_master m JOIN pragma_table_info(m.name) p
       WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'search_gram%'""",
    """SELECT 'foreign key', m.name || '.' || k."from", 'REFERENCES ' || k."table" || ' ON DELETE ' || k.on_delete
       FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table'""",
    """SELECT 'unique key', m.name || '(' || (SELECT group_concat(name, ', ') FROM pragma_index_info(i.name)) || ')', ''
       FROM sqlite_master m JOIN pragma_index_list(m.name) i
       WHERE m.type = 'table' AND i.origin = 'u' AND m.name NOT LIKE 'search_gram%'""",
)
_POSTGRESQL = (
    """SELECT 'table', relname, '' FROM pg_class
       WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace""",
    """SELECT 'column', c.relname || '.' || a.attname,
        format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
        AND a.attnum > 0 AND NOT a.attisdropped""",
    """SELECT 'constraint', c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.connamespace = current_schema()::regnamespace AND k.contype IN ('p', 'u', 'f', 'c', 'x')""",
    """SELECT 'index', c.relname, pg_get_indexdef(c.oid) FROM pg_class c
        WHERE c.relkind = 'i' AND c.relnamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x'))""",
    """SELECT 'trigger', t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal""",
    """SELECT 'function', p.proname, pg_get_functiondef(p.oid) FROM pg_proc p
        WHERE p.prokind IN ('f', 'p') AND p.pronamespace = current_schema()::regnamespace
        AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
)


@dataclass(frozen=True, order=True)
class Part:
    """One part of a schema; `made` is the statement that makes it, or what it is like."""

    kind: str
    name: str
    made: str


@dataclass(frozen=True)
class Difference:
    """A part that is missing, additional, or different from what the models describe, and how to mend it."""

    kind: str
    name: str
    fault: str
    mend: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name} is {self.fault}: {self.mend}"


def differences(found: Iterable[Part], described: Iterable[Part]) -> list[Difference]:
    """What tells `found` from `described`; columns and keys of a whole table that is missing are not told again."""
    stands = {(part.kind, part.name): part for part in found}
    wanted = {(part.kind, part.name): part for part in described}
    told = [_missing(wanted[key]) for key in sorted(wanted.keys() - stands.keys())]
    told += [_additional(stands[key]) for key in sorted(stands.keys() - wanted.keys())]
    told += [_different(stands[key], wanted[key]) for key in sorted(stands.keys() & wanted.keys())
             if _plain(stands[key].made) != _plain(wanted[key].made)]
    odd = {each.name for each in told if each.kind == "table"}
    return [each for each in told if each.kind == "table" or re.split(r"[.(]", each.name)[0] not in odd]


def _plain(made: str) -> str:
    """A definition without what only tells how it was written."""
    return re.sub(r"[\s\"`;]+", "", made).casefold()


def _missing(part: Part) -> Difference:
    if part.kind == "table":
        return Difference(part.kind, part.name, "missing", "its rows are lost: restore the last backup")
    if part.kind == "column":
        table, _dot, column = part.name.partition(".")
        return Difference(part.kind, part.name, "missing",
                          f"ALTER TABLE {table} ADD COLUMN {column} {part.made}, and fill it from the last backup")
    if part.kind == "constraint":
        table, _dot, name = part.name.partition(".")
        made = f"ALTER TABLE {table} ADD CONSTRAINT {name} {_line(part.made)}"
    else:
        made = _line(part.made) or "it stands in the table's own statement"
    return Difference(part.kind, part.name, "missing", f"make it again: {made}")


def _additional(part: Part) -> Difference:
    return Difference(part.kind, part.name, "additional", "no model describes it; drop it unless you know who needs it")


def _different(stands: Part, wanted: Part) -> Difference:
    return Difference(wanted.kind, wanted.name, "different",
                      f"it is `{_line(stands.made)}` and should be `{_line(wanted.made)}`")


def _line(made: str) -> str:
    return re.sub(r"\s+", " ", made).strip()


def found_parts() -> set[Part]:
    """The parts of the database as it stands."""
    with db.engine.connect() as connection:
        return parts_of(connection)


def described_parts() -> set[Part]:
    """The parts that the models describe, for a database of the system in use. DBAPIError where it may not be built."""
    return _built_in_memory() if db.engine.dialect.name == "sqlite" else _built_aside()


def parts_of(connection: sa.Connection) -> set[Part]:
    """The parts of the current schema of a connection, without the table of the migrations."""
    statements = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    schema = "" if connection.dialect.name == "sqlite" else connection.exec_driver_sql(
        "SELECT current_schema()").scalar_one() + "."
    rows = [row for statement in statements for row in connection.execute(sa.text(statement))]
    return {Part(kind, name, (made or "").replace(schema, "") if schema else made or "") for kind, name, made in rows
            if _KEPT_BY_ALEMBIC not in name}


def _built_in_memory() -> set[Part]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        install_functions(connection.connection.driver_connection)
        db.metadata.create_all(connection)
        return parts_of(connection)


def _built_aside() -> set[Part]:
    with db.engine.connect() as connection:
        transaction = connection.begin()
        try:
            connection.execute(sa.schema.CreateSchema(ASIDE))
            connection.execute(sa.select(sa.func.set_config("search_path", ASIDE, sa.true())))
            db.metadata.create_all(connection)
            return parts_of(connection)
        finally:
            transaction.rollback()
