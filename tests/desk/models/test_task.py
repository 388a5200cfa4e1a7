"""Tasks under the laws of the kernel: one holder, rights through what they are about, deleted with it."""

import datetime as dt

import pytest

from app.customers.models import Customer
from app.desk.models import Task
from app.kernel import clock
from app.kernel.errors import NotAllowed, RuleError
from tests.desk.records import add, delete, edit, of, restore, visible_ids

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def customer(company):
    """A customer of sales1."""
    return add(company, Customer, name="Acme", owner=company.ids["sales1"])


def problems(refused):
    return {name: str(each) for name, each in refused.value.problems.items()}


def test_a_task_belongs_to_its_assignee_and_to_his_team(company):
    task = add(company, Task, subject="Call", assignee=company.ids["sales2"])
    assert of(company, Task, task, "owner_id", "assignee_id", "team_id") == (
        company.ids["sales2"], company.ids["sales2"], company.teams["West"])


def test_without_an_assignee_it_belongs_to_who_made_it(company):
    task = add(company, Task, "sales1", subject="Call")
    assert of(company, Task, task, "owner_id", "assignee_id") == (company.ids["sales1"],) * 2


def test_assigning_it_moves_owner_assignee_and_team_together(company):
    task = add(company, Task, subject="Call", assignee=company.ids["sales1"])
    edit(company, Task, task, owner=company.ids["sales2"])
    assert of(company, Task, task, "assignee_id", "team_id") == (company.ids["sales2"], company.teams["West"])
    edit(company, Task, task, assignee=company.ids["support1"])
    assert of(company, Task, task, "owner_id", "team_id") == (company.ids["support1"], company.teams["Service"])


def test_a_task_knows_entity_and_number_of_what_it_is_about(company, customer):
    task = add(company, Task, subject="Call", about=f"customer:{customer}")
    assert of(company, Task, task, "about_entity", "about_id") == ("customer", customer)
    edit(company, Task, task, about=None)
    assert of(company, Task, task, "about_entity", "about_id") == (None, None)


def test_who_may_read_the_customer_may_read_the_task_about_it(company, customer):
    task = add(company, Task, subject="Call", about=f"customer:{customer}", assignee=company.ids["manager"])
    assert visible_ids(company, "sales1", Task) == [task]
    assert visible_ids(company, "sales2", Task) == []
    assert visible_ids(company, "manager", Task) == [task]


def test_who_only_reads_the_task_does_not_edit_it(company, customer):
    task = add(company, Task, subject="Call", about=f"customer:{customer}", assignee=company.ids["manager"])
    with pytest.raises(NotAllowed):
        edit(company, Task, task, "sales1", subject="Changed")


def test_a_task_cannot_be_about_what_its_maker_may_not_read(company, customer):
    with pytest.raises(RuleError) as refused:
        add(company, Task, "sales2", subject="Spy", about=f"customer:{customer}")
    assert problems(refused) == {"about": "This does not exist, or you may not use it."}


@pytest.mark.parametrize("about", ["customer:999999", "unicorn:1", "notification:1", "audit_entry:1", "task:1"])
def test_a_task_cannot_be_about_what_is_not_there_or_no_subject(company, about):
    add(company, Task, "sales1", subject="First")
    with pytest.raises(RuleError) as refused:
        add(company, Task, "sales1", subject="Second", about=about)
    assert list(refused.value.problems) == ["about"]


@pytest.mark.parametrize("about", ["customer", "customer:", ":5", "customer:0", "customer:-1", "5", "customer:x"])
def test_a_text_that_names_no_record_is_refused_in_words(company, about):
    with pytest.raises(RuleError) as refused:
        add(company, Task, subject="Call", about=about)
    assert "names no record" in problems(refused)["about"]


def test_tasks_go_to_the_bin_with_their_customer_and_come_back_with_it(company, customer):
    task = add(company, Task, subject="Call", about=f"customer:{customer}")
    other = add(company, Task, subject="Else")
    delete(company, Customer, customer)
    assert of(company, Task, task, "deleted_at") is not None
    assert of(company, Task, other, "deleted_at") is None
    restore(company, Customer, customer)
    assert of(company, Task, task, "deleted_at", "deleted_with") == (None, None)


def test_a_task_that_was_deleted_before_stays_deleted_when_the_customer_returns(company, customer):
    task = add(company, Task, subject="Call", about=f"customer:{customer}")
    delete(company, Task, task)
    delete(company, Customer, customer)
    restore(company, Customer, customer)
    assert of(company, Task, task, "deleted_at") is not None


def test_a_task_keeps_the_time_at_which_it_was_done(company):
    with clock.at(NOON):
        task = add(company, Task, subject="Call", status="done")
    edit(company, Task, task, subject="Called")
    assert of(company, Task, task, "done_at") == NOON
    edit(company, Task, task, status="open")
    assert of(company, Task, task, "done_at") is None


def test_a_reminder_after_the_due_time_is_refused(company):
    with pytest.raises(RuleError) as refused:
        add(company, Task, subject="Call", due_at=NOON, remind_at=NOON + dt.timedelta(minutes=1))
    assert list(refused.value.problems) == ["remind_at"]
