"""Axes: which groups a chart has, how they are called, and which filter finds the rows of each."""

import datetime as dt
from dataclasses import replace

import pytest

from app.customers.models import Customer
from app.kernel.database import acting_as
from app.kernel.errors import NotAllowed
from app.kernel.filters import Where
from app.kernel.views.axes import axis_of, base_currency
from app.sales.models import Opportunity

FIRST, LAST = dt.date(2026, 1, 15), dt.date(2026, 3, 2)
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def axis(desk, who, model, spec):
    with desk.app.test_request_context("/?_l_=en"), desk.acting(who):
        return axis_of(model, spec, lambda _column, _joins: (FIRST, LAST))


def test_an_axis_of_time_has_every_step_between_its_days(desk):
    found = axis(desk, "sales1", Customer, "created_at:month")
    assert found.order == ("2026-01", "2026-02", "2026-03")
    assert found.tree("2026-02") == Where("created_at", "between", ("2026-02-01", "2026-02-28"))
    assert found.tree(None) == Where("created_at", "is_empty", None)
    assert found.say("2026-02") == "2026-02"


def test_an_axis_over_days_that_end_before_they_begin_has_no_step(desk):
    with desk.app.test_request_context("/"), desk.acting("sales1"):
        found = axis_of(Customer, "created_at:month", lambda _column, _joins: (LAST, FIRST))
        assert found.order == ()
        assert found.tree("x") == Where("created_at", "is_empty", None)


def test_a_choice_is_said_in_words_and_found_by_its_value(desk):
    with desk.app.test_request_context("/?_l_=en"), desk.acting("sales1"):
        found = axis_of(Opportunity, "stage_category", lambda *_: pytest.fail("no days are asked for"))
        assert (found.say("won"), found.say(None)) == ("Closed won", "(empty)")
        assert found.tree("won") == Where("stage_category", "eq", "won")
        assert found.tree("") == Where("stage_category", "is_empty", None)


def test_what_is_pointed_at_is_called_by_its_title_and_locked_where_it_is_not_for_the_reader(desk):
    with desk.app.test_request_context("/?_l_=en"), desk.acting("sales1"):
        found = axis_of(Opportunity, "customer", lambda *_: pytest.fail("no days are asked for"))
        assert (found.say(desk.mine), found.say(desk.theirs), found.say(None)) == ("Acme", "Locked", "(empty)")


def test_a_field_further_on_brings_its_joins(desk):
    assert len(axis(desk, "manager", Opportunity, "customer.industry").joins) == 1


@pytest.mark.parametrize("spec", ["phone", "birth_date:month"])
def test_a_closed_field_is_no_axis(desk, spec):
    with pytest.raises(NotAllowed):
        axis(desk, "analyst", Customer, spec)


def test_sums_are_said_in_the_currency_of_the_house(desk):
    with desk.app.app_context():
        assert base_currency() == desk.app.config["CRM_CURRENCY"]


@pytest.mark.parametrize(("mode", "said"), [("read", "Steel"), ("mask", "#{industry}"), ("hide", "#{industry}")])
def test_a_group_is_named_as_the_column_of_its_name_allows(desk, mode, said):
    with (desk.app.test_request_context("/?_l_=en"), desk.acting("admin") as actor,
          acting_as(replace(actor, columns={("industry", "name"): mode}, made={}))):
        found = axis_of(Customer, "industry", lambda _column, _joins: (FIRST, LAST))
        assert found.say(desk.industry) == said.format(industry=desk.industry)
