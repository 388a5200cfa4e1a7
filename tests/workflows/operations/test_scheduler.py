"""Due moments take effect once: across stops, many schedulers, and the night when the clocks change."""

import datetime as dt
import threading

import pytest
import sqlalchemy as sa

from app.kernel import clock
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, session, unit
from app.workflows.models import JobRun, Schedule, ScheduleFire
from app.workflows.operations import scheduler

START = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


def plan(company, begun=START, **values):
    """The only active schedule, of the job `upkeep`, in force since `begun`."""
    with company.acting("system"), clock.at(begun), unit() as current:
        for row in current.scalars(sa.select(Schedule)):
            row.active = False
        current.add(Schedule(name="S", job="upkeep", **{"zone": "Asia/Shanghai", **values}))


def turn(company, moment):
    with company.acting("system"), clock.at(moment):
        return scheduler.turn()


def fires(company):
    with company.acting("system"):
        return list(session().scalars(sa.select(ScheduleFire.fire_at).order_by(ScheduleFire.fire_at)))


def test_nothing_is_due_before_its_moment_and_then_once(company):
    plan(company, kind="daily", at="11:00")
    assert turn(company, START) == 0
    assert turn(company, START + dt.timedelta(minutes=59)) == 0
    due = START + dt.timedelta(hours=1)
    assert turn(company, due) == 1
    assert turn(company, due) == 0
    assert fires(company) == [due]
    with company.acting("system"):
        row = session().scalars(sa.select(Schedule).where(Schedule.active)).one()
        assert row.next_at == due + dt.timedelta(days=1)
        run = session().scalars(sa.select(JobRun)).one()
        assert (run.job, run.slot, run.state, run.schedule_id) == ("upkeep", due, "queued", row.id)


def test_after_a_long_stop_only_the_latest_moments_are_made_up_for(company):
    plan(company, kind="every", minutes=10)
    assert turn(company, START + dt.timedelta(days=3)) == scheduler.MOST_FIRES
    assert turn(company, START + dt.timedelta(days=3, minutes=9)) == 0
    assert turn(company, START + dt.timedelta(days=3, minutes=10)) == 1


@pytest.mark.parametrize(("night", "hours"), [("2026-10-24T22:00:00", 5), ("2026-03-28T22:00:00", 5)])
def test_a_time_that_the_night_repeats_or_leaves_out_is_due_once(company, night, hours):
    begun = dt.datetime.fromisoformat(night).replace(tzinfo=dt.UTC)
    plan(company, begun=begun, kind="daily", at="02:30", zone="Europe/Berlin")
    assert sum(turn(company, begun + dt.timedelta(minutes=10 * step)) for step in range(6 * hours)) == 1


def test_an_inactive_or_unknown_schedule_is_left_alone(company):
    plan(company, kind="every", minutes=1, active=False)
    assert turn(company, START + dt.timedelta(hours=1)) == 0
    with company.acting("system"), unit() as current:
        row = current.scalars(sa.select(Schedule).where(Schedule.name == "S")).one()
        row.active, row.job = True, "a job of an older version"
    assert turn(company, START + dt.timedelta(hours=1)) == 0


def test_four_schedulers_at_once_let_each_moment_take_effect_once(company):
    plan(company, kind="every", minutes=5)
    gate, made, failures = threading.Barrier(4), [], []

    def turning():
        try:
            for step in range(1, 5):
                gate.wait(60)
                with company.app.app_context(), acting_as(SYSTEM), clock.at(START + dt.timedelta(minutes=5 * step)):
                    made.append(scheduler.turn())
        except Exception as failure:
            failures.append(failure)
            gate.abort()
            raise

    threads = [threading.Thread(target=turning) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert fires(company) == [START + dt.timedelta(minutes=5 * step) for step in range(1, 5)]
    assert sum(made) == 4
    with company.acting("system"):
        assert session().execute(sa.select(sa.func.count(JobRun.id))).scalar_one() == 4


def test_a_form_that_was_open_while_the_clock_fired_is_saved(company):
    plan(company, kind="every", minutes=1)
    browser = company.browser("admin")
    with company.acting("system"):
        pk = session().scalars(sa.select(Schedule.id).where(Schedule.name == "S")).one()
    page = browser.get(f"/schedule/edit/{pk}").get_data(as_text=True)
    version = page.partition('name="_version" value="')[2].partition('"')[0]
    assert turn(company, START + dt.timedelta(minutes=5)) >= 1
    values = {"name": "S", "job": "upkeep", "kind": "every", "minutes": "7", "zone": "Asia/Shanghai", "active": "y"}
    answer = browser.post(f"/schedule/edit/{pk}", {**values, "_version": version})
    assert answer.status_code == 302
    stale = browser.post(f"/schedule/edit/{pk}", {**values, "minutes": "9", "_version": version})
    assert stale.status_code == 409
    with company.acting("system"):
        row = session().scalars(sa.select(Schedule).where(Schedule.id == pk)).one()
        assert (row.minutes, row.fired_until) == (7, START + dt.timedelta(minutes=5))
