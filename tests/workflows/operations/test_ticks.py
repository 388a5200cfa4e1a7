"""Rules of the clock: every matching record once per slot, however often the job is tried."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.desk.models import Notification
from app.kernel import clock
from app.kernel.database import session, unit
from app.workflows import runtime
from app.workflows.models import JobRun, Rule
from app.workflows.operations import engine, ticks
from app.workflows.operations.jobs import enqueue

SLOT = "2026-03-02T00:00:00+00:00"


@pytest.fixture
def patrol(company):
    """A tick rule that tells the owner of every customer in Wuhan; two of three customers are there."""
    with company.acting("system"), unit() as current:
        current.add(Rule(name="Patrol", entity="customer", trigger={"on": ["tick"]},
                         condition={"and": [{"field": "city", "operator": "eq", "value": "Wuhan"}]},
                         actions=[{"kind": "notify", "to": ["owner"], "text": "Visit"}]))
        current.add_all([Customer(name=name, city=city, owner_id=company.ids["sales1"])
                         for name, city in (("A", "Wuhan"), ("B", "Wuhan"), ("C", "Lhasa"))])
    return company


def told(company):
    with company.acting("system"):
        return session().execute(sa.select(sa.func.count(Notification.id))).scalar_one()


def tick(company, slot=SLOT):
    with company.app.app_context():
        return ticks.tick({"slot": slot})


def test_every_matching_record_is_met_once_per_slot(patrol, monkeypatch):
    monkeypatch.setattr(ticks, "BATCH", 1)
    assert tick(patrol) == 2
    assert tick(patrol) == 2
    assert told(patrol) == 2
    tick(patrol, "2026-03-03T00:00:00+00:00")
    assert told(patrol) == 4


def test_the_slot_of_the_run_is_kept_by_every_try(patrol):
    with patrol.acting("system"), clock.at(dt.datetime.fromisoformat(SLOT)), unit():
        enqueue("rules_tick")
    with clock.at(dt.datetime.fromisoformat(SLOT) + dt.timedelta(minutes=1)):
        runtime.work_until_idle(patrol.app)
        with patrol.acting("system"), unit() as current:
            run = current.scalars(sa.select(JobRun)).one()
            assert (run.state, run.handled) == ("done", 2)
            run.state, run.due_at = "queued", clock.now()
        runtime.work_until_idle(patrol.app)
    assert told(patrol) == 2


def test_a_broken_rule_of_the_clock_is_told_and_stops_no_other(patrol, monkeypatch):
    with patrol.acting("system"), unit() as current:
        current.add(Rule(name="Broken", entity="customer", trigger={"on": ["tick"]}, condition={"and": []}, order=-1,
                         actions=[{"kind": "set_field", "field": "city", "value": "X"}]))
    carry_out = engine.carry_out
    monkeypatch.setattr(engine, "carry_out",
                        lambda rule, *rest: 1 / 0 if rule.name == "Broken" else carry_out(rule, *rest))
    with pytest.raises(RuntimeError, match=r"3 failed: rule \d+: ZeroDivisionError"):
        tick(patrol)
    assert told(patrol) == 2


def test_a_rule_that_cannot_be_asked_is_told_and_stops_no_other(patrol, monkeypatch):
    bound = ticks.bound_condition
    with patrol.acting("system"), unit() as current:
        current.add(Rule(name="Odd", entity="customer", trigger={"on": ["tick"]}, condition={"and": []},
                         actions=[{"kind": "stop"}]))
    monkeypatch.setattr(ticks, "bound_condition",
                        lambda rule, model: {}["gone"] if rule.name == "Odd" else bound(rule, model))
    with pytest.raises(RuntimeError, match="KeyError"):
        tick(patrol)
    assert told(patrol) == 2
