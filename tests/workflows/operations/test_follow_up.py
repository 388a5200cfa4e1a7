"""Reminders: once, to the right person, in the app and by mail; a new contact cancels the rest."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Customer, Interaction
from app.desk.models import Notification, Task
from app.kernel import clock
from app.kernel.database import session, unit
from app.security.models import Team
from app.workflows.models import OutboxMessage
from app.workflows.operations import follow_up

START = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)  # Monday, 10:00 in Shanghai


@pytest.fixture
def neglected(company):
    """A customer of sales1 whom nobody contacts from START on; the manager leads the team above."""
    with company.acting("system"), clock.at(START), unit() as current:
        current.scalars(sa.select(Team).where(Team.name == "Sales")).one().manager_id = company.ids["manager"]
        customer = Customer(name="Acme", owner_id=company.ids["sales1"])
        current.add(customer)
        current.flush()
        return customer.id


def run_at(company, moment):
    with company.app.app_context(), clock.at(moment):
        return follow_up.remind({})


def told(company):
    with company.acting("system"):
        return sorted(session().execute(sa.select(Notification.owner_id, Notification.kind)).all())


def day(number, hour=1, minute=1):
    """Day `number` after START at 09:01 in Shanghai."""
    return START.replace(hour=hour, minute=minute) + dt.timedelta(days=number)


def test_day_three_and_five_the_owner_day_seven_the_manager(company, neglected):
    seller, boss = company.ids["sales1"], company.ids["manager"]
    assert run_at(company, day(2)) == 0
    assert run_at(company, day(3)) == 1
    assert run_at(company, day(3, hour=5)) == 0
    assert run_at(company, day(5)) == 1
    assert run_at(company, day(7)) == 1
    assert run_at(company, day(8)) == 0
    assert [tuple(row) for row in told(company)] == sorted(
        [(seller, "reminder"), (seller, "reminder"), (boss, "escalation")])


def test_a_new_contact_cancels_the_rest_and_begins_anew(company, neglected):
    assert run_at(company, day(3)) == 1
    with company.acting("sales1"), clock.at(day(4)), unit() as current:
        current.add(Interaction(kind="call", customer_id=neglected, happened_at=clock.now(), content="ok"))
    assert run_at(company, day(5)) == 0
    assert run_at(company, day(7, hour=1)) == 1
    assert len(told(company)) == 2


def test_whoever_is_met_late_gets_one_reminder_not_three(company, neglected):
    assert run_at(company, day(8)) == 2
    assert len(told(company)) == 2


def test_a_set_moment_reminds_once_and_moved_it_reminds_again(company):
    with company.acting("sales1"), clock.at(START), unit() as current:
        task = Task(subject="Call back", assignee_id=company.ids["sales1"], remind_at=START + dt.timedelta(hours=1))
        current.add(task)
        current.flush()
        pk = task.id
    assert run_at(company, START) == 0
    assert run_at(company, START + dt.timedelta(hours=1)) == 1
    assert run_at(company, START + dt.timedelta(hours=2)) == 0
    with company.acting("sales1"), clock.at(START), unit() as current:
        current.scalars(sa.select(Task).where(Task.id == pk)).one().remind_at = START + dt.timedelta(hours=3)
    assert run_at(company, START + dt.timedelta(hours=4)) == 1
    with company.acting("system"):
        keys = session().scalars(sa.select(OutboxMessage.key).where(OutboxMessage.channel == "email")).all()
        assert len(set(keys)) == len(keys) == 2


def test_a_done_task_is_not_reminded_of(company):
    with company.acting("sales1"), clock.at(START), unit() as current:
        current.add(Task(subject="Done", assignee_id=company.ids["sales1"], status="done",
                         remind_at=START + dt.timedelta(hours=1)))
    assert run_at(company, START + dt.timedelta(hours=2)) == 0


def test_who_wants_no_mail_gets_none(company, neglected):
    from app.security.models import UserProfile

    with company.acting("system"), unit() as current:
        for profile in current.scalars(sa.select(UserProfile)):
            profile.reminders_by_mail = False
    assert run_at(company, day(3)) == 1
    with company.acting("system"):
        assert session().scalars(sa.select(OutboxMessage.id)).all() == []
        assert len(told(company)) == 1
