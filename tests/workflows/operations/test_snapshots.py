"""The job of the night: one picture for each business day, whenever and however often it runs."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Customer, SegmentSnapshot
from app.kernel import clock
from app.kernel.database import session, unit
from app.workflows.models import Schedule
from app.workflows.operations.snapshots import take_snapshots


@pytest.fixture
def customers(company):
    company.app.config["CRM_TIMEZONE"] = "Asia/Shanghai"
    with company.acting("system"), unit() as current:
        current.add(Customer(name="A"))
    return company


def days(company):
    with company.acting("system"):
        return session().scalars(sa.select(SegmentSnapshot.taken_on).order_by(SegmentSnapshot.id)).all()


def test_the_day_is_that_of_the_companys_zone(customers):
    with customers.app.app_context():
        assert take_snapshots({"slot": "2026-03-01T16:10:00+00:00"}) == 1
        assert take_snapshots({"slot": "2026-03-02T15:59:00+00:00"}) == 0
        assert take_snapshots({"slot": "2026-03-02T16:10:00+00:00"}) == 1
    assert days(customers) == [dt.date(2026, 3, 2), dt.date(2026, 3, 3)]


def test_without_a_slot_it_is_today(customers):
    with customers.app.app_context(), clock.at(dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)):
        take_snapshots({})
    assert days(customers) == [dt.date(2026, 5, 4)]


def test_a_run_that_failed_between_the_two_pictures_is_finished_by_the_next_try(customers, monkeypatch):
    slot = {"slot": "2026-03-01T16:10:00+00:00"}

    def broken(*_given):
        raise RuntimeError("killed")

    with customers.app.app_context():
        with monkeypatch.context() as patched:
            patched.setattr("app.workflows.operations.snapshots.keep_segments", broken)
            with pytest.raises(RuntimeError):
                take_snapshots(slot)
        assert days(customers) == []
        assert take_snapshots(slot) == 1
    assert days(customers) == [dt.date(2026, 3, 2)]


def test_the_night_has_its_schedule(company):
    with company.acting("system"):
        row = session().scalars(sa.select(Schedule).where(Schedule.job == "snapshots")).one()
        assert (row.kind, row.at, row.active) == ("daily", "00:10", True)
