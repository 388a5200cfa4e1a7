"""Type-ahead: a few visible records."""

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.desk.models import Task
from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.kernel.errors import Missing, NotAllowed
from app.kernel.search.content import indexed
from app.kernel.views import lookup
from tests.desk.records import by


def found(desk, user, model, field, text):
    """The names that the user is offered."""
    with desk.app.test_request_context("/?_l_=en"), desk.acting(user):
        return [each["name"] for each in lookup.find(model, field, text)]


@pytest.mark.parametrize(("text", "expected"), [("ac", ["Acme"]), ("", ["Acme"]), ("zen", []), ("%", [])])
def test_only_visible_records_whose_name_fits_are_offered(desk, text, expected):
    assert found(desk, "sales1", Contact, "customer", text) == expected
    assert found(desk, "sales1", Customer, "", text) == expected


def test_never_more_than_twenty_are_offered(desk):
    by(desk, "sales1", lambda: add_rows(Customer, [{"name": f"Many {each}"} for each in range(30)]).insist())
    assert len(found(desk, "sales1", Customer, "", "many")) == lookup.LIMIT == 20


def test_colleagues_are_found_by_any_part_of_their_name(desk):
    assert found(desk, "sales1", Customer, "owner", "SALES2") == ["sales2"]
    assert len(found(desk, "sales1", Customer, "owner", "")) == len(desk.ids)


def test_what_a_task_is_about_is_offered_with_its_kind(desk):
    assert found(desk, "sales1", Task, "about", "acme") == ["Customer: Acme"]


@pytest.mark.parametrize("field", ["nothing", "name", "phone"])
def test_a_field_that_points_nowhere_is_missing(desk, field):
    with pytest.raises(Missing):
        found(desk, "sales1", Customer, field, "")


def test_who_may_not_read_the_target_is_offered_nothing(desk):
    with desk.acting("sales1") as actor:
        assert not actor.may("read", "audit_entry")
    with pytest.raises((NotAllowed, Missing)):
        found(desk, "viewer", Contact, "nothing", "")


def test_the_answer_is_json_for_the_browser(desk):
    answer = desk.client("sales1").get("/contact/lookup?field=customer&q=acm")
    assert answer.json == {"result": [{"id": desk.mine, "name": "Acme"}]}


def test_a_look_up_with_a_text_asks_the_text_index_in_one_statement(desk):
    seen = []

    def watch(connection, cursor, statement, parameters, context, executemany):
        seen.append(statement)

    with desk.acting("sales1"):
        engine = session().get_bind()
        lookup.records(Customer, "acme")
        sa.event.listen(engine, "before_cursor_execute", watch)
        try:
            assert [each["id"] for each in lookup.records(Customer, "cm")] == [desk.mine]
        finally:
            sa.event.remove(engine, "before_cursor_execute", watch)
    asked = [statement for statement in seen if statement.startswith("SELECT")]
    assert len(asked) == 1
    assert "search_entry" in asked[0]


def test_what_records_are_called_by_is_indexed_whatever_their_screen_searches(company):
    assert {Customer.title_field, *Customer.lookup_keys} <= indexed("customer")


@pytest.mark.parametrize("text", ["a", "CM", "%", "_", "zz", "e"])
def test_a_look_up_finds_what_the_plain_comparison_finds(desk, text):
    with desk.acting("manager"):
        plain = {row.id for row in session().scalars(sa.select(Customer))
                 if text.lower() in row.name.lower() or text.lower() in (row.code or "").lower()}
        assert {each["id"] for each in lookup.records(Customer, text)} == plain
