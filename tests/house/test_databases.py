"""The databases that tests get are fresh, whatever the test before did to them, and no run leaves anything behind."""

import contextlib
import os
import subprocess
import sys
import time

import psutil
import pytest
import sqlalchemy as sa

from tests import postgresql, run_folder
from tests.databases import MANY_ROWS, PostgresDatabases, SqliteDatabases

SCHEMA = ["CREATE TABLE person (id {key}, name TEXT UNIQUE)",
          "CREATE TABLE pet (id {key}, person_id INTEGER NOT NULL REFERENCES person (id))",
          "CREATE TABLE journal (id {key}, line TEXT)"]
KEYS = {"sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT", "postgresql": "SERIAL PRIMARY KEY"}
APPEND_ONLY = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'append only'; END $$;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON journal FOR EACH ROW EXECUTE FUNCTION refuse()
"""


def build(url):
    system = sa.make_url(url).get_backend_name()
    run(url, *(statement.format(key=KEYS[system]) for statement in SCHEMA),
        *([APPEND_ONLY] if system == "postgresql" else []),
        "INSERT INTO person (name) VALUES ('Ada'), ('Bo')", "INSERT INTO pet (person_id) VALUES (1)",
        "INSERT INTO journal (line) VALUES ('first')")


@contextlib.contextmanager
def connected(url):
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def run(url, *statements):
    with connected(url) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def rows(url, statement):
    with connected(url) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


@pytest.fixture
def own_databases(request, databases, shared_folder, worker_id):
    """Databases beside those of the other tests, with a schema of their own."""
    name = f"house_{worker_id}_{abs(hash(request.node.nodeid))}"
    own = type(databases)(shared_folder, worker_id, name)
    own.build(build)
    yield own
    own.drop(own.url)
    if isinstance(own, PostgresDatabases):
        own.close()


def assert_fresh(own):
    url = own.renew()
    assert rows(url, "SELECT id, name FROM person ORDER BY id") == [(1, "Ada"), (2, "Bo")]
    assert rows(url, "SELECT id, person_id FROM pet") == [(1, 1)]
    assert rows(url, "SELECT line FROM journal") == [("first",)]
    run(url, "INSERT INTO person (name) VALUES ('Cy')")
    assert rows(url, "SELECT id FROM person WHERE name = 'Cy'") == [(3,)]


@pytest.mark.parametrize("statement", [
    "INSERT INTO person (name) VALUES ('Di'), ('Ed')",
    "UPDATE person SET name = 'Ada the second' WHERE id = 1",
    "DELETE FROM pet",
    "INSERT INTO journal (line) VALUES ('second')",
    "CREATE TABLE extra (id INTEGER)",
    "ALTER TABLE person ADD COLUMN age INTEGER",
    "DROP TABLE pet",
    "CREATE INDEX journal_line ON journal (line)",
])
def test_what_one_test_changes_no_other_test_sees(own_databases, statement):
    own_databases.renew()
    run(own_databases.url, statement)
    assert_fresh(own_databases)
    assert_fresh(own_databases)


def test_a_deletion_and_an_insertion_that_leave_the_count_alone_are_noticed(own_databases):
    own_databases.renew()
    run(own_databases.url, "DELETE FROM pet", "INSERT INTO pet (person_id) VALUES (2)")
    assert_fresh(own_databases)


def test_a_number_drawn_by_a_statement_that_failed_is_given_again(own_databases):
    url = own_databases.renew()
    with pytest.raises(sa.exc.IntegrityError):
        run(url, "INSERT INTO person (name) VALUES ('Ada')")
    assert_fresh(own_databases)


def test_a_connection_that_a_test_forgot_holds_nothing_up(own_databases):
    url = own_databases.renew()
    engine = sa.create_engine(url)
    forgotten = engine.connect()
    forgotten.exec_driver_sql("INSERT INTO person (name) VALUES ('Fay')")
    started = time.monotonic()
    assert_fresh(own_databases)
    assert time.monotonic() - started < 5
    with contextlib.suppress(sa.exc.OperationalError):
        forgotten.close()
    engine.dispose()


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_trigger_that_was_dropped_is_back(own_databases):
    own_databases.renew()
    run(own_databases.url, "DROP TRIGGER append_only ON journal", "DELETE FROM journal")
    url = own_databases.renew()
    with pytest.raises(sa.exc.DatabaseError, match="append only"):
        run(url, "DELETE FROM journal")


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_many_rows_are_forgotten_with_their_database(own_databases):
    url = own_databases.renew()
    run(url, f"INSERT INTO journal (line) SELECT 'line ' || g FROM generate_series(1, {MANY_ROWS + 1}) g")
    assert_fresh(own_databases)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_database_is_repaired_without_being_made_anew(own_databases):
    url = own_databases.renew()
    number = rows(url, "SELECT oid FROM pg_database WHERE datname = current_database()")
    run(url, "DELETE FROM pet", "INSERT INTO person (name) VALUES ('Gil')")
    assert rows(own_databases.renew(), "SELECT oid FROM pg_database WHERE datname = current_database()") == number


def test_a_new_database_is_empty_and_its_own(own_databases):
    first, second = own_databases.new(), own_databases.new()
    run(first, "CREATE TABLE thing (id INTEGER)")
    run(second, "CREATE TABLE thing (id INTEGER)")
    assert rows(first, "SELECT * FROM thing") == []
    own_databases.drop(first)
    own_databases.drop(second)


def test_the_template_is_built_once_for_all_workers(shared_folder, own_databases, databases):
    calls = []
    other = type(databases)(shared_folder, "other", own_databases._template.stem.removesuffix("_template")
                            if isinstance(databases, SqliteDatabases) else
                            own_databases._template.removesuffix("_template"))
    other.build(calls.append)
    assert calls == []
    assert_fresh(other)
    other.drop(other.url)
    if isinstance(other, PostgresDatabases):
        other.close()


def test_a_template_whose_making_failed_is_made_by_the_next(shared_folder, worker_id):
    own = SqliteDatabases(shared_folder, worker_id, "failing")

    def fail(url):
        run(url, "CREATE TABLE half (id INTEGER)")
        raise RuntimeError("no schema today")

    with pytest.raises(RuntimeError):
        own.build(fail)
    own.build(build)
    assert_fresh(own)


@pytest.fixture
def left_folder():
    """The folder of a run that was killed while its database server ran."""
    folder = run_folder.make()
    postgresql.start(folder)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (folder / "owner").write_text(f"{ended.pid} 1.0")
    yield folder
    run_folder.remove(folder)


def test_the_folder_of_a_killed_run_is_removed_and_its_server_ended(left_folder):
    server = postgresql._process(left_folder / "postgresql")
    assert server is not None
    mine = run_folder.make()
    assert not left_folder.exists()
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
    run_folder.remove(mine)
    assert not mine.exists()


def test_the_folder_of_a_run_that_still_lives_is_left_alone(shared_folder):
    mine = run_folder.make()
    other = run_folder.make()
    assert mine.exists()
    assert shared_folder.exists()
    run_folder.remove(mine)
    run_folder.remove(other)


def test_a_pid_file_that_names_another_process_ends_nobody(tmp_path):
    (tmp_path / "postgresql").mkdir()
    (tmp_path / "postgresql" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    postgresql.stop(tmp_path)
    assert postgresql._process(tmp_path / "postgresql") is None


def test_the_wheel_serves_where_the_system_has_no_postgresql(monkeypatch, tmp_path):
    monkeypatch.setattr(postgresql.shutil, "which", lambda name: None)
    monkeypatch.setattr(postgresql, "PACKAGES", tmp_path)
    postgresql._programs.cache_clear()
    folder = run_folder.make()
    try:
        postgresql.start(folder)
        with postgresql.connect(folder) as connection:
            assert "PostgreSQL 18" in connection.execute("SELECT version()").fetchone()[0]
    finally:
        run_folder.remove(folder)
        postgresql._programs.cache_clear()


def names(url):
    return [name for (name,) in rows(url, "SELECT name FROM person ORDER BY id")]


@pytest.mark.parametrize("statement", ["UPDATE person SET name = 'X' || id", "CREATE TABLE extra (id INTEGER)",
                                       "DELETE FROM pet", "SELECT 1"])
def test_what_was_kept_comes_back_after_what_a_test_did_and_after_a_fresh_one(own_databases, statement):
    url = own_databases.renew()
    run(url, "INSERT INTO person (name) VALUES ('Cy')", "UPDATE person SET name = 'Ann' WHERE id = 1")
    own_databases.keep("more", 7)
    assert own_databases.kept == {"more": 7}
    for before in ("more", ""):
        run(own_databases.renew(before), statement)
        assert names(own_databases.renew("more")) == ["Ann", "Bo", "Cy"]
        assert rows(url, "SELECT person_id FROM pet") == [(1,)]
        run(url, "INSERT INTO person (name) VALUES ('Di')")
        assert rows(url, "SELECT id FROM person WHERE name = 'Di'") == [(4,)]
    assert_fresh(own_databases)


def test_a_database_may_begin_as_a_copy_of_another_and_leaves_that_alone(own_databases):
    first = own_databases.new()
    build(first)
    second = own_databases.new(first)
    run(second, "DELETE FROM pet", "INSERT INTO person (name) VALUES ('Cy')")
    assert rows(second, "SELECT id FROM person ORDER BY id") == [(1,), (2,), (3,)]
    assert rows(first, "SELECT count(*) FROM person") == [(2,)]
    for url in (first, second):
        own_databases.drop(url)
