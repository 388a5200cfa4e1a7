"""Workers are killed at random points: nothing is lost, nothing is done twice, nobody gets more than he may."""

import datetime as dt
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.desk.models import Notification
from app.kernel import clock
from app.kernel.bulk import add_rows
from app.kernel.database import session, unit
from app.kernel.events import DomainEvent
from app.support.models import Ticket
from app.workflows.models import Agent, JobRun, OutboxMessage, ReminderFire
from app.workflows.operations import jobs

ROOT = Path(__file__).parents[2]
START = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
DAY_THREE = START.replace(hour=1, minute=1) + dt.timedelta(days=3)
# Small units, so that a kill nearly always falls between two of them or into one.
WORKER = """
import datetime as dt
import sys
from app import create_app
from app.kernel import clock
from app.workflows import runtime
from app.workflows.operations import assignment, follow_up
from config import load

assignment.BATCH = follow_up.BATCH = 3
app = create_app(load())
print("ready", flush=True)
with clock.at(dt.datetime.fromisoformat(sys.argv[1])):
    runtime.work_until_idle(app)
"""


def prepare(company, customers, tickets):
    """Customers whom nobody contacted for three days, and tickets that wait."""
    with company.acting("system"):
        with clock.at(START), unit():
            add_rows(Customer, [{"name": f"C{number}", "owner": company.ids["sales1"]} for number in range(customers)])
        with clock.at(DAY_THREE), unit() as current:
            current.add_all([Agent(user_id=company.ids[name], capacity=tickets // 2 - 3)
                             for name in ("support1", "support2")])
            add_rows(Ticket, [{"subject": f"T{number}", "priority": "normal"} for number in range(tickets)])


def start(company, moment):
    """A worker at work. The clock has put both jobs into the queue again, as it does every minute."""
    with company.acting("system"), clock.at(moment), unit():
        jobs.enqueue("reminders")
        jobs.enqueue("assignment")
    settings = company.app.config
    environ = {"CRM_ENV": "test", "DATABASE_URL": settings["DATABASE_URL"], "PATH": "/usr/bin:/bin",
               "CRM_INSTANCE_DIR": settings["CRM_INSTANCE_DIR"], "SMTP_URL": "smtp://127.0.0.1:9"}
    worker = subprocess.Popen([sys.executable, "-c", WORKER, moment.isoformat()], cwd=ROOT, env=environ,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert worker.stdout.readline() == "ready\n"
    return worker


def kill_again_and_again(company, kills, seed):
    """Kill so many workers at work, each at a random point; then let one finish. How many died at work."""
    draw, killed = random.Random(seed), 0
    for number in range(kills):
        worker = start(company, DAY_THREE + number * jobs.LEASE)
        time.sleep(draw.uniform(0.05, 0.9))
        worker.send_signal(signal.SIGKILL)
        killed += worker.wait(60) == -signal.SIGKILL
        worker.stdout.close()
    last = start(company, DAY_THREE + (kills + 1) * jobs.LEASE)
    assert last.wait(300) == 0
    last.stdout.close()
    return killed


def count(company, column, *conditions):
    with company.acting("system"):
        return session().execute(sa.select(sa.func.count(column)).where(*conditions)).scalar_one()


def expect_everything_once(company, customers, tickets):
    about = Notification.about_entity == "customer"
    with company.acting("system"):
        told = list(session().scalars(sa.select(Notification.about_id).where(about)))
        held = dict(session().execute(sa.select(Ticket.owner_id, sa.func.count()).group_by(Ticket.owner_id)).all())
        given = [row.record_id for row in session().scalars(sa.select(DomainEvent).where(
            DomainEvent.entity == "ticket", DomainEvent.kind == "update")) if "owner" in row.changes]
        states = set(session().scalars(sa.select(JobRun.state)))
    assert len(told) == len(set(told)) == customers
    assert count(company, ReminderFire.id) == count(company, OutboxMessage.id) == customers
    most = tickets // 2 - 3
    assert held == {company.ids["support1"]: most, company.ids["support2"]: most, None: tickets - 2 * most}
    assert len(given) == len(set(given)) == 2 * most
    # A run whose workers died again and again is given up; what it left is done by the next one.
    assert "done" in states
    assert states <= {"done", "dead"}


def test_two_killed_workers_lose_nothing_and_double_nothing(company):
    prepare(company, 60, 40)
    assert kill_again_and_again(company, 2, seed=1) >= 1
    expect_everything_once(company, 60, 40)


@pytest.mark.soak
def test_ten_killed_workers_lose_nothing_and_double_nothing(company):
    prepare(company, 600, 400)
    assert kill_again_and_again(company, 10, seed=2) >= 8
    expect_everything_once(company, 600, 400)
