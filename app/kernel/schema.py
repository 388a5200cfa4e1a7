"""At which migration the database stands, which ones the code knows, and how to go from one to another."""

from functools import cache
from pathlib import Path

import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app

from app.kernel.database import db


def _scripts() -> ScriptDirectory:
    return _scripts_in(str(Path(current_app.root_path).parent / "migrations"))


@cache
def _scripts_in(folder: str) -> ScriptDirectory:
    """The migrations of a folder: read once, since each is a module that has to be loaded."""
    return ScriptDirectory(folder)


def head() -> str:
    """The newest migration that the code knows."""
    return str(_scripts().get_current_head())


def stands_at() -> str | None:
    """The migration at which the database stands; None for one without a schema."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Whether the code knows the migration `revision`."""
    try:
        return bool(revision) and _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def move_to(revision: str) -> None:
    """Bring the schema to the migration `revision`, up or down. Going down loses what the older schema cannot hold."""
    before = stands_at()
    if before == revision:
        return
    older = before is not None and revision in {
        each.revision for each in _scripts().iterate_revisions(before, "base")}
    (flask_migrate.downgrade if older else flask_migrate.upgrade)(revision=revision)
