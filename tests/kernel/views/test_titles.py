"""What records are called, for a whole page in one statement."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Industry
from app.kernel.actor import acting
from app.kernel.database import acting_as, session
from app.kernel.views.titles import PERSON, Titles, full_name, has_titles, person_name, record_name, title_column
from app.sales.models import Opportunity
from app.support.models import Ticket
from tests.desk.records import add, delete
from tests.kernel.counting import counted


@pytest.mark.parametrize(("first", "last", "expected"), [
    ("Ada", "Byron", "Ada Byron"), ("伟", "王", "王伟"), ("", "", "ada"), (None, "Byron", "Byron"),
    (" Ada ", None, "Ada")])
def test_people_are_called_as_their_language_has_it(first, last, expected):
    assert full_name(first, last, "ada") == expected
    assert person_name(None) == ""


def test_titles_of_everything_are_read_in_one_statement(desk):
    with desk.acting("sales1") as actor, counted(desk.app) as count:
        titles = Titles(actor)
        titles.want("customer", [desk.mine, desk.theirs, 10**6])
        titles.want("industry", [desk.industry])
        titles.want("contact", [desk.contact])
        titles.want(PERSON, [desk.ids["sales2"]])
        titles.fetch()
        assert len(count) == 1
    assert titles.of("customer", desk.mine) == "Acme"
    assert titles.of("industry", desk.industry) == "Steel"
    assert titles.of("contact", desk.contact) == "Li"
    assert titles.of(PERSON, desk.ids["sales2"]) == "sales2"


@pytest.mark.parametrize("mode", ["mask", "hide"])
def test_a_title_whose_column_is_closed_is_told_by_no_list_search_or_look_up(desk, mode):
    with desk.acting("sales1") as actor, acting_as(replace(actor, columns={("customer", "name"): mode}, made={})):
        titles = Titles(acting())
        titles.want("customer", [desk.mine])
        titles.want(PERSON, [desk.ids["sales2"]])
        titles.fetch()
        record = session().scalars(sa.select(Customer).where(Customer.id == desk.mine)).one()
        assert titles.of("customer", desk.mine) == record_name(acting(), record) == f"#{desk.mine}"
        assert titles.of(PERSON, desk.ids["sales2"]) == "sales2"
    with desk.acting("sales1"):
        assert record_name(acting(), record) == "Acme"


def test_a_strangers_record_and_one_that_is_not_there_have_no_title(desk):
    with desk.acting("sales1") as actor:
        titles = Titles(actor)
        titles.want("customer", [desk.theirs, 10**6])
        titles.fetch()
    for record_id in (desk.theirs, 10**6):
        assert titles.is_known("customer", record_id)
        assert titles.of("customer", record_id, with_deleted=True) is None
    assert not titles.is_known("customer", desk.mine)
    assert titles.of("customer", desk.mine) is None


def test_who_may_not_read_an_entity_at_all_costs_no_statement(desk):
    with desk.acting("marketing") as actor, counted(desk.app) as count:
        titles = Titles(actor)
        titles.want("audit_entry", [1])
        titles.fetch()
        titles.fetch()
        assert len(count) == 0


def test_a_deleted_record_is_called_by_name_only_for_its_history(desk):
    delete(desk, Industry, desk.industry)
    with desk.acting("sales1") as actor:
        titles = Titles(actor)
        titles.want("industry", [desk.industry])
        titles.fetch()
    assert titles.of("industry", desk.industry) is None
    assert titles.of("industry", desk.industry, with_deleted=True) == "Steel"


def test_a_title_that_is_made_is_read_from_the_record(desk):
    ticket = add(desk, Ticket, subject="Broken", customer=desk.mine, owner=desk.ids["support1"])
    with desk.acting("admin") as actor:
        titles = Titles(actor)
        titles.want("ticket", [ticket])
        titles.fetch()
    assert titles.of("ticket", ticket).endswith("Broken")


def test_a_title_is_a_plain_column_or_none():
    assert title_column(Customer).key == "name"
    assert title_column(Opportunity).key == Opportunity.title_field
    assert title_column(Ticket) is None
    assert has_titles(PERSON)
    assert has_titles("contact")
    assert Contact.title_field == "name"
    assert not has_titles("audit_entry")
    assert not has_titles(None)
    assert not has_titles("ab_role")
