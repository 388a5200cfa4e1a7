"""Named reads: what is at the bell, which file may be read, which file is still named."""

import pytest

from app.customers.models import Customer
from app.desk import queries
from app.desk.models import Attachment, Notification, SavedView
from app.kernel.actor import Actor
from app.kernel.database import acting_as
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


def keep(company, who, name, **more):
    return add(company, SavedView, who, **{"name": name, "entity": "customer", "query": "city=Wuhan", **more})


def test_kept_views_are_ones_own_and_the_shared_ones_of_that_list_the_oldest_first(company):
    keep(company, "sales2", "Theirs")
    keep(company, "sales2", "Everybody's", shared="all")
    keep(company, "sales1", "Tickets", entity="ticket")
    keep(company, "sales1", "Mine", query=None)
    with company.acting("sales1"):
        assert queries.kept_views("customer") == [("Everybody's", "city=Wuhan"), ("Mine", "")]


def test_no_more_views_are_kept_above_a_list_than_fit(company, monkeypatch):
    monkeypatch.setattr(queries, "MOST_TABS", 2)
    for name in ("a", "b", "c"):
        keep(company, "sales1", name)
    with company.acting("sales1"):
        assert [name for name, _query in queries.kept_views("customer")] == ["a", "b"]


def test_who_may_read_no_saved_view_is_shown_none(company):
    keep(company, "sales1", "Everybody's", shared="all")
    with company.app.app_context(), acting_as(Actor(kind="user", id=company.ids["sales2"])):
        assert queries.kept_views("customer") == []
