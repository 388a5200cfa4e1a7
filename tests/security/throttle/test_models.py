"""The table of counters."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from app.security.throttle.models import LoginFailure

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture
def session(bare_engine):
    LoginFailure.__table__.create(bare_engine)
    with orm.Session(bare_engine) as session:
        yield session


def test_moments_come_back_in_utc_on_both_databases(session):
    session.add(LoginFailure(key="a:1", failures=1, first_at=NOON, last_at=NOON))
    session.commit()
    found = session.scalars(sa.select(LoginFailure)).one()
    assert found.first_at == NOON
    assert found.last_at.tzinfo is dt.UTC


def test_a_key_has_one_counter(session):
    session.add(LoginFailure(key="a:1", failures=1, first_at=NOON, last_at=NOON))
    session.commit()
    session.expunge_all()
    session.add(LoginFailure(key="a:1", failures=2, first_at=NOON, last_at=NOON))
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()
