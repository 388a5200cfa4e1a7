"""Clock, worker, tick and the checks on the command line: what they do, how they end, what a machine reads."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.commands import running
from app.kernel import clock
from app.kernel.database import session, unit
from app.workflows.models import JobRun, Schedule, ScheduleFire
from app.workflows.operations import jobs

ROOT = Path(__file__).parents[2]


def run(company, *words):
    return company.app.test_cli_runner().invoke(args=["crm", *words])


def asked(company, *words):
    answer = run(company, *words, "--json")
    return answer.exit_code, json.loads(answer.output)


def states(company):
    with company.acting("system"):
        return list(session().scalars(sa.select(JobRun.state)))


def test_a_tick_does_what_is_due_at_its_moment_and_nothing_twice(company):
    moment = (clock.now() + dt.timedelta(hours=1)).isoformat()
    status, first = asked(company, "tick", "--now", moment)
    assert status == 0
    assert first["fired"] >= 2
    assert first["rounds"] >= first["fired"]
    assert set(states(company)) == {"done"}
    assert asked(company, "tick", "--now", moment) == (0, {"fired": 0, "rounds": 0})


@pytest.mark.parametrize("word", ["tomorrow", "2026-03-29T00:30:00"])
def test_a_moment_that_cannot_be_read_or_has_no_zone_is_refused(company, word):
    status, answer = asked(company, "tick", "--now", word)
    assert status == 1
    assert "moment" in answer["error"]


def test_the_future_is_refused_in_production_and_the_past_is_not(company):
    company.app.config["CRM_ENV"] = "production"
    status, answer = asked(company, "tick", "--now", (clock.now() + dt.timedelta(hours=1)).isoformat())
    assert (status, answer["error"]) == (1, "The future is refused in production.")
    assert asked(company, "tick", "--now", "2026-03-29T00:30:00Z")[0] == 0


def test_a_worker_asked_once_ends_when_nothing_is_due(company):
    with company.acting("system"), unit():
        jobs.enqueue("upkeep")
    assert asked(company, "worker", "--once") == (0, {"rounds": 1})
    assert states(company) == ["done"]
    assert "0 rounds" in run(company, "worker", "--once").output


def test_the_audit_is_whole_or_the_broken_entries_are_named(company, monkeypatch):
    assert asked(company, "verify-audit") == (0, {"broken": []})
    monkeypatch.setattr(running.audit, "broken_entries", lambda: [4, 9])
    status, answer = asked(company, "verify-audit")
    assert status == 1
    assert "4, 9" in answer["error"]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_clock_and_worker_run_as_processes_and_end_when_told(company):
    with company.acting("system"), unit() as current:
        for row in current.scalars(sa.select(Schedule)):
            row.active = row.job == "upkeep"
            row.kind, row.minutes = "every", 1
            row.fired_until = clock.now() - dt.timedelta(minutes=2)
    environ = {**os.environ, "CRM_ENV": "test", "DATABASE_URL": company.app.config["DATABASE_URL"],
               "CRM_INSTANCE_DIR": company.app.config["CRM_INSTANCE_DIR"], "FLASK_APP": "run.py"}
    parts = [subprocess.Popen([sys.executable, "-m", "flask", "crm", name], cwd=ROOT, env=environ,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for name in ("scheduler", "worker")]
    deadline = time.monotonic() + 90
    while "done" not in states(company) and time.monotonic() < deadline:
        time.sleep(0.2)
    for part in parts:
        part.send_signal(signal.SIGTERM)
    ends = [(part.wait(60), part.stderr.read().decode()[-500:]) for part in parts]
    for part in parts:
        part.stderr.close()
    assert "done" in states(company), ends
    assert [status for status, _said in ends] == [0, 0], ends
    with company.acting("system"):
        assert len(session().scalars(sa.select(ScheduleFire.fire_at)).all()) >= 1
