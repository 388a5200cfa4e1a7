"""Clock and worker as threads: they begin, go on whatever happens, and end when told."""

import datetime as dt
import threading
import time

import pytest
import sqlalchemy as sa

from app.kernel import clock
from app.kernel.database import session, unit
from app.kernel.errors import Unavailable
from app.workflows import runtime
from app.workflows.models import JobRun, Schedule
from app.workflows.operations import jobs


def enqueue(company, name="upkeep"):
    with company.acting("system"), unit():
        jobs.enqueue(name)


def states(company):
    with company.acting("system"):
        return list(session().scalars(sa.select(JobRun.state)))


def wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_work_goes_on_until_nothing_is_due(company):
    enqueue(company)
    enqueue(company)
    assert runtime.work_until_idle(company.app) == 2
    assert states(company) == ["done", "done"]
    enqueue(company)
    assert runtime.work_until_idle(company.app, most=0) == 0


def test_a_kind_of_work_that_fails_does_not_hold_up_the_others(company, monkeypatch):
    enqueue(company)
    monkeypatch.setattr(runtime.engine, "handle_one", lambda: 1 / 0)
    assert runtime.work_once(company.app)
    assert states(company) == ["done"]


def test_a_database_that_is_away_is_told_to_whoever_asked(company, monkeypatch):
    def away():
        raise Unavailable

    monkeypatch.setattr(runtime.engine, "handle_one", away)
    with pytest.raises(Unavailable):
        runtime.work_once(company.app)


def test_a_worker_waits_for_the_database_and_works_again(company, monkeypatch):
    monkeypatch.setattr(runtime, "IDLE_SECONDS", 0.01)
    asked, work_once = [], runtime.work_once

    def away_twice(app):
        asked.append(app)
        if len(asked) <= 2:
            raise Unavailable
        return work_once(app)

    monkeypatch.setattr(runtime, "work_once", away_twice)
    enqueue(company)
    worker = runtime.Worker(company.app)
    worker.start()
    wait_for(lambda: len(asked) > 3)
    worker.stop()
    assert states(company) == ["done"]
    assert not worker.is_alive()


def test_a_worker_that_never_began_can_be_stopped(company):
    worker = runtime.Worker(company.app)
    worker.stop()
    assert worker.stopping.is_set()


def test_clock_and_worker_inside_one_process_do_what_is_due(company, monkeypatch):
    monkeypatch.setattr(runtime, "IDLE_SECONDS", 0.01)
    monkeypatch.setitem(company.app.config, "WORKERS", 1)
    with company.acting("system"), unit() as current:
        for row in current.scalars(sa.select(Schedule)):
            row.active = row.job == "upkeep"
            row.kind, row.minutes = "every", 1
            row.fired_until = clock.now() - dt.timedelta(minutes=2)
    runtime.start(company.app)
    try:
        wait_for(lambda: "done" in states(company))
    finally:
        runtime.stop()
    assert runtime._running == []
    runtime.stop()


def test_a_tick_survives_a_database_that_is_away(company, monkeypatch):
    def away(app):
        raise Unavailable

    monkeypatch.setattr(runtime, "turn_once", away)
    runtime._tick(company.app)


def test_clock_and_worker_end_when_they_are_told(company, monkeypatch):
    monkeypatch.setattr(runtime, "IDLE_SECONDS", 0.01)
    stopping = threading.Event()
    parts = [threading.Thread(target=serve, args=[company.app, stopping])
             for serve in (runtime.serve_clock, runtime.serve_worker)]
    for part in parts:
        part.start()
    stopping.set()
    for part in parts:
        part.join(30)
        assert not part.is_alive()
