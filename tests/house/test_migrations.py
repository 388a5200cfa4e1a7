"""The migrations make the schema that the models describe, in one numbered line, there and back, with data in it."""

import re
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from app.kernel import shape
from app.kernel.actor import SYSTEM
from app.kernel.bulk import add_rows
from app.kernel.database import acting_as, db, session, unit
from app.security.audit import broken_entries
from app.security.models import AuditPass
from tests import world

FOLDER = Path(__file__).parents[2] / "migrations"
FILES = sorted((FOLDER / "versions").glob("*.py"))


def names_of_tables():
    # The virtual table of SQLite's text index, and what FTS5 keeps behind it, are no tables of any model.
    return {name for name in sa.inspect(db.engine).get_table_names() if not name.startswith("search_gram")}


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


def test_indexes_and_triggers_are_those_that_the_models_describe(empty_app):
    with empty_app.app_context():
        flask_migrate.upgrade()
        assert [str(each) for each in shape.differences(shape.found_parts(), shape.described_parts())] == []


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


def plain_filters():
    """In how many of the three places a saved filter can be read without a key."""
    with db.engine.connect() as connection:
        texts = [str(connection.exec_driver_sql(f"SELECT {column} FROM {table} WHERE {where}").fetchall())
                 for table, column, where in (("saved_view", "query", "1=1"),
                                              ("domain_event", "changes", "entity='saved_view'"),
                                              ("audit_entry", "changes", "entity='saved_view'"))]
    return sum("13800138000" in text for text in texts)


def test_saved_filters_that_stand_in_plain_are_encrypted_with_their_events_and_their_audit(empty_app):
    with empty_app.app_context():
        from app.desk.models import SavedView

        number = next(int(file.name[:4]) for file in FILES if "saved_filters" in file.name)
        flask_migrate.upgrade()
        world.build()
        with acting_as(SYSTEM), unit():
            add_rows(SavedView, [{"name": "Him", "entity": "customer", "query": "phone=13800138000"},
                                 {"name": "All", "entity": "customer"}]).insist()
        db.session.remove()
        assert plain_filters() == 0
        flask_migrate.downgrade(revision=f"{number - 1:04}")
        assert plain_filters() == 3
        flask_migrate.upgrade()
        assert plain_filters() == 0
        with acting_as(SYSTEM):
            kept = session().scalars(sa.select(SavedView).order_by(SavedView.id)).all()
            assert [each.query for each in kept] == ["phone=13800138000", None]
            assert broken_entries() == []
            assert session().scalars(sa.select(AuditPass)).all() == []


def test_an_audit_entry_that_was_tampered_with_keeps_telling_so_when_its_filter_is_encrypted(empty_app):
    number = next(int(file.name[:4]) for file in FILES if "saved_filters" in file.name)
    with empty_app.app_context():
        from app.desk.models import SavedView

        flask_migrate.upgrade()
        world.build()
        with acting_as(SYSTEM), unit():
            add_rows(SavedView, [{"name": "Him", "entity": "customer", "query": "phone=13800138000"}]).insist()
        db.session.remove()
        flask_migrate.downgrade(revision=f"{number - 1:04}")
        with db.engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO audit_pass (id, reason) VALUES (1, 'a thief')")
            connection.exec_driver_sql("UPDATE audit_entry SET actor_name='nobody' WHERE entity='saved_view'")
            connection.exec_driver_sql("DELETE FROM audit_pass")
        flask_migrate.upgrade()
        assert plain_filters() == 0
        with acting_as(SYSTEM):
            assert len(broken_entries()) == 1
