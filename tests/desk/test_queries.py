"""Named reads: what is at the bell, which file may be read, which file is still named."""

import pytest

from app.customers.models import Customer
from app.desk import queries
from app.desk.models import Attachment, Notification
from app.kernel.errors import Missing
from tests.desk.records import add, delete, visible_ids


@pytest.fixture
def customer(company):
    """A customer of sales1."""
    return add(company, Customer, name="Acme", owner=company.ids["sales1"])


def attach(company, customer, owner, digest="a" * 64):
    """A file of the customer that belongs to the named person."""
    return add(company, Attachment, name="a.txt", about=f"customer:{customer}", mime="text/plain", size=1,
               digest=digest, owner=company.ids[owner])


def read(company, who, attachment):
    with company.acting(who):
        return queries.readable_attachment(attachment).id


def test_a_file_is_read_by_its_owner_while_he_reads_the_record(company, customer):
    attachment = attach(company, customer, "sales1")
    assert read(company, "sales1", attachment) == attachment


def test_the_owner_of_a_file_loses_it_with_the_record(company, customer):
    attachment = attach(company, customer, "sales2")
    assert visible_ids(company, "sales2", Attachment) == [attachment]
    with pytest.raises(Missing):
        read(company, "sales2", attachment)


def test_who_reads_neither_row_nor_record_finds_nothing(company, customer):
    attachment = attach(company, customer, "sales1")
    with pytest.raises(Missing):
        read(company, "sales2", attachment)


def test_who_holds_no_right_on_the_entity_finds_nothing(company):
    with company.acting("marketing") as actor:
        assert not actor.may("read", "opportunity")
        with pytest.raises(Missing):
            queries.require_subject(Attachment(about="opportunity:1"))


@pytest.mark.parametrize("about", [None, "nonsense", "unicorn:5", "setting:999"])
def test_a_file_about_nothing_is_nobodys(company, about):
    with company.acting("admin"), pytest.raises(Missing):
        queries.require_subject(Attachment(about=about))


def test_a_file_in_the_bin_is_not_read(company, customer):
    attachment = attach(company, customer, "sales1")
    delete(company, Attachment, attachment)
    with pytest.raises(Missing):
        read(company, "sales1", attachment)


def test_a_digest_is_in_use_also_in_the_bin_and_also_for_who_may_not_read_it(company, customer):
    attachment = attach(company, customer, "sales1", "b" * 64)
    delete(company, Attachment, attachment)
    with company.acting("sales2"):
        assert queries.digests_in_use(["a" * 64, "b" * 64]) == {"b" * 64}


def test_an_unread_notice_counts_once_for_its_user(company):
    add(company, Notification, user=company.ids["sales1"], kind="info", title="x")
    with company.acting("sales1") as actor:
        assert queries.unread_count(actor.id) == 1
        assert queries.unread_count(company.ids["sales2"]) == 0
