"""Keeping the house clean: what is old and settled goes, what failed or is young stays."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.kernel import clock
from app.kernel.database import session, unit
from app.kernel.settings import Setting
from app.security.models import AuditEntry
from app.workflows.models import JobRun, OutboxMessage, RuleRun, Schedule, ScheduleFire
from app.workflows.operations import upkeep
from tests.desk.records import add, delete, stored

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


@pytest.fixture
def run(company):
    """Runs of jobs and rules, settled and failed, forty days and two years old and young."""
    with company.acting("system"), unit() as current:
        for days in (800, 40, 10):
            at = NOW - dt.timedelta(days=days)
            for state in ("done", "dead", "queued"):
                current.add(JobRun(job=f"{state}{days}", state=state, due_at=at, finished_at=at))
            current.add(RuleRun(at=at, why=f"fired{days}", occurrence=f"o{days}", fired=True))
            current.add(RuleRun(at=at, why=f"not{days}", fired=False))
    return company


def test_finished_runs_go_soon_failed_and_fired_ones_later_waiting_ones_never(run):
    with run.app.app_context(), clock.at(NOW):
        upkeep.tidy({})
    assert sorted(stored(run, JobRun, "job")) == ["dead10", "dead40", "done10", "queued10", "queued40", "queued800"]
    assert sorted(stored(run, RuleRun, "why")) == ["fired10", "fired40", "not10"]


def test_the_recycle_bin_empties_itself_after_its_days_and_the_audit_tells(company, monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 2)
    for days in (100, 95, 91, 80):
        customer = add(company, Customer, name=f"{days}")
        add(company, Contact, name="Li", customer=customer)
        with clock.at(NOW - dt.timedelta(days=days)):
            delete(company, Customer, customer)
    add(company, Customer, name="Here")
    with company.app.app_context(), clock.at(NOW), company.acting("system"):
        assert upkeep.empty_bin() == 6
        assert upkeep.empty_bin() == 0
    assert stored(company, Customer, "name") == ["80", "Here"]
    assert len(stored(company, Contact, "id")) == 1
    told = stored(company, AuditEntry, "entity", "changes", where=AuditEntry.kind == "purge")
    assert [(entity, changes["removed"]) for entity, changes in told] == [
        ("contact", 2), ("contact", 1), ("customer", 2), ("customer", 1)]


def test_an_admin_says_how_long_the_bin_keeps(company):
    customer = add(company, Customer, name="Gone")
    with clock.at(NOW - dt.timedelta(days=10)):
        delete(company, Customer, customer)
    with company.acting("system"), unit() as current:
        current.scalars(sa.select(Setting).where(Setting.name == "bin.keep_days")).one().value = "7"
    with company.acting("system"), clock.at(NOW):
        assert upkeep.empty_bin() == 1


def test_neglected_customers_return_to_the_pool_part_by_part(company, monkeypatch):
    parts = iter([2, 1, 0])
    monkeypatch.setattr(upkeep, "release_neglected", lambda: next(parts))
    with company.app.app_context():
        assert upkeep.reclaim({}) == 3
    assert Customer.pool
