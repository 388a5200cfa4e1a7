"""How Alembic meets the database of the app: one numbered line of revisions, safe to start twice, whole or not at all.

SQLite cannot alter most things in place, so a table is copied into its new shape there, with foreign keys off: dropping
the old table would otherwise delete, by cascade, what hangs on its rows. What they then demand is checked before each
revision commits. A copied table loses its triggers: a revision that touches such a table makes them again.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.script import ScriptDirectory
from flask import current_app

MIGRATION_LOCK = 7_362_001  # any number that no other advisory lock of the product uses


def number_revision(_context: Any, _revision: Any, directives: list) -> None:
    """Call the new revision by the next number; write nothing when autogenerate found no difference."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives.clear()
        return
    head = ScriptDirectory.from_config(context.config).get_current_head()
    directives[0].rev_id = f"{int(head or 0) + 1:04}"


def render_item(kind: str, item: Any, _autogenerate: Any) -> str | bool:
    """Write the product's own column types as what they are in the database: revisions must outlive the code."""
    if kind == "type" and isinstance(item, sa.types.TypeDecorator) and type(item).__module__.startswith("app."):
        return f"sa.{item.impl!r}"
    return False


def check_foreign_keys(ctx: Any, **_given: Any) -> None:
    """Refuse a revision that leaves a row pointing at nothing; PostgreSQL does so by itself."""
    if ctx.dialect.name == "sqlite":
        broken = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)
        if broken:
            raise RuntimeError(f"the revision leaves rows that point at nothing (table, row, parent, key): {broken}")


def include_object(_item: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """Leave out the text index's own objects, which no model can describe: SQLite's virtual table, PostgreSQL's GIN."""
    return not (kind == "table" and (name or "").startswith("search_gram")) and name != "ix_search_entry_grams"


@contextlib.contextmanager
def connected(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that is alone in migrating on PostgreSQL, and that has foreign keys off on SQLite."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Past SQLAlchemy, because the pragma has no effect inside a transaction.
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
            try:
                yield connection
            finally:
                connection.rollback()
                raw.execute("PRAGMA foreign_keys=ON")
        else:
            with engine.connect() as guard:
                guard.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
                yield connection


def run(engine: sa.Engine, metadata: sa.MetaData) -> None:
    """Run what the command asks for; offline it prints the SQL instead."""
    options = {
        "target_metadata": metadata,
        "render_as_batch": True,
        "render_item": render_item,
        "include_object": include_object,
        "compare_type": True,
        "transaction_per_migration": True,
        "transactional_ddl": True,
        "process_revision_directives": number_revision,
        "on_version_apply": check_foreign_keys,
    }
    if context.is_offline_mode():
        del options["on_version_apply"]
        context.configure(dialect_name=engine.dialect.name, literal_binds=True, **options)
        with context.begin_transaction():
            context.run_migrations()
        return
    with connected(engine) as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()


database = current_app.extensions["migrate"].db
run(database.engine, database.metadata)
