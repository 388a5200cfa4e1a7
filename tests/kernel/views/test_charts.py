"""Charts: one aggregate under the reader's rights, each point with the address of its rows."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import Role
from werkzeug.datastructures import MultiDict

from app.customers.models import Customer
from app.kernel import clock
from app.kernel.database import acting_as, unit
from app.kernel.errors import NotAllowed, RuleError
from app.kernel.views import Chart, average_of, charts, count, site, sum_of
from app.sales.models import CurrencyRate, Lead, Opportunity, Order
from app.security.models import ColumnRule
from tests.desk.records import add, of

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


sqlite_alone = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def deals(desk):
    """Deals of sales1 in two currencies, dated and undated, and a rate for one day."""
    stage = of(desk, Opportunity, desk.crossed, "stage_id")
    for name, amount, currency, day in (("Home", 100_00, "CNY", dt.date(2026, 3, 1)),
                                        ("Abroad", 10_00, "USD", dt.date(2026, 3, 15)),
                                        ("Undated", 5_00, "CNY", None)):
        add(desk, Opportunity, name=name, amount=amount, currency=currency, stage=stage, expected_close_on=day,
            customer=desk.mine, owner=desk.ids["sales1"])
    return desk


def by_group(found):
    return {(point["group"], point["split"]): point["value"] for point in found["points"]}


CLOSING = Chart("closing", "Closing", group="customer", measure=sum_of("amount"), period="expected_close_on")


def test_money_without_a_rate_keeps_its_own_currency_and_series(deals, view_of):
    found = numbers(deals, view_of, "sales1", CLOSING, entity="opportunity")
    assert by_group(found)[("Acme", "")] == 105.0
    assert by_group(found)[("Acme", "USD")] == 10.0
    texts = {point["text"] for point in found["points"] if point["split"] == "USD"}
    assert texts == {"$10.00"}


@pytest.mark.parametrize(("period", "total"), [("expected_close_on", 175.0), ("customer.created_at", 175.0)])
def test_money_with_a_rate_is_brought_to_one_currency(deals, view_of, period, total):
    add(deals, CurrencyRate, currency="USD", valid_on=dt.date(2026, 1, 1), rate=Decimal(7), units=1)
    found = numbers(deals, view_of, "sales1", replace(CLOSING, period=period), entity="opportunity")
    assert by_group(found)[("Acme", "")] == total
    assert ("Acme", "USD") not in by_group(found)


def test_each_row_is_converted_at_the_day_of_what_it_points_at(desk, view_of):
    stage = of(desk, Opportunity, desk.crossed, "stage_id")
    for year, rate in ((2020, 5), (2025, 7)):
        add(desk, CurrencyRate, currency="USD", valid_on=dt.date(year, 1, 1), rate=Decimal(rate), units=1)
        with clock.at(dt.datetime(year, 6, 1, tzinfo=dt.UTC)):
            customer = add(desk, Customer, name=f"Since {year}", owner=desk.ids["sales1"])
        add(desk, Opportunity, name=f"Deal {year}", amount=10_00, currency="USD", stage=stage, customer=customer,
            owner=desk.ids["sales1"])
    found = by_group(numbers(desk, view_of, "sales1", replace(CLOSING, period="customer.created_at"),
                             entity="opportunity"))
    assert (found["Since 2020", ""], found["Since 2025", ""]) == (50.0, 70.0)


def test_an_app_that_converts_nothing_adds_up_each_currency_by_itself(deals, view_of):
    known = deals.app.extensions.pop("money_conversion", None)
    try:
        found = numbers(deals, view_of, "sales1", CLOSING, entity="opportunity")
    finally:
        deals.app.extensions["money_conversion"] = known
    assert by_group(found)[("Acme", "")] == 105.0
    assert by_group(found)[("Acme", "USD")] == 10.0


def test_months_of_a_date_are_whole_whatever_the_readers_zone(deals, view_of):
    chart = Chart("months", "Months", group="expected_close_on:month", period="expected_close_on")
    found = numbers(deals, view_of, "sales1", chart, "since=2026-03-01&until=2026-03-31", entity="opportunity")
    assert by_group(found) == {("2026-03", ""): 2.0}
    everything = by_group(numbers(deals, view_of, "sales1", chart, entity="opportunity"))
    assert everything[("2026-03", "")] == 2.0
    assert everything[("(empty)", "")] == 2.0


@sqlite_alone
def test_months_of_what_is_pointed_at_run_from_its_first_to_its_last_day(deals, view_of):
    chart = Chart("months", "Months", group="opportunity.expected_close_on:month")
    add(deals, Order, customer=deals.mine, opportunity=None, owner=deals.ids["sales1"])
    for day in (dt.date(2026, 1, 5), dt.date(2026, 3, 5)):
        deal = add(deals, Opportunity, name=str(day), customer=deals.mine, expected_close_on=day,
                   owner=deals.ids["sales1"])
        add(deals, Order, customer=deals.mine, opportunity=deal, owner=deals.ids["sales1"])
    found = by_group(numbers(deals, view_of, "sales1", chart, entity="order"))
    assert found == {("2026-01", ""): 1.0, ("2026-03", ""): 1.0, ("(empty)", ""): 1.0}


FAR = ["since=0001-01-01", "until=9999-12-31", "since=0001-01-01&until=9999-12-31", "since=9999-12-31"]


@pytest.mark.parametrize("step", ["day", "week", "quarter", "year"])
@sqlite_alone
def test_no_period_is_too_long_or_too_far_away(deals, view_of, step):
    whole = Chart("whole", "Whole", group=f"expected_close_on:{step}")
    narrowed = replace(whole, period="expected_close_on")
    for query in FAR:
        # Without a field that dates the rows, the days only say how much of the axis is drawn.
        assert numbers(deals, view_of, "sales1", whole, query, entity="opportunity")["total"] == 4.0
        with pytest.raises(RuleError) as refused:
            numbers(deals, view_of, "sales1", narrowed, query, entity="opportunity")
        assert str(refused.value.problems["expected_close_on"]) == "This day is too far away."
    longest = "since=1000-01-01&until=9998-12-31"
    assert numbers(deals, view_of, "sales1", narrowed, longest, entity="opportunity")["total"] == 2.0


@sqlite_alone
def test_a_row_at_the_end_of_the_calendar_breaks_no_chart_and_no_list(desk, view_of):
    last = dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.UTC)
    add(desk, Customer, name="Forever", owner=desk.ids["sales1"], next_contact_at=last)
    chart = Chart("by_year", "By year", group="next_contact_at:year", period="next_contact_at")
    assert numbers(desk, view_of, "sales1", chart)["total"] == 2.0
    browser = desk.browser("sales1")
    for url in ("/customer/list/?columns=name,next_contact_at", "/customer/list/?sort=-next_contact_at"):
        answer = browser.get(url)
        assert answer.status_code == 200
        assert "Forever" in answer.get_data(as_text=True)


@pytest.mark.parametrize("chart", [Chart("a", "A", group="phone"), Chart("b", "B", group="customer.phone"),
                                   Chart("c", "C", group="name", split="password")])
@sqlite_alone
def test_what_is_masked_far_away_or_not_there_is_no_axis(desk, view_of, chart):
    entity = "contact" if "customer" in chart.group else "customer"
    with pytest.raises((NotAllowed, RuleError)):
        numbers(desk, view_of, "analyst", chart, entity=entity)


@sqlite_alone
def test_a_measure_that_is_masked_is_not_added_up(desk, view_of):
    with desk.acting("admin"), unit() as current:
        role = current.scalars(sa.select(Role).where(Role.name == "Sales")).one()
        current.add(ColumnRule(role_id=role.id, entity="opportunity", field="amount", mode="mask"))
    with pytest.raises(NotAllowed):
        numbers(desk, view_of, "sales1", Chart("sum", "Sum", group="name", measure=sum_of("amount")),
                entity="opportunity")
    assert numbers(desk, view_of, "sales1", Chart("n", "N", group="name"), entity="opportunity")["total"] == 1.0
