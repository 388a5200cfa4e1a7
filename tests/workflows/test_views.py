"""Screens of automation: an admin's, with what ran, what comes next, and a hand on the clock."""

import pytest
import sqlalchemy as sa

from app.kernel.database import session
from app.workflows.models import JobRun, Schedule

PAGES = ["rule", "rule_run", "queue", "skill", "agent", "schedule", "job_run", "reminder_step", "win_back_plan",
         "churn_alert"]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_list_and_form_of_automation_opens_for_an_admin(company):
    browser = company.browser("admin")
    for entity in PAGES:
        assert browser.get(f"/{entity}/list/").status_code == 200, entity
        if entity not in ("rule_run", "job_run"):
            assert browser.get(f"/{entity}/add").status_code == 200, entity


def test_a_schedule_can_be_run_now_by_an_admin_and_by_nobody_else(company):
    with company.acting("system"):
        pk = session().scalars(sa.select(Schedule.id).where(Schedule.job == "upkeep")).one()
    assert company.browser("sales1").post(f"/schedule/act/run_now/{pk}").status_code in (302, 403, 404)
    with company.acting("system"):
        assert session().scalars(sa.select(JobRun.job)).all() == []
    company.browser("admin").post(f"/schedule/act/run_now/{pk}")
    with company.acting("system"):
        run = session().scalars(sa.select(JobRun)).one()
        assert (run.job, run.schedule_id, run.state) == ("upkeep", pk, "queued")


def test_the_log_of_jobs_cannot_be_written_by_anybody(company):
    browser = company.browser("admin")
    assert browser.get("/job_run/add").status_code == 404
    assert browser.post("/rule_run/delete/1").status_code == 404
