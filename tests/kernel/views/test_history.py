"""What happened to a record, within the reader's rights."""

from dataclasses import replace

import sqlalchemy as sa

from app.customers.models import Customer, Industry
from app.desk.models import Task
from app.kernel.database import session
from app.kernel.views.history import history
from app.sales.models import Opportunity
from tests.desk.records import add, delete, edit
from tests.kernel.counting import counted


def read(desk, user, model, record_id, before_id=None):
    """The entries for the user, each as kind, who and {label: (before, after)}."""
    with desk.app.test_request_context("/?_l_=en"), desk.acting(user) as actor:
        record = session().scalars(sa.select(model).where(model.id == record_id)).one()
        return [(entry.id, entry.kind, entry.who, {str(label): (before, after) for label, before, after in entry.lines})
                for entry in history(actor, record, before_id)]


def test_the_latest_change_comes_first_in_words(desk):
    edit(desk, Customer, desk.mine, "sales1", city="Shanghai", owner=desk.ids["sales1"])
    (_, kind, who, lines), (_, first, _, made) = read(desk, "sales1", Customer, desk.mine)
    assert (kind, who, first) == ("update", "sales1", "create")
    assert lines["City"] == ("Wuhan", "Shanghai")
    assert made["Industry"] == ("", "Steel")
    assert made["Tags"] == ("", "vip")


def test_a_masked_field_stays_masked_in_its_history(desk):
    edit(desk, Customer, desk.mine, "sales1", phone="13900139000")
    lines = read(desk, "analyst", Customer, desk.mine)[0][3]
    assert lines["Phone"] == ("•••", "•••")
    assert read(desk, "sales1", Customer, desk.mine)[0][3]["Phone"] == ("13800138000", "13900139000")


def test_a_strangers_record_is_locked_and_a_deleted_one_named(desk):
    assert read(desk, "sales1", Opportunity, desk.crossed)[-1][3]["Customer"] == ("", "Locked")
    assert read(desk, "manager", Opportunity, desk.crossed)[-1][3]["Customer"] == ("", "Zenith")
    edit(desk, Customer, desk.mine, industry=None)
    delete(desk, Industry, desk.industry)
    assert read(desk, "sales1", Customer, desk.mine)[0][3]["Industry"] == ("Steel", "")


def test_older_entries_are_read_from_an_entry_on(desk):
    edit(desk, Customer, desk.mine, city="Shanghai")
    latest, first = read(desk, "sales1", Customer, desk.mine)
    assert read(desk, "sales1", Customer, desk.mine, latest[0]) == [first]


def test_a_history_costs_two_statements_however_many_kinds_it_names(desk):
    with desk.app.test_request_context(), desk.acting("sales1") as actor:
        record = session().scalars(sa.select(Customer).where(Customer.id == desk.mine)).one()
        with counted(desk.app) as count:
            assert history(actor, record)
        assert len(count) == 2


def test_what_a_task_was_about_is_named_for_who_may_read_it(desk):
    task = add(desk, Task, "manager", subject="Call", about=f"customer:{desk.theirs}", assignee=desk.ids["sales1"])
    assert read(desk, "manager", Task, task)[0][3]["About"] == ("", "Zenith")
    assert read(desk, "sales1", Task, task)[0][3]["About"] == ("", "Locked")
    edit(desk, Task, task, "admin", about=f"customer:{desk.mine}")
    assert read(desk, "sales1", Task, task)[0][3]["About"] == ("Locked", "Acme")


def test_a_hidden_field_has_no_line_in_the_history(desk):
    with desk.app.test_request_context("/?_l_=en"), desk.acting("sales1") as actor:
        record = session().scalars(sa.select(Customer).where(Customer.id == desk.mine)).one()
        (entry,) = history(replace(actor, columns={("customer", "city"): "hide"}, made={}), record)
    labels = {str(label) for label, _before, _after in entry.lines}
    assert "City" not in labels
    assert "Industry" in labels
