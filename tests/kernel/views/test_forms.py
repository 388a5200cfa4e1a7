"""Forms that keep what was typed."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from app.customers.models import Contact, Customer
from app.kernel.actor import Actor
from app.kernel.database import acting_as, session
from app.kernel.fields import Field
from app.kernel.problems import problem
from app.kernel.views.forms import form_for
from app.sales.models import Opportunity
from tests.desk.records import add, of


@pytest.fixture
def form(desk):
    """Makes a form of an entity for sales1 out of what a browser sent."""
    with desk.app.test_request_context("/?_l_=en"), desk.acting("sales1") as actor:
        def make(names, sent=None, model=Customer, **options):
            formdata = MultiDict(sent) if sent is not None else None
            return form_for(model, names, actor, entity=model.entity_name(), formdata=formdata, **options)

        yield make


def test_typed_values_are_asked_for_saving(form):
    made = form(["name", "level", "next_contact_at", "tags"],
                [("name", " A "), ("level", "key"), ("next_contact_at", "2026-03-29T09:00"), ("tags", "1"),
                 ("tags", "2")])
    assert made.validate()
    asked = made.asked()
    assert asked["name"] == " A "
    assert asked["level"] == "key"
    assert list(asked["tags"]) == ["1", "2"]


@pytest.mark.parametrize(("name", "text"), [("name", ""), ("level", "nonsense"), ("next_contact_at", "later"),
                                            ("name", "x" * 201)])
def test_a_wrong_text_stays_in_its_input_with_the_problem_beside_it(form, name, text):
    made = form(["name", "level", "next_contact_at"], list({"name": "A", name: text}.items()))
    assert not made.validate()
    assert [each.name for each in made if each.errors] == [name]
    assert made[name].raw == text


def test_problems_of_saving_come_beside_their_fields_and_the_rest_is_told(form):
    made = form(["name"], [("name", "A")])
    rest = made.add_problems({"name": problem("Taken."), "": problem("Busy."), "code": problem("Wrong.")})
    assert made["name"].errors == ["Taken."]
    assert rest == ["Busy.", "code: Wrong."]


def test_a_stored_value_is_shown_in_the_readers_zone_and_units(form, desk):
    record = Opportunity(name="Mill", amount=123456, currency="CNY", expected_close_on=dt.date(2026, 3, 29),
                         next_at=dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC))
    made = form(["name", "amount", "expected_close_on", "next_at"], model=Opportunity, record=record)
    assert [each.raw for each in made] == ["Mill", "1234.56", "2026-03-29", "2026-03-29T09:00"]


def test_what_an_input_shows_is_escaped(form):
    made = form(["name", "level"], initial={"name": '"><script>'})
    assert "<script>" not in str(made["name"]())
    assert "&lt;script&gt;" in str(made["name"]())
    assert '<option value="key">' in str(made["level"]())


def test_a_pointer_offers_only_what_is_chosen(form, desk):
    for each in range(5):
        add(desk, Customer, name=f"More {each}", owner=desk.ids["sales1"])
    made = form(["industry"], initial={"industry": desk.industry})
    html = str(made["industry"]())
    assert html.count("<option") <= 2
    assert f'value="{desk.industry}" selected' in html


def test_fields_of_an_action_stand_beside_those_of_the_entity(form):
    reason = Field("reason", "reason", "text", "Reason", required=True, max_length=5)
    made = form(["reason"], [("reason", "")], extra={"reason": reason})
    assert not made.validate()
    made = form(["reason"], [("reason", "short")], extra={"reason": reason})
    assert made.validate()
    assert made.asked() == {"reason": "short"}


@pytest.mark.parametrize(("sent", "ticked"), [([], False), ([("decision_maker", "true")], True)])
def test_a_box_that_is_not_sent_is_not_ticked(form, sent, ticked):
    made = form(["name", "decision_maker"], [("name", "Li"), *sent], model=Contact)
    made.validate()
    assert made["decision_maker"].typed is ticked
    assert ("checked" in str(made["decision_maker"]())) is ticked


def test_several_lines_stand_in_an_area_as_they_were_typed(form):
    made = form(["needs"], [("needs", "one\ntwo <b>")])
    assert made.validate()
    assert "one\ntwo &lt;b&gt;" in str(made["needs"]())
    assert str(made["needs"]()).startswith("<textarea")


def test_an_input_knows_how_long_its_text_may_be(form):
    assert 'maxlength="200"' in str(form(["name"])["name"]())


@pytest.mark.parametrize(("name", "kind"), [("expected_close_on", "date"), ("next_at", "datetime-local"),
                                            ("amount", "text"), ("name", "text")])
def test_every_kind_of_value_has_its_input(form, name, kind):
    assert f'type="{kind}"' in str(form([name], model=Opportunity)[name]())


def test_a_pointer_that_was_sent_stays_chosen_although_its_name_is_not_known(form):
    made = form(["industry"], [("industry", "77")])
    assert made["industry"].chosen() == {"77"}
    assert '<option value="77" selected>#77</option>' in str(made["industry"]())


def test_a_pointer_looks_its_records_up_while_one_types(form):
    assert 'data-lookup="/customer/lookup?field=industry"' in str(form(["industry"])["industry"]())


def test_a_record_shows_what_it_points_at_by_name(form, desk):
    record = session().scalars(sa.select(Customer).where(Customer.id == desk.mine)).one()
    made = form(["industry", "tags"], record=record)
    assert f'<option value="{desk.industry}" selected>Steel</option>' in str(made["industry"]())
    tags = str(made["tags"]())
    assert f'<option value="{desk.tag}" selected>vip</option>' in tags
    assert "multiple" in tags
    assert "—" not in tags


def test_what_is_chosen_among_many_is_named_as_the_column_of_its_name_allows(desk):
    with desk.app.test_request_context("/?_l_=en"), desk.acting("sales1") as actor:
        bound = replace(actor, columns={("tag", "name"): "hide"}, made={})
        with acting_as(bound):
            record = session().scalars(sa.select(Customer).where(Customer.id == desk.mine)).one()
            html = str(form_for(Customer, ["tags"], bound, entity="customer", record=record)["tags"]())
    assert f"#{desk.tag}</option>" in html
    assert "vip" not in html


def test_a_pointer_that_is_locked_for_the_reader_is_shown_as_locked_and_survives_the_save(form, desk):
    record = session().scalars(sa.select(Opportunity).where(Opportunity.id == desk.crossed)).one()
    sent = [("name", "Mill"), ("customer", str(desk.mine))]
    made = form(["name", "customer"], sent, model=Opportunity, record=record)
    locked = str(made["customer"]())
    assert 'value="Locked"' in locked
    assert " disabled" in locked
    assert "name=" not in locked, "the browser would send it"
    assert str(desk.theirs) not in locked
    assert made.validate()
    assert list(made.asked()) == ["name"], "even what is sent by hand does not reach the pointer"
    answer = desk.client("sales1").put(f"/api/v1/opportunity/{desk.crossed}", json={"name": "Mill 2"})
    assert answer.status_code == 200
    assert of(desk, Opportunity, desk.crossed, "customer_id") == desk.theirs


def test_a_pointer_with_no_value_yet_offers_a_blank(form):
    html = str(form(["industry"])["industry"]())
    assert html.count("<option") == 1
    assert '<option value="">—</option>' in html or '<option value="" ' in html


def test_money_is_typed_in_units_of_its_currency(form):
    made = form(["amount"], [("amount", "1234.5")], model=Opportunity, initial={"currency": "CNY"})
    assert made.validate()
    assert made["amount"].typed == 123450
    broken = form(["amount"], [("amount", "12.345")], model=Opportunity, initial={"currency": "CNY"})
    assert not broken.validate()
    assert broken["amount"].raw == "12.345"


HOSTILE = ["\"><script>alert(1)</script>", "\x00", "\ud800", "' onfocus='x", "{{ 7*7 }}", "x" * 100_000, "²",
           "9" * 5_000, "🙂"]
READER = Actor(kind="user", id=1, locale="en", zone="Asia/Shanghai")


@pytest.fixture
def plain(app):
    """Makes a form of a customer for somebody whose rights nobody asks for."""
    with app.test_request_context("/?_l_=en"):
        yield lambda names, sent=None, **more: form_for(
            Customer, names, READER, entity="customer", formdata=None if sent is None else MultiDict(sent), **more)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["name", "level", "industry", "tags", "next_contact_at", "needs", "birth_date"])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_whatever_a_browser_sends_is_kept_shown_escaped_and_never_an_error(plain, name, text):
    made = plain([name], [(name, text)])
    is_right = made.validate()
    assert is_right is not bool(made[name].errors)
    shown = str(made[name]())
    for dangerous in ("<script", "onfocus='", '""'):
        assert dangerous not in shown.replace('=""', "")
    assert list(made.asked()) == [name]


@pytest.mark.parametrize(("moment", "shown"), [
    ("2026-03-29T01:00+00:00", "2026-03-29T09:00"), ("0001-01-01T00:00+00:00", "0001-01-01T08:05"),
    ("9999-12-31T23:59+00:00", "9999-12-31T23:59"), ("2026-12-31T16:00:59.999+00:00", "2027-01-01T00:00")])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_moment_is_shown_so_that_a_browser_reads_it(plain, moment, shown):
    made = plain(["next_contact_at"], initial={"next_contact_at": dt.datetime.fromisoformat(moment)})
    assert f'value="{shown}"' in made["next_contact_at"]()


@pytest.mark.parametrize(("name", "sent", "asked"), [
    ("name", [], ""), ("name", [("name", "a"), ("name", "b")], "a"), ("tags", [], []), ("tags", [("tags", "")], []),
    ("tags", [("tags", "1"), ("tags", ""), ("tags", "1")], ["1", "1"]), ("industry", [("industry", "")], "")])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_what_is_asked_for_is_what_was_sent_and_nothing_where_nothing_was(plain, name, sent, asked):
    assert plain([name], sent).asked()[name] == asked


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_problem_without_a_field_is_told_as_a_sentence_and_one_beside_a_field_joins_the_others(plain):
    made = plain(["name"], [("name", "")])
    assert not made.validate()
    rest = made.add_problems({"": problem("All of it."), "gone": problem("Wrong."), "name": problem("Also wrong.")})
    assert rest == ["All of it.", "gone: Wrong."]
    assert made["name"].errors == ["This field is required.", "Also wrong."]
