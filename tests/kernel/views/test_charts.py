"""Charts: one aggregate under the reader's rights, each point with the address of its rows."""

import datetime as dt
from dataclasses import replace

import pytest
from werkzeug.datastructures import MultiDict

from app.customers.models import Customer
from app.kernel.database import acting_as
from app.kernel.errors import NotAllowed, RuleError
from app.kernel.views import Chart, average_of, charts, count, site, sum_of
from app.sales.models import Lead, Opportunity
from tests.desk.records import add

NOON = dt.datetime(2026, 3, 31, 20, tzinfo=dt.UTC)


def numbers(desk, view_of, user, chart, query="", entity="customer"):
    """The chart's data for the user."""
    with desk.app.test_request_context(f"/?_l_=en&{query}") as context, desk.acting(user):
        args = context.request.args.copy()
        args.pop("_l_")
        return charts.numbers(view_of(entity), chart, args)


def test_a_reader_counts_his_own_rows_and_each_point_leads_to_them(desk, view_of):
    chart = Chart("by_city", "By city", group="city")
    mine = numbers(desk, view_of, "sales1", chart)
    assert (mine["categories"], mine["total"]) == (["Wuhan"], 1)
    assert numbers(desk, view_of, "manager", chart)["total"] == 2
    (point,) = mine["points"]
    answer = desk.client("sales1").get(point["url"])
    assert "Acme" in answer.get_data(as_text=True)


def test_what_is_empty_is_a_group_of_its_own(desk, view_of):
    found = numbers(desk, view_of, "manager", Chart("by_industry", "By industry", group="industry"))
    by_group = {point["group"]: point["value"] for point in found["points"]}
    assert by_group == {"Steel": 1.0, "(empty)": 1.0}
    urls = {point["group"]: point["url"] for point in found["points"]}
    assert "Zenith" in desk.client("manager").get(urls["(empty)"]).get_data(as_text=True)


def test_people_stand_under_their_names_and_a_split_makes_series(desk, view_of):
    found = numbers(desk, view_of, "manager", Chart("split", "Split", group="owner", split="city"))
    assert sorted(found["categories"]) == ["sales1", "sales2"]
    assert sorted(each["name"] for each in found["series"]) == ["Berlin", "Wuhan"]
    assert all(sum(each["data"]) == 1 for each in found["series"])


def test_steps_of_time_are_in_the_readers_zone_with_gaps_in_order(desk, view_of):
    for name, moment in (("A", NOON), ("B", NOON - dt.timedelta(days=60))):
        add(desk, Customer, name=name, owner=desk.ids["sales1"], next_contact_at=moment)
    chart = Chart("by_month", "By month", group="next_contact_at:month", period="next_contact_at")
    found = numbers(desk, view_of, "sales1", chart)
    assert [(point["group"], point["value"]) for point in found["points"] if point["key"]] == [
        ("2026-01", 1.0), ("2026-04", 1.0)]
    only = numbers(desk, view_of, "sales1", chart, "since=2026-04-01&until=2026-04-30")
    assert only["total"] == 1


@pytest.mark.parametrize(("measure", "value"), [(count(), 2), (sum_of("score"), 30), (average_of("score"), 15)])
def test_measures_add_up_count_or_average(desk, view_of, measure, value):
    for score in (10, 20):
        add(desk, Lead, name=f"Lead {score}", score=score, owner=desk.ids["sales1"])
    chart = Chart("score", "Score", group="status", measure=measure)
    (point,) = numbers(desk, view_of, "sales1", chart, entity="lead")["points"]
    assert point["value"] == value


def test_a_field_that_is_masked_cannot_be_charted(desk, view_of):
    for chart in (Chart("a", "A", group="phone"), Chart("b", "B", group="city", split="phone")):
        with pytest.raises((NotAllowed, RuleError)):
            numbers(desk, view_of, "analyst", chart)


def test_a_period_that_is_no_date_is_refused(desk, view_of):
    with pytest.raises(RuleError) as raised:
        numbers(desk, view_of, "sales1", Chart("a", "A", group="city", period="created_at"), "since=soon")
    assert list(raised.value.problems) == ["since"]


def test_a_named_query_is_given_what_was_asked(desk, view_of):
    asked = []
    chart = Chart("own", "Own", query=lambda each: asked.append(each) or [{"a": 1}], period="created_at")
    found = numbers(desk, view_of, "sales1", chart, "since=2026-01-01&city=Wuhan")
    assert [row["a"] for row in found["rows"]] == [1]
    assert asked[0].since == dt.date(2026, 1, 1)
    assert asked[0].until is None


@pytest.mark.parametrize("entity", ["customer", "opportunity", "order", "lead", "ticket", "churn_alert"])
def test_every_declared_chart_answers(desk, entity):
    client = desk.client("manager")
    with desk.acting("manager"):
        names = [chart.name for chart in site.view_of(entity).charts]
    for name in names:
        assert client.get(f"/{entity}/chart/{name}").status_code == 200, name
    assert client.get(f"/{entity}/chart/nothing").status_code == 404


def test_a_chart_through_a_pointer_counts_by_what_is_pointed_at(desk, view_of):
    chart = Chart("by_city", "By city of the customer", group="customer.city")
    found = numbers(desk, view_of, "manager", chart, entity="contact")
    assert {point["group"]: point["value"] for point in found["points"]} == {"Wuhan": 1.0, "Berlin": 1.0}
    only = numbers(desk, view_of, "sales1", chart, entity="contact")
    assert [point["group"] for point in only["points"]] == ["Wuhan"]


def test_a_stranger_that_is_pointed_at_is_a_locked_group(desk, view_of):
    chart = Chart("by_customer", "By customer", group="customer")
    assert [point["group"] for point in numbers(desk, view_of, "sales1", chart, entity="opportunity")["points"]] == [
        "Locked"]
    assert [point["group"] for point in numbers(desk, view_of, "manager", chart, entity="opportunity")["points"]] == [
        "Zenith"]


def test_a_chart_over_time_without_any_row_is_empty(desk, view_of):
    chart = Chart("by_day", "By day", group="next_contact_at:day", period="next_contact_at")
    found = numbers(desk, view_of, "sales1", chart, "city=Nowhere")
    assert (found["points"], found["total"]) == ([], 0)


def test_a_period_that_ends_before_it_begins_finds_nothing(desk, view_of):
    chart = Chart("by_day", "By day", group="created_at:day", period="created_at")
    assert numbers(desk, view_of, "sales1", chart, "since=2026-05-01&until=2026-04-01")["points"] == []


def test_sums_of_several_currencies_are_brought_to_one_or_kept_apart(desk, view_of):
    chart = Chart("amount", "Amount", group="owner", measure=sum_of("amount"))
    for currency, amount in (("CNY", 100_00), ("USD", 10_00)):
        add(desk, Opportunity, name=currency, customer=desk.mine, amount=amount, currency=currency,
            owner=desk.ids["sales1"])
    found = numbers(desk, view_of, "sales1", chart, entity="opportunity")
    assert {each["name"]: each["data"] for each in found["series"]} == {"": [100.0], "USD": [10.0]}


def test_sums_of_one_currency_are_said_in_it(desk, view_of):
    add(desk, Opportunity, name="One", customer=desk.mine, amount=100_00, currency="CNY", owner=desk.ids["sales1"])
    chart = Chart("amount", "Amount", group="owner", measure=sum_of("amount"))
    (point,) = numbers(desk, view_of, "sales1", chart, entity="opportunity")["points"]
    assert point["value"] == 100.0
    assert "100" in point["text"]


def test_a_measure_that_is_closed_is_refused(desk, view_of):
    chart = Chart("score", "Score", group="status", measure=sum_of("score"))
    with desk.app.test_request_context("/"), desk.acting("sales1") as actor:
        view = view_of("lead")
        with acting_as(replace(actor, columns={("lead", "score"): "mask"}, made={})), pytest.raises(NotAllowed):
            charts.numbers(view, chart, MultiDict())


def test_the_teams_to_choose_from_stand_by_name(desk):
    with desk.acting("admin"):
        names = [name for _id, name in charts.teams()]
    assert names == sorted(names)
    assert set(desk.teams) <= set(names)


def test_the_page_of_charts_opens(desk):
    assert desk.browser("manager").get("/customer/charts/").status_code == 200
