"""Rows of automation are judged when they are saved, on whatever way."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel import clock
from app.kernel.database import session, unit
from app.kernel.errors import RuleError
from app.workflows.models import Agent, ChurnAlert, ReminderStep, Rule, Schedule
from app.workflows.models.jobs import shaped

NOW = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)
TELL = [{"kind": "notify", "to": ["owner"], "text": "x"}]


def problems(company, row):
    with company.acting("system"), pytest.raises(RuleError) as refused, unit() as current:
        current.add(row)
    return set(refused.value.problems)


def a_rule(**values):
    return Rule(**{"name": "R", "entity": "customer", "trigger": {"on": ["created"]}, "condition": {"and": []},
                   "actions": TELL, **values})


@pytest.mark.parametrize(("wrong", "field"), [
    ({"entity": "nothing"}, "entity"), ({"trigger": {"on": ["sometimes"]}}, "trigger"), ({"actions": []}, "actions"),
    ({"condition": {"and": [{"field": "gone", "operator": "eq", "value": 1}]}}, "condition"),
    ({"actions": [{"kind": "assign", "to": "agent"}]}, "actions")])
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(company, wrong, field):
    assert problems(company, a_rule(**wrong)) == {field}


def test_only_a_rule_about_tickets_may_give_them_to_the_next_agent(company):
    with company.acting("system"), unit() as current:
        current.add(a_rule(entity="ticket", actions=[{"kind": "assign", "to": "agent"}]))


@pytest.mark.parametrize(("wrong", "field"), [
    ({"kind": "daily", "at": "25:00"}, "at"), ({"kind": "every"}, "minutes"), ({"zone": "Mars/Olympus"}, "zone"),
    ({"kind": "cron", "expression": "at noon"}, "expression")])
def test_a_schedule_that_never_comes_is_refused_at_its_field(company, wrong, field):
    row = Schedule(**{"name": "S", "job": "upkeep", "kind": "daily", "at": "09:00", "zone": "Asia/Shanghai", **wrong})
    assert field in problems(company, row)


def test_weekdays_are_read_from_text_and_what_is_missing_is_left_out():
    row = {"kind": "weekly", "zone": "UTC", "at": "09:00", "weekdays": "0, 2,x", "day": None, "expression": ""}
    assert shaped(row) == {"kind": "weekly", "zone": "UTC", "at": "09:00", "weekdays": [0, 2, "x"]}


def test_an_absence_ends_after_it_begins(company):
    row = Agent(user_id=company.ids["support1"], capacity=1, absent_from=NOW, absent_until=NOW)
    assert problems(company, row) == {"absent_until"}


@pytest.mark.parametrize(("values", "absent"), [
    ({}, False), ({"active": False}, True), ({"absent_from": NOW}, True),
    ({"absent_from": NOW + dt.timedelta(days=1)}, False), ({"absent_until": NOW + dt.timedelta(days=1)}, True),
    ({"absent_until": NOW}, False), ({"absent_from": NOW - dt.timedelta(days=2), "absent_until": NOW}, False)])
def test_an_agent_is_absent_between_the_moments_or_when_switched_off(values, absent):
    with clock.at(NOW):
        assert Agent(**{"active": True, **values}).is_absent() is absent


def test_a_step_of_reminders_has_a_day_and_an_audience(company):
    assert problems(company, ReminderStep(entity="lead", day=0)) == {"day"}


def test_an_alert_reopened_has_no_time_of_closing_any_more(company):
    with company.acting("system"), unit() as current:
        customer = Customer(name="Acme")
        current.add(customer)
        current.flush()
        current.add(ChurnAlert(customer_id=customer.id, score=80))
    for status, closed in (("dismissed", True), ("in_progress", False)):
        with company.acting("system"), unit() as current:
            current.scalars(sa.select(ChurnAlert)).one().status = status
        with company.acting("system"):
            assert (session().scalars(sa.select(ChurnAlert.closed_at)).one() is not None) is closed


@pytest.mark.parametrize(("weekdays", "shape"), [
    ("0", [0]), ("6, 0 ,3", [6, 0, 3]), ("²", ["²"]), ("-1", ["-1"]), ("mon,1", ["mon", 1]), (",,", None), ("", None),
    (None, None), ("1.5", ["1.5"]), ("9" * 30, [int("9" * 30)])])
def test_weekdays_are_numbers_where_they_are_written_as_such(weekdays, shape):
    assert shaped({"kind": "weekly", "weekdays": weekdays}).get("weekdays") == shape


@pytest.mark.parametrize("weekdays", ["²", "0", "8", "-1", "mon", "9" * 30, ""])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_schedule_on_a_day_that_no_week_has_is_refused(company, weekdays):
    assert problems(company, Schedule(name="S", job="upkeep", kind="weekly", zone="UTC", at="09:00",
                                      weekdays=weekdays)) == {"weekdays"}
