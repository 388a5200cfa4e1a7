"""Jobs: one worker each, tried again when they fail, taken over when the worker dies, given up in the end."""

import datetime as dt
import threading
import time

import pytest
import sqlalchemy as sa

from app.kernel import clock
from app.kernel.database import in_unit, session, unit
from app.kernel.errors import Missing
from app.workflows.models import JobRun
from app.workflows.operations import jobs

START = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def planted(company, monkeypatch):
    """A job that does what `planted.work` says."""
    monkeypatch.setattr(jobs, "_jobs", dict(jobs._jobs))
    company.seen = []
    company.work = lambda arguments: 7

    @jobs.job("planted", "Planted")
    def run(arguments):
        company.seen.append(arguments)
        return company.work(arguments)

    with company.acting("system"), clock.at(START), unit():
        jobs.enqueue("planted", arguments={"a": 1})
    return company


def work(company, moment=START):
    with company.acting("system"), clock.at(moment):
        return jobs.run_one()


def run_of(company):
    with company.acting("system"):
        return session().scalars(sa.select(JobRun)).one()


def test_a_job_says_when_it_ran_how_long_and_how_many_it_handled(planted):
    assert work(planted)
    assert not work(planted)
    run = run_of(planted)
    assert (run.state, run.handled, run.attempts, run.error) == ("done", 7, 1, None)
    assert run.started_at == run.finished_at == START
    assert run.milliseconds >= 0
    assert planted.seen == [{"slot": START.isoformat(), "a": 1}]


def test_a_job_that_raises_is_tried_again_later_and_given_up_in_the_end(planted):
    planted.work = lambda arguments: 1 / 0
    work(planted)
    run = run_of(planted)
    assert (run.state, run.attempts) == ("queued", 1)
    assert run.error == "ZeroDivisionError: division by zero"
    for step in range(1, jobs.POLICY.attempts + 3):
        work(planted, START + dt.timedelta(hours=2 * step))
    assert (run_of(planted).state, len(planted.seen)) == ("dead", jobs.POLICY.attempts)


def test_a_dead_workers_job_is_taken_over_and_its_late_word_does_not_count(planted):
    with planted.acting("system"), clock.at(START):
        late = jobs.claim()
        assert jobs.claim() is None
    with planted.acting("system"), clock.at(START + jobs.LEASE):
        taken = jobs.claim()
        assert (taken.id, taken.fence, taken.attempts) == (late.id, late.fence + 1, 2)
        in_unit(jobs._finish, late, 99, 0, "")
        in_unit(jobs.renew, late)
    run = run_of(planted)
    assert (run.state, run.handled) == ("running", None)
    with planted.acting("system"), clock.at(START + jobs.LEASE):
        in_unit(jobs._finish, taken, 3, 10, "")
    assert (run_of(planted).state, run_of(planted).handled) == ("done", 3)


def test_a_job_that_kills_every_worker_is_given_up(planted):
    for step in range(jobs.POLICY.attempts):
        with planted.acting("system"), clock.at(START + step * jobs.LEASE):
            jobs.claim()
    assert work(planted, START + jobs.POLICY.attempts * jobs.LEASE)
    run = run_of(planted)
    assert (run.state, run.error) == ("dead", "the worker died at every try")
    assert planted.seen == []


def test_a_long_job_keeps_its_lease(planted, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", dt.timedelta(seconds=0.6))
    renewed = threading.Event()
    renew = jobs.renew
    monkeypatch.setattr(jobs, "renew", lambda claimed: (renew(claimed), renewed.set()))

    def slow(arguments):
        assert renewed.wait(20)
        return 1

    planted.work = slow
    with planted.acting("system"):
        assert jobs.run_one()
    assert run_of(planted).state == "done"


def test_a_database_that_is_away_does_not_end_the_heartbeat(planted, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", dt.timedelta(seconds=0.03))
    beats = []

    def away(claimed):
        beats.append(claimed)
        raise jobs.Unavailable

    monkeypatch.setattr(jobs, "renew", away)
    deadline = time.monotonic() + 20

    def slow(arguments):
        while len(beats) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        return 1

    planted.work = slow
    with planted.acting("system"):
        jobs.run_one()
    assert len(beats) >= 2


def test_a_job_that_nobody_knows_is_refused_and_one_that_is_gone_is_told(planted):
    with planted.acting("system"), unit(), pytest.raises(Missing):
        jobs.enqueue("nothing")
    del jobs._jobs["planted"]
    work(planted)
    assert run_of(planted).error == "unknown job"


def test_workers_at_once_do_each_job_once(planted):
    with planted.acting("system"), clock.at(START), unit():
        for number in range(11):
            jobs.enqueue("planted", arguments={"a": number + 2})

    def worker():
        with planted.app.app_context(), jobs.acting_as(jobs.SYSTEM):
            while jobs.run_one():
                pass

    threads = [threading.Thread(target=worker) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(arguments["a"] for arguments in planted.seen) == list(range(1, 13))


def test_the_screens_show_what_ran_how_it_ended_and_when_it_comes_next(planted):
    planted.work = lambda arguments: 1 / 0
    work(planted)
    page = planted.browser("admin").get("/job_run/list/").get_data(as_text=True)
    assert "planted" in page
    assert "ZeroDivisionError" in page
    with planted.acting("system"), unit() as current:
        current.scalars(sa.select(jobs.JobRun)).one().state = "dead"
    assert planted.browser("admin").get("/schedule/list/").status_code == 200
    assert planted.client("sales1").get("/api/v1/job_run/").status_code in (403, 404)
