"""Tasks under the laws of the kernel: one holder, rights through what they are about, deleted with it."""

import datetime as dt

import pytest

from app.customers.models import Customer
from app.desk.models import Task
from app.kernel import clock
from app.kernel.actor import SYSTEM
from app.kernel.bulk import change_rows
from app.kernel.errors import NotAllowed, RuleError
from tests.desk.records import add, by, delete, edit, of, restore, visible_ids

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


@pytest.mark.parametrize(("who", "colleague"), [("sales1", "sales2"), ("sales1", "support1"), ("support1", "sales1"),
                                                ("marketing", "sales2"), ("analyst", "sales1"),
                                                ("manager", "support1")])
def test_a_task_may_be_created_for_a_colleague_of_any_team_and_is_followed_by_its_maker(company, who, colleague):
    task = add(company, Task, who, subject="Please help", assignee=company.ids[colleague])
    assert of(company, Task, task, "owner_id", "created_by_id") == (company.ids[colleague], company.ids[who])
    assert visible_ids(company, who, Task) == [task]
    assert visible_ids(company, colleague, Task) == [task]


def test_a_task_given_away_is_read_by_nobody_else(company):
    add(company, Task, "sales1", subject="Please help", assignee=company.ids["support1"])
    assert [name for name in ("sales1b", "sales2", "support2", "viewer") if visible_ids(company, name, Task)] == []


def test_who_asked_for_a_task_does_not_edit_or_delete_it_but_passes_it_on(company):
    task = add(company, Task, "sales1", subject="Please help", assignee=company.ids["support1"])
    for refused in (lambda: edit(company, Task, task, "sales1", subject="Hurry"),
                    lambda: delete(company, Task, task, "sales1")):
        with pytest.raises(NotAllowed):
            refused()
    for holder in ("support2", "sales1"):
        assign = {task: {"assignee": company.ids[holder]}}
        by(company, "sales1", lambda wanted: change_rows(Task, wanted, verb="assign").insist(), assign)
        assert of(company, Task, task, "owner_id") == company.ids[holder]


def test_a_task_of_another_maker_is_not_handed_on(company):
    task = add(company, Task, "sales1", subject="Please help", assignee=company.ids["support1"])
    with pytest.raises(NotAllowed):
        edit(company, Task, task, "support1", assignee=company.ids["sales2"])


def test_nobody_says_that_he_made_the_task_of_another(company):
    task = add(company, Task, "sales2", subject="Mine")
    with pytest.raises(NotAllowed):
        by(company, "sales1", lambda: change_rows(Task, {task: {"assignee": company.ids["sales1"]}},
                                                  verb="assign").insist())
    assert of(company, Task, task, "owner_id", "created_by_id") == (company.ids["sales2"],) * 2


def test_a_viewer_gives_nobody_a_task(company):
    with pytest.raises(NotAllowed):
        add(company, Task, "viewer", subject="Please help", assignee=company.ids["sales1"])


def test_without_a_user_nobody_made_a_task():
    assert Task.named_scopes["made"](Task, SYSTEM) is None
