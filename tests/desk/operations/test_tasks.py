"""Finishing tasks and taking them up again."""

import pytest

from app.desk.models import Task
from app.desk.operations import finish, reopen
from app.kernel.errors import NotAllowed
from tests.desk.records import add, by, of


@pytest.fixture
def tasks(company):
    """Two tasks of sales1."""
    return [add(company, Task, subject=subject, assignee=company.ids["sales1"]) for subject in ("Call", "Write")]


def statuses(company, tasks):
    return [of(company, Task, task, "status") for task in tasks]


def test_several_tasks_are_done_at_once_and_reopened(company, tasks):
    assert str(by(company, "sales1", finish, tasks, {})) == "2 done."
    assert statuses(company, tasks) == ["done", "done"]
    assert str(by(company, "sales1", reopen, tasks, {})) == "2 reopened."
    assert statuses(company, tasks) == ["open", "open"]


@pytest.mark.parametrize("action", [finish, reopen])
def test_another_persons_tasks_are_not_touched(company, tasks, action):
    with pytest.raises(NotAllowed):
        by(company, "sales1b", action, tasks, {})
    assert statuses(company, tasks) == ["open", "open"]


def test_if_one_is_out_of_reach_none_is_done(company, tasks):
    foreign = add(company, Task, subject="Theirs", assignee=company.ids["sales2"])
    with pytest.raises(NotAllowed):
        by(company, "sales1", finish, [*tasks, foreign], {})
    assert statuses(company, [*tasks, foreign]) == ["open"] * 3


def test_finishing_twice_changes_nothing(company, tasks):
    by(company, "sales1", finish, tasks, {})
    version = of(company, Task, tasks[0], "version", "done_at")
    by(company, "sales1", finish, tasks, {})
    assert of(company, Task, tasks[0], "version", "done_at") == version
