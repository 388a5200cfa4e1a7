"""Leads through screens and API."""

import pytest

from app.sales.models import Lead, Opportunity
from tests.customers.declared import bars, chart


@pytest.fixture
def ann(shop):
    return shop.add(Lead, name="Ann", company="Blue River", by="sales1")


def test_a_lead_is_converted_through_the_api_with_typed_values(shop, company, ann):
    river = shop.customer("Known")
    answer = company.client("sales1").post("/api/v1/lead/action/convert", json={"ids": [ann], "values": {
        "converted_customer": river, "name": "Three tills", "amount": "300.50", "expected_close_on": "2026-05-01"}})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert shop.rows(Opportunity, "name", "customer_id", "amount") == [("Three tills", river, 300_50)]
    assert shop.of(Lead, ann, "status", "converted_customer_id") == ("converted", river)


@pytest.mark.parametrize(("values", "field"), [({"amount": "much"}, "amount"), ({"expected_close_on": "soon"},
                                                                                "expected_close_on"),
                                               ({"converted_customer": 999}, "customer")])
def test_a_bad_value_is_refused_with_its_field(shop, company, ann, values, field):
    answer = company.client("sales1").post("/api/v1/lead/action/convert", json={"ids": [ann], "values": values})
    assert (answer.status_code, set(answer.json["problems"])) == (422, {field})
    assert shop.of(Lead, ann, "status") == "new"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_form_of_a_conversion_asks_for_what_it_needs(shop, company, ann):
    browser = company.browser("sales1")
    asked = browser.get(f"/lead/act/convert/{ann}").get_data(as_text=True)
    assert all(f'name="{name}"' in asked for name in ("converted_customer", "match", "name", "amount"))
    answer = browser.post(f"/lead/act/convert/{ann}", {"match": "1", "amount": ""})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert shop.of(Lead, ann, "status") == "converted"


def test_what_a_conversion_makes_cannot_be_put(shop, company, ann):
    answer = company.client("sales1").put(f"/api/v1/lead/{ann}", json={"converted_customer": 1})
    assert (answer.status_code, set(answer.json["problems"])) == (422, {"converted_customer"})


def test_leads_are_counted_by_status_and_source(shop, company, ann):
    shop.add(Lead, name="Bob", by="sales2", status="qualified")
    manager = company.client("manager")
    assert bars(chart(manager, "lead", "by_status")) == {"New": 1, "Qualified": 1}
    row, = chart(manager, "lead", "by_source")["rows"]
    assert (row["leads"], row["converted"], row["conversion"]) == (2, 0, 0.0)
