"""Attachments as rows: read through their record, renamed harmlessly, deleted with it."""

import pytest

from app.customers.models import Customer
from app.desk.models import Attachment, Task
from app.kernel.errors import NotAllowed, RuleError
from tests.desk.records import add, delete, edit, of, restore, visible_ids

FILE = {"mime": "text/plain", "size": 3, "digest": "a" * 64}


@pytest.fixture
def customer(company):
    """A customer of sales1."""
    return add(company, Customer, name="Acme", owner=company.ids["sales1"])


@pytest.fixture
def attachment(company, customer):
    """A file of that customer, uploaded by the administrator."""
    return add(company, Attachment, name="a.txt", about=f"customer:{customer}", owner=company.ids["admin"], **FILE)


def test_a_file_is_read_by_those_who_read_its_record(company, attachment):
    assert visible_ids(company, "sales1", Attachment) == [attachment]
    assert visible_ids(company, "support1", Attachment) == [attachment]
    assert visible_ids(company, "sales2", Attachment) == []


def test_a_file_needs_a_record(company):
    with pytest.raises(RuleError) as refused:
        add(company, Attachment, name="a.txt", **FILE)
    assert list(refused.value.problems) == ["about"]


def test_a_file_of_a_task_is_read_by_those_who_read_the_task(company, customer):
    task = add(company, Task, subject="Call", about=f"customer:{customer}", assignee=company.ids["manager"])
    attachment = add(company, Attachment, name="a.txt", about=f"task:{task}", owner=company.ids["admin"], **FILE)
    assert visible_ids(company, "sales1", Attachment) == [attachment]
    assert visible_ids(company, "sales2", Attachment) == []


def test_a_file_cannot_be_moved_to_a_record_that_the_mover_may_not_read(company, customer):
    foreign = add(company, Customer, name="Other", owner=company.ids["sales2"])
    own = add(company, Attachment, "sales1", name="a.txt", about=f"customer:{customer}", **FILE)
    with pytest.raises(RuleError) as refused:
        edit(company, Attachment, own, "sales1", about=f"customer:{foreign}")
    assert list(refused.value.problems) == ["about"]


def test_only_the_uploader_renames_a_file(company, customer, attachment):
    with pytest.raises(NotAllowed):
        edit(company, Attachment, attachment, "sales1", name="b.txt")


def test_a_new_name_becomes_a_label_too(company, attachment):
    edit(company, Attachment, attachment, name="../../b\u202e.txt")
    assert of(company, Attachment, attachment, "name") == "b.txt"


def test_files_go_to_the_bin_with_their_record_and_come_back_with_it(company, customer, attachment):
    delete(company, Customer, customer)
    assert of(company, Attachment, attachment, "deleted_at") is not None
    restore(company, Customer, customer)
    assert of(company, Attachment, attachment, "deleted_at") is None
