"""Keeping the house clean: what is old and settled goes, what failed or is young stays."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel import clock
from app.kernel.database import session, unit
from app.kernel.settings import Setting
from app.workflows.models import OutboxMessage, Schedule, ScheduleFire
from app.workflows.operations import upkeep

NOW = dt.datetime(2026, 6, 30, 4, 0, tzinfo=dt.UTC)


@pytest.fixture
def littered(company):
    """Old and young leftovers of every kind, settled and failed."""
    with company.acting("system"), unit() as current:
        schedule = current.scalars(sa.select(Schedule.id)).first()
        for days in (40, 10):
            at = NOW - dt.timedelta(days=days)
            current.add(ScheduleFire(schedule_id=schedule, fire_at=at))
            for state in ("sent", "dead"):
                current.add(OutboxMessage(key=f"{state}{days}", channel="email", subject="s", body="b", state=state,
                                          sent_at=at))
    return company


def left(company):
    with company.acting("system"):
        return [session().execute(sa.select(sa.func.count()).select_from(model)).scalar_one()
                for model in (ScheduleFire, OutboxMessage)]


def test_settled_leftovers_go_after_their_days_and_failures_stay(littered, monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 1)
    with littered.app.app_context(), clock.at(NOW):
        assert upkeep.tidy({}) >= 2
        assert left(littered) == [1, 3]
        upkeep.tidy({})
    assert left(littered) == [1, 3]


def test_an_admin_says_how_long_they_are_kept(littered):
    with littered.acting("system"), unit() as current:
        current.scalars(sa.select(Setting).where(Setting.name == "automation.keep_days")).one().value = "5"
    with littered.app.app_context(), clock.at(NOW):
        upkeep.tidy({})
    assert left(littered) == [0, 2]


def test_neglected_customers_return_to_the_pool_part_by_part(company, monkeypatch):
    parts = iter([2, 1, 0])
    monkeypatch.setattr(upkeep, "release_neglected", lambda: next(parts))
    with company.app.app_context():
        assert upkeep.reclaim({}) == 3
    assert Customer.pool
