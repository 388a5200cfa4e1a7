"""The rows with which automation begins: made once, and never again over what an admin made of them."""

import sqlalchemy as sa

from app.kernel import clock
from app.kernel.database import session, unit
from app.workflows.models import Queue, ReminderStep, Rule, Schedule, WinBackPlan
from app.workflows.operations.defaults import make_defaults
from app.workflows.operations.jobs import known_jobs

MODELS = (Queue, Rule, Schedule, ReminderStep, WinBackPlan)


def counts(company):
    with company.acting("system"):
        return [session().execute(sa.select(sa.func.count(model.id))).scalar_one() for model in MODELS]


def test_defaults_are_made_once_and_stay_as_an_admin_leaves_them(company):
    before = counts(company)
    assert before == [2, 1, 9, 9, 3]
    with company.acting("system"), unit() as current:
        current.scalars(sa.select(Rule)).one().name = "Mine"
        make_defaults()
    assert counts(company) == before


def test_every_default_schedule_names_a_job_that_is_known(company):
    with company.acting("system"):
        assert set(session().scalars(sa.select(Schedule.job))) <= set(known_jobs())


def test_a_job_of_a_later_release_gets_its_schedule_and_a_deleted_one_stays_deleted(company):
    with company.acting("system"), unit() as current:
        current.execute(sa.delete(Schedule.__table__).where(Schedule.__table__.c.job == "snapshots"))
        current.scalars(sa.select(Schedule).where(Schedule.job == "churn")).one().deleted_at = clock.now()
    with company.acting("system"), unit():
        make_defaults()
    with company.acting("system"):
        jobs = list(session().scalars(sa.select(Schedule.job)))
    assert jobs.count("snapshots") == 1
    assert "churn" not in jobs


def test_the_steps_are_day_three_five_and_seven_for_leads_opportunities_and_customers(company):
    with company.acting("system"):
        rows = session().execute(sa.select(ReminderStep.entity, ReminderStep.day, ReminderStep.audience)).all()
    assert {tuple(row) for row in rows} == {
        (entity, day, audience) for entity in ("lead", "opportunity", "customer")
        for day, audience in ((3, "owner"), (5, "owner"), (7, "manager"))}
