"""Who gets a task from somebody else is told, once, in his language."""

import pytest

from app.desk.models import Notification, Task
from app.kernel.actor import under
from app.kernel.bulk import add_rows, change_rows
from app.security.models import UserProfile
from tests.desk.records import add, by, edit, stored


def told(company):
    """(user id, title, about) of every notice."""
    return stored(company, Notification, "user_id", "title", "about")


def test_the_assignee_of_a_new_task_is_told(company):
    task = add(company, Task, "admin", subject="Call Acme", assignee=company.ids["sales1"])
    assert told(company) == [(company.ids["sales1"], "Task for you: Call Acme", f"task:{task}")]


def test_nobody_is_told_of_his_own_task(company):
    add(company, Task, "sales1", subject="Call Acme")
    assert told(company) == []


@pytest.mark.parametrize("status", ["done", "cancelled"])
def test_nobody_is_told_of_a_task_that_is_over(company, status):
    add(company, Task, "admin", subject="Call", assignee=company.ids["sales1"], status=status)
    assert told(company) == []


def test_a_change_that_leaves_the_assignee_tells_nobody(company):
    task = add(company, Task, "sales1", subject="Call")
    edit(company, Task, task, "admin", subject="Call again")
    assert told(company) == []


def test_every_handing_over_is_told(company):
    task = add(company, Task, "sales1", subject="Call")
    for name in ("sales2", "sales1", "sales2"):
        edit(company, Task, task, "admin", assignee=company.ids[name])
    assert [user for user, _, _ in told(company)] == [company.ids[name] for name in ("sales2", "sales1", "sales2")]


def test_several_tasks_at_once_make_one_notice(company):
    tasks = [add(company, Task, "sales1", subject=f"Call {number}") for number in range(3)]
    assigned = {each: {"assignee": company.ids["sales2"]} for each in tasks}
    by(company, "admin", lambda: change_rows(Task, assigned).insist())
    assert told(company) == [(company.ids["sales2"], "3 tasks were assigned to you.", None)]


def test_what_an_import_creates_is_told_to_nobody(company):
    def load():
        with under(batch_id=7):
            add_rows(Task, [{"subject": "Call", "assignee": company.ids["sales1"]}]).insist()

    by(company, "admin", load)
    assert told(company) == []


def test_a_bulk_assignment_is_told_although_it_is_a_batch(company):
    task = add(company, Task, "sales1", subject="Call")

    def assign():
        with under(batch_id=7):
            change_rows(Task, {task: {"owner": company.ids["sales2"]}}, verb="assign").insist()

    by(company, "admin", assign)
    assert [user for user, _, _ in told(company)] == [company.ids["sales2"]]


def test_a_refused_change_tells_nobody(company):
    with pytest.raises(ZeroDivisionError):
        by(company, "admin", lambda: (add_rows(Task, [{"subject": "Call", "assignee": company.ids["sales1"]}]), 1 / 0))
    assert told(company) == []


def test_the_notice_speaks_the_language_of_its_reader(company, monkeypatch):
    (profile,) = stored(company, UserProfile, "id", where=UserProfile.user_id == company.ids["sales1"])
    edit(company, UserProfile, profile, locale="zh")
    spoken = []
    monkeypatch.setattr("app.desk.operations.notices.in_language",
                        lambda title, language: spoken.append(language) or str(title))
    add(company, Task, "admin", subject="Call", assignee=company.ids["sales1"])
    assert spoken == ["zh"]
