"""Related lists under the rights of their own entities."""

import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.desk.models import Task
from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.kernel.views import related
from app.kernel.views.titles import Titles
from tests.desk.records import by


def lists(desk, view_of, user, record_id):
    """The related lists of a customer by entity, as the user sees them."""
    with desk.app.test_request_context(), desk.acting(user) as actor:
        record = session().scalars(sa.select(Customer).where(Customer.id == record_id)).one()
        titles = Titles(actor)
        found = {each.view.entity: each for each in related.lists_of(view_of("customer"), record, titles)}
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
