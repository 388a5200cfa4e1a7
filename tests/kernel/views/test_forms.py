"""Forms that keep what was typed."""

import datetime as dt

import pytest
from werkzeug.datastructures import MultiDict

from app.customers.models import Customer
from app.kernel.fields import Field
from app.kernel.problems import problem
from app.kernel.views.forms import form_for
from app.sales.models import Opportunity
from tests.desk.records import add


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
