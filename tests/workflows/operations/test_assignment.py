"""Tickets find agents: by queue, skill, absence and capacity; racing processes give none twice."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.kernel import clock
from app.kernel.bulk import add_rows
from app.kernel.database import session, unit
from app.support.models import Ticket, TicketCategory
from app.workflows import runtime
from app.workflows.models import Agent, Queue, RuleRun, Skill
from app.workflows.operations import assignment, engine

ROOT = Path(__file__).parents[3]
RACER = """
import sys
from app import create_app
from app.workflows.operations import assignment
from config import load
app = create_app(load())
with app.app_context():
    print(assignment.drain({}))
"""


@pytest.fixture
def desk(company):
    """Two queues by category; support1 and support2 serve both."""
    with company.acting("system"), unit() as current:
        service = current.scalars(sa.select(Queue).where(Queue.is_default)).one()
        technicians = current.scalars(sa.select(Queue).where(~Queue.is_default)).one()
        quality = TicketCategory(name="Quality", queue_id=technicians.id)
        attitude = TicketCategory(name="Attitude", queue_id=service.id)
        current.add_all([quality, attitude])
        current.flush()
        current.add(TicketCategory(name="Scratches", parent_id=quality.id))
        for name in ("support1", "support2"):
            current.add(Agent(user_id=company.ids[name], capacity=5, queues=[service, technicians]))
    return company


def make_tickets(company, count, **values):
    with company.acting("system"), unit():
        rows = [{"subject": f"T{number}", "priority": "normal", **values} for number in range(count)]
        return add_rows(Ticket, rows).done


def owners(company):
    with company.acting("system"):
        return dict(session().execute(sa.select(Ticket.id, Ticket.owner_id)).all())


def drain(company):
    with company.app.app_context():
        return assignment.drain({})


def category(company, name):
    with company.acting("system"):
        return session().scalars(sa.select(TicketCategory.id).where(TicketCategory.name == name)).one()


def test_the_load_is_shared_and_capacity_is_never_passed(desk):
    make_tickets(desk, 14)
    assert drain(desk) == 10
    held = list(owners(desk).values())
    assert held.count(desk.ids["support1"]) == 5
    assert held.count(desk.ids["support2"]) == 5
    assert held.count(None) == 4
    assert drain(desk) == 0


def test_a_ticket_goes_to_the_queue_of_its_category_or_of_the_one_above(desk):
    with desk.acting("system"), unit() as current:
        technician = current.scalars(sa.select(Agent).where(Agent.user_id == desk.ids["support2"])).one()
        technician.queues = list(current.scalars(sa.select(Queue).where(~Queue.is_default)))
        other = current.scalars(sa.select(Agent).where(Agent.user_id == desk.ids["support1"])).one()
        other.queues = list(current.scalars(sa.select(Queue).where(Queue.is_default)))
    scratches, = make_tickets(desk, 1, category=category(desk, "Scratches"))
    rude, = make_tickets(desk, 1, category=category(desk, "Attitude"))
    drain(desk)
    assert owners(desk) == {scratches: desk.ids["support2"], rude: desk.ids["support1"]}


def test_who_is_absent_or_lacks_the_skill_gets_nothing(desk):
    with desk.acting("system"), unit() as current:
        german = Skill(name="German")
        current.add(german)
        current.flush()
        current.scalars(sa.select(Queue).where(Queue.is_default)).one().skills = [german]
        for agent in current.scalars(sa.select(Agent)):
            if agent.user_id == desk.ids["support2"]:
                agent.skills = [german]
    ticket, = make_tickets(desk, 1)
    drain(desk)
    assert owners(desk)[ticket] == desk.ids["support2"]
    with desk.acting("system"), unit() as current:
        agent = current.scalars(sa.select(Agent).where(Agent.user_id == desk.ids["support2"])).one()
        agent.absent_from = clock.now()
    waiting, = make_tickets(desk, 1)
    drain(desk)
    assert owners(desk)[waiting] is None
    with desk.acting("system"):
        note = session().scalars(sa.select(Ticket.assignment_note).where(Ticket.id == waiting)).one()
        assert note


def test_a_new_ticket_is_assigned_by_the_rule_when_the_worker_meets_its_event(desk):
    ticket, = make_tickets(desk, 1)
    with desk.app.app_context():
        assert engine.handle_all() >= 1
    assert owners(desk)[ticket] in (desk.ids["support1"], desk.ids["support2"])
    with desk.acting("system"):
        run = session().scalars(sa.select(RuleRun).where(RuleRun.record_id == ticket, RuleRun.fired)).first()
        assert run.why
        assert run.result


def test_urgent_comes_before_old(desk):
    old = make_tickets(desk, 10)
    urgent = make_tickets(desk, 2, priority="urgent")
    drain(desk)
    held = owners(desk)
    assert all(held[ticket] is not None for ticket in urgent)
    assert sum(held[ticket] is None for ticket in old) == 2


def race(company, tickets, processes):
    make_tickets(company, tickets)
    with company.acting("system"), unit() as current:
        for agent in current.scalars(sa.select(Agent)):
            agent.capacity = tickets // 2 - 5
    settings = company.app.config
    environ = {"CRM_ENV": "test", "DATABASE_URL": settings["DATABASE_URL"], "PATH": "/usr/bin:/bin",
               "CRM_INSTANCE_DIR": settings["CRM_INSTANCE_DIR"]}
    racers = [subprocess.Popen([sys.executable, "-c", RACER], cwd=ROOT, env=environ, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True) for _ in range(processes)]
    answers = [racer.communicate(timeout=300) for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * processes, answers
    given = sum(int(out) for out, _errors in answers)
    held = list(owners(company).values())
    assert given == sum(owner is not None for owner in held) == 2 * (tickets // 2 - 5)
    assert held.count(company.ids["support1"]) == held.count(company.ids["support2"]) == tickets // 2 - 5


def test_racing_processes_give_no_ticket_twice_and_fill_nobody_over(desk):
    race(desk, 200, 2)


@pytest.mark.soak
def test_four_processes_race_over_two_thousand_tickets(desk):
    race(desk, 2000, 4)


def test_the_backlog_drains_by_the_clock(desk):
    import datetime as dt

    make_tickets(desk, 4)
    with clock.at(clock.now() + dt.timedelta(minutes=5)):
        assert runtime.turn_once(desk.app) >= 1
        runtime.work_until_idle(desk.app)
    assert all(owner is not None for owner in owners(desk).values())
