"""What a list is asked, in words that can be taken away one by one, and a form for one more."""

import re

import pytest
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict

from app.kernel.errors import Malformed, RuleError
from app.kernel.filters import parse
from app.kernel.views import conditions
from app.kernel.views.asked import Asked, from_address
from tests.kernel.counting import counted


def told(view, query):
    """The chips of a query as (words, query without it)."""
    asked = from_address(MultiDict(re.findall("([^=&]+)=([^&]*)", query)))
    return [(str(each.chip), each.query) for each in conditions.conditions(view, asked, query)]


def more(view, back="", **given):
    return conditions.with_condition(view, MultiDict({"back": back, **given}))


@pytest.fixture
def asking(desk, view_of):
    """The list of customers in the hands of a seller."""
    with desk.app.test_request_context("/"), force_locale("en"), desk.acting("sales1"):
        yield view_of("customer")


def test_every_part_is_a_chip_that_leads_to_the_list_without_it(desk, asking):
    query = f"industry={desk.industry}&city__contains=wu&q=ac&sort=-name&page_size=50&after=abc"
    assert told(asking, query) == [
        ("Industry is Steel", "city__contains=wu&q=ac&sort=-name&page_size=50"),
        ('City contains "wu"', f"industry={desk.industry}&q=ac&sort=-name&page_size=50")]
    assert told(asking, "created_at=this_month") == [("Created is this month", "")]
    assert told(asking, "q=ac") == []


def test_names_of_what_is_asked_for_cost_one_statement_and_closed_ones_stay_numbers(desk, asking):
    with counted(desk.app) as count:
        chips = told(asking, f"industry={desk.industry}&tags={desk.tag}")
    assert len(count) <= 2
    assert [words for words, _query in chips] == ["Industry is Steel", "Tags includes vip"]


def test_what_cannot_be_asked_has_no_chips(asking):
    assert conditions.conditions(asking, Asked(tree=parse("no_such_field=1")), "no_such_field=1") == []


def test_one_more_condition_is_added_beside_the_rest_or_as_an_alternative_to_the_last(asking):
    assert more(asking, field="city", operator="contains", value="wu") == "city__contains=wu"
    assert more(asking, "level=key&q=x", field="city", operator="eq", value="Wuhan") == "level=key&city=Wuhan&q=x"
    both = more(asking, "level=key", field="city", operator="eq", value="Wuhan", join="or")
    assert [words for words, _query in told_tree(asking, both)] == ['Level is Key account or City is "Wuhan"']
    third = more(asking, both, field="city", operator="is_empty", join="or")
    assert len(told_tree(asking, third)) == 1
    assert "City is empty" in told_tree(asking, third)[0][0]


def told_tree(view, query):
    asked = Asked(tree=parse(query))
    return [(str(each.chip), each.query) for each in conditions.conditions(view, asked, query)]


def test_a_day_or_a_word_for_a_span_is_asked_of_dates_and_nothing_where_no_value_is_given(asking):
    assert more(asking, field="created_at", operator="eq", value="this_quarter") == "created_at=this_quarter"
    assert more(asking, field="created_at", operator="gte", value="", day="2026-01-31") == "created_at__gte=2026-01-31"
    assert more(asking, "level=key", field="city", operator="eq", value="") == "level=key"
    assert more(asking, field="city", operator="is_empty") == "city__is_empty=true"


@pytest.mark.parametrize("given", [
    {"field": "nothing", "operator": "eq"}, {"field": "city", "operator": "between"}, {"field": "city"},
    {"field": "city", "operator": "eq", "value": "x", "back": "filter={"}])
def test_what_makes_no_condition_is_malformed(asking, given):
    with pytest.raises(Malformed):
        more(asking, **{"operator": "", **given})


def test_a_value_that_the_field_cannot_have_is_told_by_field(asking):
    with pytest.raises(RuleError) as refused:
        more(asking, field="level", operator="eq", value="no such level")
    assert set(refused.value.problems) == {"level"}


def test_closed_columns_are_not_offered(desk, view_of):
    with desk.app.test_request_context("/"), desk.acting("support1"):
        assert "phone" not in conditions.offered(view_of("customer"))
        assert "city" in conditions.offered(view_of("customer"))
    with desk.app.test_request_context("/"), desk.acting("sales1"):
        assert "phone" in conditions.offered(view_of("customer"))


def test_the_page_shows_chips_and_the_way_to_one_more(desk):
    browser = desk.browser("sales1")
    page = browser.get(f"/customer/list/?industry={desk.industry}&city=Wuhan").text
    assert "Industry is Steel" in page
    assert 'href="/customer/list/?city=Wuhan" aria-label="Remove: Industry is Steel"' in page
    assert '<option value="city">City</option>' in page
    part = browser.get("/customer/condition?field=level").text
    assert '<option value="eq">is</option>' in part
    assert 'name="value"' in part
    assert "<html" not in part
    assert 'type="date" name="day"' in browser.get("/customer/condition?field=created_at").text
    assert "/customer/lookup?field=industry" in browser.get("/customer/condition?field=industry").text
    assert browser.get("/customer/condition?field=nothing").status_code == 404
    answer = browser.get("/customer/narrow?back=city%3DWuhan&field=level&operator=eq&value=key")
    assert answer.location == "/customer/list/?city=Wuhan&level=key"
    assert browser.get("/customer/narrow?back=&field=city&operator=eq&value=").location == "/customer/list/"
    refused = browser.get("/customer/narrow?field=level&operator=eq&value=nonsense&back=city%3DWuhan")
    assert refused.location == "/customer/list/?city=Wuhan"
    assert "alert-danger" in browser.get(refused.location).text
