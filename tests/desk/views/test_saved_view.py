"""Saved views on the screen: kept by a form, shown as tabs, and the address of a tab filters as it was kept."""

import pytest

from app.customers.models import Customer
from app.desk.models import SavedView
from tests.desk.records import add, stored


@pytest.fixture
def customers(company):
    """Two customers of sales1, one of them with a phone."""
    return [add(company, Customer, name="Acme", phone="13800138000", owner=company.ids["sales1"]),
            add(company, Customer, name="Zenith", owner=company.ids["sales1"])]


def test_a_view_kept_by_the_form_is_a_tab_of_its_list(company, customers):
    browser = company.browser("sales1")
    browser.post("/saved_view/add", {"name": "The caller", "entity": "customer", "query": "phone=13800138000",
                                     "shared": "private"})
    assert stored(company, SavedView, "query") == ["phone=13800138000"]
    page = browser.get("/customer/list/").get_data(as_text=True)
    assert "The caller" in page
    assert "/customer/list/?phone=13800138000" in page


def test_the_address_of_a_tab_shows_what_was_kept(company, customers):
    add(company, SavedView, "sales1", name="The caller", entity="customer", query="phone=13800138000")
    page = company.client("sales1").get("/customer/list/?phone=13800138000").get_data(as_text=True)
    assert "Acme" in page
    assert "Zenith" not in page


def test_a_form_with_a_broken_filter_says_so_and_keeps_what_was_typed(company):
    answer = company.browser("sales1").post("/saved_view/add", {"name": "Broken", "entity": "customer",
                                                                "query": "filter={", "shared": "private"})
    assert answer.status_code == 422
    assert "filter={" in answer.get_data(as_text=True)
    assert stored(company, SavedView, "id") == []


def test_the_list_of_views_shows_ones_own_and_what_is_shared(company):
    for who, name, shared in (("sales1", "Own", "private"), ("sales2", "Hidden", "private"), ("sales2", "Open", "all")):
        add(company, SavedView, who, name=name, entity="customer", query="city=Wuhan", shared=shared)
    found = company.client("sales1").get("/api/v1/saved_view/").json["result"]
    assert {each["name"] for each in found} == {"Own", "Open"}


def test_the_filter_itself_is_no_column_to_search_by(company):
    assert company.client("sales1").get("/api/v1/saved_view/?query__contains=138").status_code in (400, 422)


def test_what_a_list_is_asked_is_kept_from_the_list_itself(company, customers):
    browser = company.browser("sales1")
    assert "Save as view" not in browser.get("/customer/list/").text
    page = browser.get("/customer/list/?phone=13800138000&after=&sort=-name").text
    assert "Save as view" in page
    given = {"name": "The caller", "entity": "customer", "query": "phone=13800138000&sort=-name&after=x",
             "shared": "private"}
    answer = browser.post("/saved_view/keep", given)
    assert answer.location == "/customer/list/?phone=13800138000&sort=-name"
    assert stored(company, SavedView, "query", "owner_id") == [
        ("phone=13800138000&sort=-name", company.ids["sales1"])]


def test_a_view_without_a_name_or_of_no_list_is_not_kept(company, customers):
    browser = company.browser("sales1")
    browser.get("/customer/list/")
    assert browser.post("/saved_view/keep", {"name": "", "entity": "customer", "query": "city=Wuhan",
                                             "shared": "private"}).status_code == 302
    assert "alert-danger" in browser.get("/customer/list/").text
    assert browser.post("/saved_view/keep", {"name": "x", "entity": "nothing", "query": ""}).status_code == 404
    assert browser.post("/saved_view/keep", {"name": "x", "entity": "customer", "query": "filter={"}).status_code == 400
    assert stored(company, SavedView, "id") == []
