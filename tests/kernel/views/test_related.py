"""Related lists under the rights of their own entities."""

from dataclasses import replace
from types import SimpleNamespace

import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.desk.models import Task
from app.kernel.bulk import add_rows
from app.kernel.database import acting_as, session
from app.kernel.views import related
from app.kernel.views.titles import Titles
from tests.desk.records import add, by, delete


def lists(desk, view_of, user, record_id):
    """The related lists of a customer by entity, as the user sees them."""
    with desk.app.test_request_context(), desk.acting(user) as actor:
        record = session().scalars(sa.select(Customer).where(Customer.id == record_id)).one()
        titles = Titles(actor)
        found = {each.view.entity: each for each in related.lists_of(view_of("customer"), record, titles)}
        titles.fetch()
        return found


def later_list(desk, view_of, user, record_id, spec):
    """One related list that is not read with the record."""
    with desk.app.test_request_context(), desk.acting(user) as actor:
        record = session().scalars(sa.select(Customer).where(Customer.id == record_id)).one()
        titles = Titles(actor)
        found = related.list_of(view_of("customer"), record, spec, titles)
        titles.fetch()
        return found


def test_a_record_shows_what_points_at_it(desk, view_of):
    found = lists(desk, view_of, "sales1", desk.mine)["contact"]
    assert [record.name for record in found.records] == ["Li"]
    assert not found.more
    assert found.url == f"/contact/list/?customer={desk.mine}"
    assert found.add_url == f"/contact/add?customer={desk.mine}"
    assert "customer" not in found.columns


def test_ten_are_shown_and_the_rest_is_a_link(desk, view_of):
    by(desk, "sales1", lambda: add_rows(Contact, [{"name": f"C{each}", "customer": desk.mine}
                                                  for each in range(12)]).insist())
    found = lists(desk, view_of, "sales1", desk.mine)["contact"]
    assert len(found.records) == related.SHOWN == 10
    assert found.more


def test_an_entity_that_the_reader_may_not_read_is_left_out(desk, view_of):
    shown = lists(desk, view_of, "manager", desk.mine)
    with desk.acting("marketing") as actor:
        for entity in lists(desk, view_of, "marketing", desk.mine):
            assert actor.may("read", entity)
    assert {"contact", "interaction", "opportunity", "order", "ticket"} <= set(shown)
    assert lists(desk, view_of, "viewer", desk.mine)["contact"].add_url == ""


def test_a_pointer_is_found_by_its_target_or_its_name():
    assert related.pointer_of(Contact, "customer").name == "customer"
    assert related.pointer_of(Task, "customer").name == "about"
    assert related.pointer_of(Contact, "customer", "other") is None
    assert related.pointer_of(Customer, "contact") is None


def test_tasks_about_a_record_are_listed_with_the_address_that_makes_another(desk, view_of):
    add(desk, Task, "sales1", subject="Call", about=f"customer:{desk.mine}")
    add(desk, Task, "sales1", subject="Else")
    found = later_list(desk, view_of, "sales1", desk.mine, "task")
    assert [record.subject for record in found.records] == ["Call"]
    assert found.url == f"/task/list/?about=customer:{desk.mine}"
    assert found.add_url == f"/task/add?about=customer:{desk.mine}"
    assert "about" not in found.columns


def test_the_youngest_records_come_first(desk, view_of):
    by(desk, "sales1", lambda: add_rows(Contact, [{"name": f"C{each}", "customer": desk.mine}
                                                  for each in range(12)]).insist())
    found = lists(desk, view_of, "sales1", desk.mine)["contact"]
    assert [record.name for record in found.records] == [f"C{each}" for each in range(11, 1, -1)]


def test_exactly_ten_leave_nothing_more(desk, view_of):
    by(desk, "sales1", lambda: add_rows(Contact, [{"name": f"C{each}", "customer": desk.mine}
                                                  for each in range(9)]).insist())
    found = lists(desk, view_of, "sales1", desk.mine)["contact"]
    assert (len(found.records), found.more) == (10, False)


def test_a_deleted_record_is_in_no_list(desk, view_of):
    delete(desk, Contact, desk.contact)
    assert lists(desk, view_of, "sales1", desk.mine)["contact"].records == []


def test_a_list_holds_only_what_its_reader_may_read(desk, view_of):
    """A stranger's deal with a customer whom the manager reads is not shown to the seller who reads the deal alone."""
    deals = lists(desk, view_of, "manager", desk.theirs)["opportunity"].records
    assert [record.id for record in deals] == [desk.crossed]
    assert lists(desk, view_of, "sales2", desk.theirs)["opportunity"].records == []


def test_a_pointer_that_the_reader_may_not_use_shows_no_list(desk, view_of):
    closed = {("contact", "customer"): "hide"}
    with desk.app.test_request_context(), desk.acting("sales1") as actor:
        record = session().scalars(sa.select(Customer).where(Customer.id == desk.mine)).one()
        view = view_of("customer")
        with acting_as(replace(actor, columns=closed, made={})):
            shown = related.lists_of(view, record, Titles(actor))
    assert "contact" not in {each.view.entity for each in shown}
    assert "opportunity" in {each.view.entity for each in shown}


def test_a_spec_that_names_nothing_known_is_passed_over(desk, view_of):
    with desk.app.test_request_context(), desk.acting("sales1") as actor:
        record = session().scalars(sa.select(Customer).where(Customer.id == desk.mine)).one()
        stub = SimpleNamespace(related=["unicorn", "tag.customer", "contact.nothing", "contact"], entity="customer")
        assert [each.view.entity for each in related.lists_of(stub, record, Titles(actor))] == ["contact"]


def test_what_stands_further_down_is_read_later_at_the_address_that_it_names(desk, view_of):
    found = lists(desk, view_of, "sales1", desk.mine)
    at_once = [entity for entity, each in found.items() if not each.later]
    assert len(at_once) == related.AT_ONCE
    assert list(found)[:related.AT_ONCE] == at_once
    later = found["attachment"]
    assert later.later == f"/customer/related/{desk.mine}/attachment"
    assert (later.records, later.url) == ([], f"/attachment/list/?about=customer:{desk.mine}")


def test_a_list_that_is_asked_for_later_holds_the_same_as_at_once(desk, view_of):
    client = desk.client("sales1")
    page = client.get(f"/customer/related/{desk.mine}/contact").get_data(as_text=True)
    assert "Li" in page
    assert "Wu" not in page
    assert "<html" not in page
    assert "data-later" in client.get(f"/customer/show/{desk.mine}").get_data(as_text=True)


def test_a_list_asked_for_later_asks_for_the_same_rights(desk):
    assert desk.client("sales1").get(f"/customer/related/{desk.theirs}/contact").status_code == 404
    assert desk.client("marketing").get(f"/customer/related/{desk.mine}/ticket").status_code == 404
    assert desk.client("sales1").get(f"/customer/related/{desk.mine}/audit_entry").status_code == 404
    assert desk.client("sales1").get(f"/customer/related/{desk.mine}/nothing").status_code == 404
    assert desk.client().get(f"/customer/related/{desk.mine}/contact").status_code in (302, 401)
