"""A row is made or found, and held, by one statement."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel.claim_row import claim_row
from app.kernel.database import prepare_engine


class Base(orm.DeclarativeBase):
    """Apart from the app's models."""


class Counter(Base):
    __tablename__ = "claimed_counter"

    place: orm.Mapped[str] = orm.mapped_column(primary_key=True)
    day: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    count: orm.Mapped[int]


@pytest.fixture
def engine(empty_database_url):
    engine = sa.create_engine(empty_database_url, pool_size=10)
    prepare_engine(engine)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def test_a_missing_row_is_made_from_the_values(engine):
    with orm.Session(engine) as session, session.begin():
        row = claim_row(session, Counter, place="a", day=1, count=7)
        assert (row.place, row.day, row.count) == ("a", 1, 7)
        row.count += 1
    with orm.Session(engine) as session:
        assert session.scalars(sa.select(Counter.count)).all() == [8]


def test_an_existing_row_is_found_as_it_is(engine):
    with orm.Session(engine) as session, session.begin():
        session.add_all([Counter(place="a", day=1, count=5), Counter(place="a", day=2, count=6)])
    with orm.Session(engine) as session, session.begin():
        assert claim_row(session, Counter, place="a", day=1, count=0).count == 5
        assert claim_row(session, Counter, place="a", day=2, count=0).count == 6


def test_what_others_wrote_since_is_seen(engine):
    with orm.Session(engine, expire_on_commit=False) as session:
        known = Counter(place="a", day=1, count=1)
        session.add(known)
        session.commit()
        with orm.Session(engine) as other, other.begin():
            claim_row(other, Counter, place="a", day=1, count=0).count = 40
        assert claim_row(session, Counter, place="a", day=1, count=0) is known
        assert known.count == 40


def test_racing_threads_lose_no_count(engine):
    start = threading.Barrier(8, timeout=30)

    def count(_number):
        start.wait()
        for _ in range(10):
            with orm.Session(engine) as session, session.begin():
                claim_row(session, Counter, place="a", day=1, count=0).count += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    with orm.Session(engine) as session:
        assert session.scalars(sa.select(Counter.count)).all() == [80]
