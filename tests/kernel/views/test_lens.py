"""Values as one reader may see them."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.desk.models import Task
from app.kernel.actor import Actor, acting
from app.kernel.database import acting_as, session
from app.kernel.fields import Field, fields_of
from app.kernel.views import lens
from app.kernel.views.lens import Lens, Shown
from app.sales.models import Opportunity
from tests.desk.records import add
from tests.kernel.counting import counted

READER = Actor(kind="user", id=1, locale="en", zone="Asia/Shanghai")


def shown(desk, user, model, record_id, *names):
    """What the user is shown of a record."""
    with desk.app.test_request_context("/?_l_=en"), desk.acting(user) as actor:
        found = sa.select(model).where(model.id == record_id).options(*lens.far_loaders(model, names))
        record = session().scalars(found).one()
        through = Lens(actor, model, [record], names)
        return [through.show(record, name) for name in names]


def test_plain_values_pointers_and_tags_are_shown_by_name(desk):
    names = ("name", "phone", "industry", "owner", "tags")
    name, phone, industry, owner, tags = shown(desk, "sales1", Customer, desk.mine, *names)
    assert (name.text, phone.text, tags.text) == ("Acme", "13800138000", "vip")
    assert industry == Shown("pointer", desk.industry, "Steel", entity="industry", record_id=desk.industry)
    assert owner == Shown("user", desk.ids["sales1"], "sales1", record_id=desk.ids["sales1"])


def test_a_strangers_record_is_locked_and_never_named(desk):
    near, far = shown(desk, "sales1", Opportunity, desk.crossed, "customer", "customer.city")
    for each in (near, far):
        assert (each.state, each.value, each.record_id) == ("locked", None, None)
        assert "Zenith" not in each.text
        assert "Berlin" not in each.text
    near, far = shown(desk, "manager", Opportunity, desk.crossed, "customer", "customer.city")
    assert (near.text, far.text) == ("Zenith", "Berlin")


def test_a_masked_value_is_a_mask_and_an_empty_one_is_empty(desk):
    phone, email = shown(desk, "analyst", Customer, desk.mine, "phone", "email")
    assert (phone.state, phone.value) == ("masked", None)
    assert "138" not in phone.text
    assert (email.state, email.text) == ("", "")


def test_a_hidden_or_unknown_field_is_not_there(desk):
    assert [each.state for each in shown(desk, "sales1", Customer, desk.mine, "nothing")] == ["hidden"]


def test_what_a_record_is_about_is_named_as_far_as_it_may_be_read(desk):
    task = add(desk, Task, subject="Call", about=f"customer:{desk.mine}", owner=desk.ids["sales1"])
    locked = add(desk, Task, subject="Call", about=f"customer:{desk.theirs}", owner=desk.ids["sales1"])
    assert shown(desk, "sales1", Task, task, "about")[0].text == "Acme"
    assert shown(desk, "sales1", Task, locked, "about")[0].state == "locked"


def test_nothing_more_is_read_when_a_page_is_shown(desk):
    names = ["name", "industry", "owner", "team", "tags", "created_by"]
    with desk.app.test_request_context(), desk.acting("sales1") as actor:
        records = list(session().scalars(sa.select(Customer).options(*lens.far_loaders(Customer, names))))
        through = Lens(actor, Customer, records, names)
        with counted(desk.app) as count:
            assert [through.show(record, name).text for record in records for name in names]
        assert count.statements == []


@pytest.mark.parametrize(("kind", "given", "expected"), [
    ("money", Shown("money", 123456), "1234.56"), ("decimal", Shown("decimal", Decimal("1.50")), "1.50"),
    ("date", Shown("date", dt.date(2026, 3, 29)), "2026-03-29"), ("text", Shown("text"), None),
    ("pointer", Shown("pointer", 5, "Acme"), {"id": 5, "name": "Acme"}), ("many", Shown("many"), []),
    ("text", Shown("text", state="masked"), "•••"), ("text", Shown("text", state="hidden"), None),
    ("pointer", Shown("pointer", state="locked"), {"locked": True}),
    ("about", Shown("pointer", "customer:5", "Acme", entity="customer", record_id=5),
     {"entity": "customer", "id": 5, "name": "Acme"})])
def test_a_program_reads_exact_values(kind, given, expected):
    assert lens.as_json(object(), Field("a", "a", kind, "A"), given) == expected


def test_only_pointers_whose_title_is_enough_are_near(desk):
    assert set(lens.near(Opportunity, ["name", "customer", "owner", "stage.category", "nothing"])) == {
        "customer", "owner"}
    assert len(lens.far_loaders(Customer, ["industry", "owner", "tags"])) == 1
    assert lens.relation_of(Customer, fields_of(Customer)["industry"]).key == "industry"


COLOURS = {"r": "Red", "g": "Green", "g2": "Green"}


@pytest.mark.parametrize(("kind", "given", "text"), [
    ("text", Shown("text"), ""), ("text", Shown("text", state="masked", text="•••"), ""),
    ("pointer", Shown("pointer", state="locked", text="Locked"), ""), ("money", Shown("money", 123456), "1234.56"),
    ("money", Shown("money", 0), "0.00"), ("decimal", Shown("decimal", Decimal("1.50")), "1.50"),
    ("date", Shown("date", dt.date(2026, 3, 29)), "2026-03-29"), ("integer", Shown("integer", 7, "7"), "7"),
    ("moment", Shown("moment", dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)), "2026-03-29 09:00:00+08:00"),
    ("json", Shown("json", {"名": [1, None]}), '{"名": [1, null]}'),
    ("about", Shown("pointer", "customer:5"), "customer:5"), ("many", Shown("many", []), "")])
def test_a_file_holds_exact_text_and_nothing_of_what_is_closed(kind, given, text):
    assert lens.as_file_text(READER, object(), Field("a", "a", kind, "A"), given) == text


@pytest.mark.parametrize(("value", "text"), [("r", "Red"), ("g", "g"), ("g2", "g2")])
def test_a_choice_whose_label_is_not_its_own_is_stored_in_a_file_by_its_key(value, text):
    field = Field("a", "a", "choice", "A", choices=COLOURS)
    assert lens.as_file_text(READER, object(), field, Shown("choice", value, COLOURS[value])) == text


def test_nothing_that_a_record_is_about_is_nothing_for_a_reader(desk):
    task = add(desk, Task, subject="Call", owner=desk.ids["sales1"])
    assert shown(desk, "sales1", Task, task, "about") == [Shown("pointer")]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_far_field_of_nothing_is_nothing(desk):
    lonely = add(desk, Customer, name="Lonely", owner=desk.ids["sales1"])
    for near, far in (("industry", "industry.name"), ("parent", "parent.city")):
        if near in fields_of(Customer):
            found = shown(desk, "sales1", Customer, lonely, near, far)
            assert [(each.value, each.text, each.state) for each in found] == [(None, "", "")] * 2


def test_a_program_is_shown_values_without_words(desk):
    with desk.app.test_request_context("/?_l_=en"), desk.acting("sales1") as actor:
        record = session().scalars(sa.select(Customer).where(Customer.id == desk.mine)).one()
        names = ["name", "created_at", "industry", "kind"]
        said, bare = (Lens(actor, Customer, [record], names, words=words) for words in (True, False))
        for name in names:
            field = fields_of(Customer)[name]
            values = [lens.as_json(record, field, each.show(record, name)) for each in (said, bare)]
            assert values[0] == values[1]
        assert (bare.show(record, "name").text, bare.show(record, "industry").text) == ("", "Steel")


@pytest.mark.parametrize(("mode", "said"), [("read", "vip"), ("mask", "#{tag}"), ("hide", "#{tag}")])
def test_what_a_record_is_tagged_with_is_named_as_the_column_of_its_name_allows(desk, mode, said):
    with desk.acting("sales1") as actor, acting_as(replace(actor, columns={("tag", "name"): mode}, made={})):
        record = session().scalars(sa.select(Customer).where(Customer.id == desk.mine)).one()
        field, seen = fields_of(Customer)["tags"], Lens(acting(), Customer, [record], ["tags"])
        shown = seen.show(record, "tags")
        assert lens.as_json(record, field, shown) == [{"id": desk.tag, "name": said.format(tag=desk.tag)}]
        assert shown.text == said.format(tag=desk.tag)
