"""The tests' PostgreSQL is a server, not a stand-in: what the product builds on works there as in production."""

import threading

import pytest
import sqlalchemy as sa

from tests import postgresql

pytestmark = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)


@pytest.fixture
def engine(empty_database_url):
    engine = sa.create_engine(empty_database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE job (id SERIAL PRIMARY KEY, taken_by TEXT)")
        connection.exec_driver_sql("INSERT INTO job (taken_by) VALUES (NULL), (NULL)")
    yield engine
    engine.dispose()


def test_the_server_is_postgresql_15_or_newer(engine):
    with engine.connect() as connection:
        assert connection.dialect.name == "postgresql"
        assert connection.dialect.driver == "psycopg"
        version = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
        assert int(version) >= postgresql.LEAST_MAJOR * 10_000


def test_the_server_is_a_process_of_this_run_and_listens_on_no_port(engine, shared_folder):
    process = postgresql._process(shared_folder / "postgresql")
    assert process is not None
    assert process.username() != "root"
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW listen_addresses").scalar_one() == ""
        assert connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() in {
            child.pid for child in process.children()}


def test_the_app_is_no_superuser(engine):
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW is_superuser").scalar_one() == "off"


def test_a_locked_row_is_skipped_by_the_next_worker(engine):
    claim = sa.text("SELECT id FROM job WHERE taken_by IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED")
    with engine.connect() as first, engine.connect() as second, engine.connect() as third:
        claimed = [connection.execute(claim).scalar() for connection in (first, second, third)]
    assert claimed == [1, 2, None]


def test_a_writer_waits_for_the_lock_of_another_and_then_sees_its_change(engine):
    change = sa.text("UPDATE job SET taken_by = coalesce(taken_by, '') || :name WHERE id = 1")
    arrived = threading.Event()

    def follow():
        with engine.begin() as connection:
            arrived.set()
            connection.execute(change, {"name": "b"})

    with engine.begin() as connection:
        connection.execute(change, {"name": "a"})
        follower = threading.Thread(target=follow)
        follower.start()
        assert arrived.wait(5)
        follower.join(0.1)
        assert follower.is_alive()
    follower.join(5)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT taken_by FROM job WHERE id = 1").scalar_one() == "ab"


def test_a_deadlock_is_found_and_one_of_the_two_is_refused(engine):
    lock = sa.text("SELECT 1 FROM job WHERE id = :id FOR UPDATE")
    outcomes = []

    def cross(first, second, meeting):
        try:
            with engine.begin() as connection:
                connection.execute(lock, {"id": first})
                meeting.wait(5)
                connection.execute(lock, {"id": second})
                outcomes.append("done")
        except sa.exc.OperationalError as error:
            outcomes.append(error.orig.sqlstate)

    meeting = threading.Barrier(2)
    threads = [threading.Thread(target=cross, args=(*pair, meeting)) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["40P01", "done"]


def test_chinese_text_is_stored_compared_and_searched(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE job SET taken_by = '客脉 Ärger' WHERE id = 1")
        found = connection.exec_driver_sql("SELECT id FROM job WHERE taken_by ILIKE '%%客脉 ä%%'").scalars().all()
    assert found == [1]
