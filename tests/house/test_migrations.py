"""The migrations make the schema that the models describe, in one numbered line, there and back, with data in it."""

import re
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from app.kernel.database import db
from tests import world

FOLDER = Path(__file__).parents[2] / "migrations"
FILES = sorted((FOLDER / "versions").glob("*.py"))


def names_of_tables():
    return set(sa.inspect(db.engine).get_table_names())


OBJECTS = {
    "sqlite": "SELECT type, name, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%%'",
    "postgresql": """SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
                     UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
                     WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
                     UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger
                     WHERE NOT tgisinternal""",
}


def objects():
    """Indexes, triggers and the like of the database, but for Alembic's own table."""
    with db.engine.connect() as connection:
        found = {tuple(row) for row in connection.exec_driver_sql(OBJECTS[db.engine.dialect.name])}
    return {entry for entry in found if "alembic_version" not in " ".join(entry)}


def test_there_is_a_first_migration():
    assert FILES


def test_the_numbers_run_from_one_without_a_gap_or_a_fork():
    numbers = [file.name[:4] for file in FILES]
    assert numbers == [f"{number:04}" for number in range(1, len(FILES) + 1)]
    script = ScriptDirectory(str(FOLDER))
    assert script.get_heads() == numbers[-1:]
    assert [revision.revision for revision in script.walk_revisions()] == numbers[::-1]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_migration_outlives_the_code_that_it_was_written_for(file):
    assert re.findall(r"^(?:from|import) app\b.*", file.read_text("utf-8"), re.MULTILINE) == []


def test_the_migrations_make_what_the_models_describe(empty_app):
    with empty_app.app_context():
        flask_migrate.upgrade()
        flask_migrate.check()
        assert names_of_tables() == set(db.metadata.tables) | {"alembic_version"}
        assert {name for name in names_of_tables() if name.startswith("ab_")}


def test_indexes_and_triggers_are_those_that_the_models_describe(empty_app, app):
    with app.app_context():
        described = objects()
    with empty_app.app_context():
        flask_migrate.upgrade()
        assert objects() == described


def test_up_down_and_up_again_with_data(empty_app):
    with empty_app.app_context():
        flask_migrate.upgrade()
        world.build()
        db.session.remove()
        for _ in FILES:
            flask_migrate.downgrade()
        assert names_of_tables() == {"alembic_version"}
        flask_migrate.upgrade()
        flask_migrate.check()


def test_each_step_keeps_the_data_that_both_sides_know(empty_app):
    with empty_app.app_context():
        flask_migrate.upgrade()
        world.build()
        db.session.remove()
        count = sa.select(sa.func.count()).select_from(db.metadata.tables["ab_user"])
        for number in range(len(FILES) - 1, 0, -1):
            flask_migrate.downgrade(revision=f"{number:04}")
            flask_migrate.upgrade()
            with db.engine.connect() as connection:
                assert connection.execute(count).scalar_one() == len(world.USERS)
