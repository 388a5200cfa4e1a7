"""Type-ahead: a few visible records."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.customers.models import Contact, Customer
from app.desk.models import Task
from app.kernel import clock
from app.kernel.bulk import add_rows
from app.kernel.database import acting_as, dialect, in_unit, session
from app.kernel.errors import Missing, NotAllowed
from app.kernel.events import DomainEvent
from app.kernel.pour import put_rows
from app.kernel.search.content import indexed
from app.kernel.views import lookup
from tests.desk.records import add, by, delete, edit
from tests.kernel.counting import counted


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


def titled(desk, user, model, field="", text=""):
    """(what the user is offered, the number of statements)."""
    with desk.app.test_request_context("/?_l_=en"), desk.acting(user):
        lookup.find(model, field, text)
        with counted(desk.app) as count:
            return [each["name"] for each in lookup.find(model, field, text)], len(count)


def test_what_the_user_touched_last_is_offered_first_then_the_newest(desk):
    old, other, new = (add(desk, Customer, name=name, owner=desk.ids["sales1"]) for name in ("Old", "Other", "New"))
    assert titled(desk, "sales1", Customer)[0] == ["New", "Other", "Old", "Acme"]
    edit(desk, Customer, old, "sales1", city="Berlin")
    edit(desk, Customer, desk.mine, "sales1", city="Bonn")
    edit(desk, Customer, other, "manager", city="Bern")
    assert titled(desk, "sales1", Contact, "customer") == (["Acme", "Old", "New", "Other"], 3)
    assert titled(desk, "manager", Customer)[0][0] == "Other"
    assert new > other


def test_what_he_touched_and_may_see_no_more_is_not_offered(desk):
    gone, lost = (add(desk, Customer, name=name, owner=desk.ids["sales1"]) for name in ("Gone", "Lost"))
    for each in (gone, lost):
        edit(desk, Customer, each, "sales1", city="Berlin")
    delete(desk, Customer, gone)
    edit(desk, Customer, lost, owner=desk.ids["sales2"])
    assert titled(desk, "sales1", Customer)[0] == ["Acme"]


def test_twenty_touched_records_are_enough(desk):
    by(desk, "sales1", lambda: add_rows(Customer, [{"name": f"Many {each}"} for each in range(30)]).insist())
    names, statements = titled(desk, "sales1", Customer)
    assert len(names) == lookup.LIMIT
    assert statements == 2
    assert titled(desk, "sales1", Task, "about")[0][0] == "Customer: Many 29"


def test_names_are_found_by_their_sound(desk):
    add(desk, Customer, name="王伟", owner=desk.ids["sales1"])
    for text in ("wangwei", "ww", "王"):
        assert titled(desk, "sales1", Customer, "", text) == (["王伟"], 1)
        assert titled(desk, "sales2", Customer, "", text) == ([], 1)


def test_what_something_is_about_is_offered_with_few_statements(desk):
    add(desk, Contact, name="Acme man", customer=desk.mine, owner=desk.ids["sales1"])
    edit(desk, Customer, desk.mine, "sales1", city="Berlin")
    names, statements = titled(desk, "sales1", Task, "about")
    assert names[0] == "Customer: Acme"
    assert "Contact: Acme man" in names
    assert statements <= 3
    names, statements = titled(desk, "sales1", Task, "about", "acme")
    assert names == ["Customer: Acme", "Contact: Acme man"]
    assert statements <= 3
    assert "Customer: Zenith" not in titled(desk, "sales1", Task, "about")[0]


def test_colleagues_are_found_by_the_sound_of_their_name_and_the_user_himself_comes_first(desk):
    with desk.acting("system"):
        in_unit(_rename, desk.ids["sales2"])
    assert titled(desk, "sales1", Customer, "owner", "zhangsan") == (["张三"], 2)
    assert titled(desk, "sales1", Customer, "owner", "zs")[0] == ["张三"]
    assert titled(desk, "viewer", Customer, "owner")[0][0] == "viewer"


def _rename(user_id):
    user = session().scalars(sa.select(User).where(User.id == user_id)).one()
    user.first_name, user.last_name = "三", "张"


def test_a_title_that_is_barred_is_offered_as_a_number(desk):
    with desk.acting("sales1") as actor:
        barred = replace(actor, made={}, columns={**actor.columns, ("customer", "name"): "hide"})
    with desk.app.test_request_context("/?_l_=en"), acting_as(barred):
        assert lookup.find(Customer, "", "") == [{"id": desk.mine, "name": f"#{desk.mine}"}]
        names = [each["name"] for each in lookup.find(Task, "about", "")]
    assert f"Customer: #{desk.mine}" in names
    assert "Customer: Acme" not in names


def test_the_last_changes_are_read_from_the_end_of_an_index(desk):
    add_events(desk, 3_000)
    with desk.acting("sales1"):
        if dialect() == "postgresql":
            session().execute(sa.text("ANALYZE domain_event"))
        statements = []
        engine = session().get_bind()

        def watch(connection, cursor, statement, parameters, context, executemany):
            if "domain_event" in statement:
                statements.append((statement, parameters))

        sa.event.listen(engine, "before_cursor_execute", watch)
        try:
            lookup.find(Customer, "", "")
        finally:
            sa.event.remove(engine, "before_cursor_execute", watch)
        prefix = "EXPLAIN QUERY PLAN " if dialect() == "sqlite" else "EXPLAIN "
        ((statement, parameters),) = statements
        plan = "\n".join(str(row) for row in session().connection().exec_driver_sql(prefix + statement, parameters))
    assert "ix_domain_event_touched" in plan
    assert "SCAN domain_event" not in plan
    assert "Seq Scan" not in plan


def add_events(desk, number):
    """Changes of many people, by the hundred of each record."""
    rows = [{"entity": "customer", "record_id": each % 100 + 1, "kind": "update", "verb": "", "changes": {},
             "actor_kind": "user", "actor_id": 1 + each % 100, "at": clock.now(), "cause": "", "depth": 0,
             "channel": "", "address": "", "request_id": ""} for each in range(number)]
    by(desk, "system", put_rows, DomainEvent, rows)
