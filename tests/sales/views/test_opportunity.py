"""Opportunities through screens and API: one law for every way, and charts that add up."""

import datetime as dt
from decimal import Decimal

import pytest

from app.customers.models import Region
from app.kernel.bulk import add_rows
from app.kernel.views import charts
from app.sales import queries
from app.sales.models import CurrencyRate, Opportunity, OpportunityLine, Order
from app.sales.operations import lose_deals
from tests.customers.declared import bars, chart

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
ADDRESS = "/api/v1/opportunity/"


@pytest.fixture
def deal(shop):
    return shop.deal(customer=shop.customer(), amount=500_00)


@pytest.fixture
def seller(company):
    return company.client("sales1")


def refused(answer):
    assert answer.status_code == 422, answer.get_data(as_text=True)
    return set(answer.json["problems"])


def test_a_put_into_a_won_stage_without_lines_is_refused_with_the_field(shop, seller, deal):
    answer = seller.put(f"{ADDRESS}{deal}", json={"stage": shop.stages["won"]})
    assert refused(answer) == {"lines"}
    assert shop.of(Opportunity, deal, "stage_category") == "open"


def test_a_put_into_a_lost_stage_without_a_reason_is_refused_with_the_field(shop, seller, deal):
    assert refused(seller.put(f"{ADDRESS}{deal}", json={"stage": shop.stages["lost"]})) == {"loss_reason"}
    answer = seller.put(f"{ADDRESS}{deal}", json={"stage": shop.stages["lost"], "loss_reason": shop.reasons["Price"]})
    assert answer.status_code == 200
    assert shop.of(Opportunity, deal, "stage_category") == "lost"


def test_a_put_into_a_won_stage_with_lines_makes_the_order(shop, seller, deal):
    made = seller.post("/api/v1/opportunity_line/", json={"opportunity": deal, "product": shop.till, "quantity": "2"})
    assert made.status_code == 201, made.get_data(as_text=True)
    assert seller.put(f"{ADDRESS}{deal}", json={"stage": shop.stages["won"]}).status_code == 200
    assert shop.rows(Order, "opportunity_id", "amount") == [(deal, 200_00)]


def test_what_the_system_keeps_cannot_be_put(shop, seller, deal):
    for name, value in (("stage_category", "won"), ("probability", 99), ("line_count", 3)):
        assert refused(seller.put(f"{ADDRESS}{deal}", json={name: value})) == {name}


def test_an_opportunity_is_posted_with_no_more_than_a_name(shop, seller):
    answer = seller.post(ADDRESS, json={"name": "Tills", "amount": "500.00"})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert shop.rows(Opportunity, "amount", "stage_id") == [(500_00, shop.stages["prospecting"])]


def test_the_actions_through_the_api(shop, seller, deal):
    def act(name, **values):
        return seller.post(f"{ADDRESS}action/{name}", json={"ids": [deal], "values": values})

    assert act("move_stage", stage=shop.stages["engaging"]).status_code == 200
    assert refused(act("win")) == {"lines"}
    assert refused(act("lose", lesson="Too late")) == {"loss_reason"}
    assert act("lose", loss_reason=shop.reasons["Price"]).status_code == 200
    assert act("reopen").status_code == 200
    won = act("win", lines=[{"product": shop.till, "quantity": 2, "unit_price": "80.00"}], lesson="Ask early")
    assert won.status_code == 200, won.get_data(as_text=True)
    assert shop.of(Opportunity, deal, "amount", "lesson", "stage_category") == (160_00, "Ask early", "won")
    assert shop.rows(Order, "amount") == [(160_00,)]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_form_of_winning_asks_for_a_line_and_makes_the_order(shop, company, deal):
    browser = company.browser("sales1")
    asked = browser.get(f"/opportunity/act/win/{deal}").get_data(as_text=True)
    assert all(f'name="{name}"' in asked for name in ("product", "quantity", "unit_price", "discount", "closed_at"))
    answer = browser.post(f"/opportunity/act/win/{deal}", {"product": shop.till, "quantity": "3", "unit_price": "90"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert shop.rows(OpportunityLine, "quantity", "amount") == [(3, 270_00)]
    assert shop.rows(Order, "amount") == [(270_00,)]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_bulk_edit_into_a_won_stage_is_judged_row_by_row(shop, company, deal):
    good = shop.deal(customer=shop.customer("Green Hill"))
    shop.add(OpportunityLine, **shop.line(opportunity=good))
    answer = company.client("manager").post(f"{ADDRESS}mass", json={
        "kind": "edit", "ids": [deal, good], "values": {"stage": shop.stages["won"]}})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert [row for row, in shop.rows(Opportunity, "stage_category")] == ["open", "won"]


@pytest.fixture
def history(shop):
    """What was won and lost in two months by two sellers, in two regions, and one deal in dollars."""
    north, south = (shop.add(Region, name=name) for name in ("North", "South"))
    customers = [shop.customer(name, by=by, region=region) for name, by, region in
                 (("A", "sales1", north), ("B", "sales2", south))]
    won, lost = shop.stages["won"], shop.stages["lost"]
    rows = [
        ("sales1", customers[0], won, 100_00, 0, shop.till), ("sales1", customers[0], won, 50_00, 31, shop.paper),
        ("sales2", customers[1], won, 30_00, 0, shop.till), ("sales2", customers[1], lost, 0, 0, None),
        ("sales1", None, won, 7_00, 0, None)]
    shop.as_("system", add_rows, Opportunity, [
        {"name": "x", "owner": shop.ids[owner], "customer": customer, "stage": stage, "amount": amount,
         "product": product,
         "closed_at": NOON + dt.timedelta(days=days)} for owner, customer, stage, amount, days, product in rows])
    return customers


@pytest.mark.parametrize(("name", "groups"), [
    ("won_by_month", {"2026-03": 137.0, "2026-04": 50.0}), ("won_by_owner", {"sales1": 157.0, "sales2": 30.0}),
    ("won_by_team", {"East": 157.0, "West": 30.0}), ("won_by_region", {"North": 150.0, "South": 30.0, "(empty)": 7.0})])
def test_won_revenue_adds_up_in_every_direction(shop, company, history, name, groups):
    assert bars(chart(company.client("manager"), "opportunity", name)) == groups


def test_won_revenue_by_product_comes_from_the_lines(shop, company, history):
    found = bars(chart(company.client("manager"), "opportunity_line", "won_by_product"))
    assert found == {"Till": 130.0, "Paper": 50.0}


def test_the_rows_behind_a_bar_add_up_to_it(shop, company, history):
    manager = company.client("manager")
    for point in chart(manager, "opportunity", "won_by_owner")["points"]:
        query = point["url"].partition("?")[2]
        rows = manager.get(f"{ADDRESS}?{query}&page_size=100").json["result"]
        assert sum(Decimal(str(row["amount"])) for row in rows) == Decimal(str(point["value"]))


def test_period_and_team_narrow_a_chart(shop, company, history):
    manager = company.client("manager")
    march = chart(manager, "opportunity", "won_by_owner", since="2026-03-01", until="2026-03-31")
    assert bars(march) == {"sales1": 107.0, "sales2": 30.0}
    west = chart(manager, "opportunity", "won_by_owner", team_tree=shop.teams["West"])
    assert bars(west) == {"sales2": 30.0}


def test_a_seller_sees_his_own_part_of_every_chart(shop, seller, history):
    assert bars(chart(seller, "opportunity", "won_by_owner")) == {"sales1": 157.0}
    assert bars(chart(seller, "opportunity_line", "won_by_product")) == {"Till": 100.0, "Paper": 50.0}


def test_reasons_of_losses_are_counted(shop, company, history, deal):
    shop.as_("sales1", lose_deals, [deal], loss_reason=shop.reasons["Price"])
    assert bars(chart(company.client("manager"), "opportunity", "loss_reasons")) == {"Price": 1, "(empty)": 1}


def test_the_funnel_and_the_sources_answer_as_rows(shop, company, history):
    manager = company.client("manager")
    rows = chart(manager, "opportunity", "funnel")["rows"]
    assert [(row["stage"], row["reached"]) for row in rows] == [
        ("First contact", 5), ("In depth", 4), ("About to close", 4), ("Closed won", 4)]
    assert chart(manager, "lead", "by_source")["rows"] == []


@pytest.fixture
def converting(company):
    """The app with the conversion of this room, whether or not it has one of its own."""
    known = company.app.extensions.get("money_conversion")
    charts.set_conversion(company.app, queries.converted)
    yield
    company.app.extensions["money_conversion"] = known


@pytest.mark.parametrize("name", ["won_by_owner", "won_by_month", "won_by_region"])
def test_money_is_converted_at_the_rate_of_its_day_or_kept_apart(shop, company, converting, name):
    shop.as_("system", add_rows, Opportunity, [
        {"name": "x", "owner": shop.ids["sales1"], "stage": shop.stages["won"], "amount": 10_00, "currency": currency,
         "closed_at": NOON} for currency in ("CNY", "USD", "EUR")])
    for days, rate in ((-1, 7), (1, 9)):
        shop.add(CurrencyRate, currency="USD", valid_on=NOON.date() + dt.timedelta(days=days), rate=Decimal(rate))
    points = chart(company.client("manager"), "opportunity", name)["points"]
    assert {point["split"]: point["value"] for point in points} == {"": 80.0, "EUR": 10.0}
