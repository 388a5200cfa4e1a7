"""The screens of customers: declarations that lead somewhere, pages that open, charts that count."""

import datetime as dt

import pytest

from app.customers import views
from app.customers.models import Customer, Industry, Interaction, Region
from app.kernel import clock
from app.kernel.views import EntityView
from tests.customers import declared

ALL = [view for view in vars(views).values() if isinstance(view, type) and issubclass(view, EntityView)
       and view is not EntityView]
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.__name__)
def test_every_name_in_a_declaration_leads_somewhere(office, view):
    declared.expect_sound(office, view)


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.__name__)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_page_opens_for_an_admin(company, view):
    declared.expect_open_pages(company, view)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_page_of_a_customer_opens_with_what_hangs_on_it(company, office):
    river = office.add(Customer, name="Blue River", by="sales1")
    office.add(Interaction, kind="call", customer=river, content="Wants two tills", by="sales1")
    page = company.browser("sales1").get(f"/customer/show/{river}")
    assert page.status_code == 200
    assert "Wants two tills" in page.get_data(as_text=True)


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_customer_is_claimed_and_released_through_the_api(company, office):
    river = office.add(Customer, name="Blue River", owner=None)
    client = company.client("sales1")
    claimed = client.post("/api/v1/customer/action/claim", json={"ids": [river]})
    assert claimed.status_code == 200, claimed.get_data(as_text=True)
    assert office.of(Customer, river, "owner_id") == office.ids["sales1"]
    again = company.client("sales2").post("/api/v1/customer/action/claim", json={"ids": [river]})
    assert again.status_code in (404, 409)
    refused = client.post("/api/v1/customer/action/release", json={"ids": [river]})
    assert (refused.status_code, set(refused.json["problems"])) == (422, {"reason"})
    client.post("/api/v1/customer/action/release", json={"ids": [river], "values": {"reason": "No budget"}})
    assert office.of(Customer, river, "owner_id") is None


def test_the_charts_of_customers_count_what_the_reader_sees(company, office):
    trade, east = office.add(Industry, name="Trade"), office.add(Region, name="East")
    with clock.at(NOON):
        for name in ("sales1", "sales1", "sales2"):
            office.add(Customer, name=name, industry=trade, region=east, by=name, next_contact_at=NOON)
        office.add(Customer, name="bare", by="sales1")
    manager, seller = company.client("manager"), company.client("sales1")
    for name, groups in (("by_industry", {"Trade": 3, "(empty)": 1}), ("by_lifecycle", {"Potential": 4}),
                         ("new_by_month", {"2026-03": 4})):
        assert declared.bars(declared.chart(manager, "customer", name)) == groups
    assert declared.bars(declared.chart(seller, "customer", "by_industry")) == {"Trade": 2, "(empty)": 1}
    assert declared.bars(declared.chart(manager, "customer", "overdue_by_owner")) == {"sales1": 2, "sales2": 1}
    assert declared.bars(declared.chart(manager, "customer", "overdue_by_owner", until="2026-03-01")) == {}
