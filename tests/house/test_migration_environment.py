"""migrations/env.py, tried on a small product of its own: numbers, types, copies on SQLite, two that start at once."""

import re
import shutil
import threading
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event

from app.kernel.fields import Moment

SOURCE = Path(__file__).parents[2] / "migrations"
NAMES = {"fk": "fk_%(table_name)s_%(column_0_N_name)s", "pk": "pk_%(table_name)s"}
BY_HAND = """
import sqlalchemy as sa
from alembic import op

revision = "{number:04}"
down_revision = "{before:04}"


def upgrade():
    {body}


def downgrade():
    pass
"""


@pytest.fixture
def folder(tmp_path):
    """A copy of the environment without any revision."""
    target = tmp_path / "migrations"
    (target / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako", "alembic.ini"):
        shutil.copy(SOURCE / name, target / name)
    return target


@pytest.fixture
def product(folder, empty_database_url):
    """Makes the product in one of its versions: owners, and pets that go with their owner."""
    made = []

    def make(*more_columns, name_length=50):
        app, db = Flask(__name__), SQLAlchemy(metadata=sa.MetaData(naming_convention=NAMES))
        app.config["SQLALCHEMY_DATABASE_URI"] = empty_database_url
        db.init_app(app)
        flask_migrate.Migrate(app, db, directory=str(folder))
        sa.Table("owner", db.metadata, sa.Column("id", sa.Integer, primary_key=True),
                 sa.Column("name", sa.String(name_length)), sa.Column("at", Moment()), *more_columns)
        sa.Table("pet", db.metadata, sa.Column("id", sa.Integer, primary_key=True),
                 sa.Column("owner_id", sa.ForeignKey("owner.id", ondelete="CASCADE"), nullable=False))
        with app.app_context():
            if db.engine.dialect.name == "sqlite":
                event.listen(db.engine, "connect", as_the_product_connects)
                event.listen(db.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        made.append((app, db))
        return app, db

    yield make
    for app, db in made:
        with app.app_context():
            db.engine.dispose()


def as_the_product_connects(connection, _record):
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")


def write_revision(folder, number, body):
    """A revision by hand after the revision `number` - 1."""
    text = BY_HAND.format(number=number, before=number - 1, body=body)
    (folder / "versions" / f"{number:04}_by_hand.py").write_text(text)


def execute(db, *statements):
    with db.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def read(db, statement):
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_revisions_are_numbered_in_one_line(product, folder):
    for more in ((), (sa.Column("city", sa.Text),)):
        app, _db = product(*more)
        with app.app_context():
            flask_migrate.migrate(message="A change")
            flask_migrate.upgrade()
    assert [file.name for file in sorted((folder / "versions").glob("*.py"))] == ["0001_a_change.py",
                                                                                  "0002_a_change.py"]
    assert "down_revision = '0001'" in (folder / "versions" / "0002_a_change.py").read_text()


def test_without_a_difference_nothing_is_written(product, folder):
    app, _db = product()
    with app.app_context():
        flask_migrate.migrate(message="First")
        flask_migrate.upgrade()
        flask_migrate.migrate(message="Nothing new")
    assert len(list((folder / "versions").glob("*.py"))) == 1


def test_an_empty_revision_that_was_asked_for_is_written(product, folder):
    app, _db = product()
    with app.app_context():
        flask_migrate.revision(message="By hand")
    assert [file.name for file in (folder / "versions").glob("*.py")] == ["0001_by_hand.py"]


def test_a_type_of_the_product_is_written_as_what_it_is_in_the_database(product, folder):
    app, db = product()
    with app.app_context():
        flask_migrate.migrate(message="First")
        text = (folder / "versions" / "0001_first.py").read_text()
        flask_migrate.upgrade()
        assert "sa.Column('at', sa.DateTime(timezone=True)" in text
        assert not re.search(r"\bapp\b", text)
        execute(db, "INSERT INTO owner (name, at) VALUES ('Ada', '2026-03-29 00:30:00')")


def test_a_longer_column_is_noticed(product):
    app, _db = product()
    with app.app_context():
        flask_migrate.migrate(message="First")
        flask_migrate.upgrade()
        flask_migrate.check()
    app, _db = product(name_length=90)
    with app.app_context(), pytest.raises(SystemExit):
        flask_migrate.check()


def test_up_down_and_up_again_keeps_what_hangs_on_a_row(product):
    app, db = product()
    with app.app_context():
        flask_migrate.migrate(message="First")
        flask_migrate.upgrade()
        execute(db, "INSERT INTO owner (id, name) VALUES (1, 'Ada')", "INSERT INTO pet (owner_id) VALUES (1)")
    app, db = product(sa.Column("city", sa.Text), name_length=90)
    with app.app_context():
        flask_migrate.migrate(message="Longer names and a city")
        for step in (flask_migrate.upgrade, flask_migrate.downgrade, flask_migrate.upgrade):
            step()
            assert read(db, "SELECT owner_id FROM pet") == [(1,)]
        assert read(db, "SELECT name, city FROM owner") == [("Ada", None)]
        flask_migrate.check()
        with pytest.raises(sa.exc.IntegrityError):
            execute(db, "INSERT INTO pet (owner_id) VALUES (99)")


def test_a_revision_that_fails_changes_nothing(product, folder):
    app, db = product()
    with app.app_context():
        flask_migrate.migrate(message="First")
        flask_migrate.upgrade()
        write_revision(folder, 2, "op.add_column('owner', sa.Column('x', sa.Integer())); op.drop_table('nowhere')")
        with pytest.raises((sa.exc.OperationalError, sa.exc.ProgrammingError)):
            flask_migrate.upgrade()
        assert "x" not in {column["name"] for column in sa.inspect(db.engine).get_columns("owner")}
        assert read(db, "SELECT version_num FROM alembic_version") == [("0001",)]


def test_a_revision_that_leaves_a_row_pointing_at_nothing_is_refused(product, folder):
    app, db = product()
    with app.app_context():
        flask_migrate.migrate(message="First")
        flask_migrate.upgrade()
        execute(db, "INSERT INTO owner (id) VALUES (1), (2)", "INSERT INTO pet (owner_id) VALUES (2)")
        write_revision(folder, 2, "op.execute('UPDATE pet SET owner_id = 99')")
        with pytest.raises((SystemExit, sa.exc.IntegrityError)):
            flask_migrate.upgrade()
        assert read(db, "SELECT owner_id FROM pet") == [(2,)]
        assert read(db, "SELECT version_num FROM alembic_version") == [("0001",)]


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_of_two_that_start_at_once_one_migrates_and_the_other_waits(product, folder):
    app, db = product()
    with app.app_context():
        flask_migrate.migrate(message="First")
    lock = re.search(r"MIGRATION_LOCK = ([\d_]+)", (SOURCE / "env.py").read_text())[1].replace("_", "")
    done = threading.Event()

    def upgrade():
        with app.app_context():
            flask_migrate.upgrade()
        done.set()

    with app.app_context(), db.engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_advisory_lock({lock})")
        waiting = threading.Thread(target=upgrade)
        waiting.start()
        assert not done.wait(0.5)
        other.exec_driver_sql(f"SELECT pg_advisory_unlock({lock})")
        waiting.join(20)
        assert done.is_set()
        assert read(db, "SELECT version_num FROM alembic_version") == [("0001",)]


def test_the_sql_can_be_printed_instead(product, capsys):
    app, db = product()
    with app.app_context():
        flask_migrate.migrate(message="First")
        flask_migrate.upgrade(sql=True)
        said = capsys.readouterr().out
        assert "CREATE TABLE owner" in said
        assert sa.inspect(db.engine).get_table_names() in ([], ["alembic_version"])
