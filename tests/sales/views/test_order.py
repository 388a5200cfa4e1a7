"""Orders through the API."""

import datetime as dt

from app.sales.models import Order, OrderLine
from tests.customers.declared import bars, chart

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_an_order_is_posted_and_comes_back_with_its_number(shop, company):
    river, seller = shop.customer(), company.client("sales1")
    made = seller.post("/api/v1/order/", json={"customer": river, "amount": "12.50",
                                               "ordered_at": "2026-03-02T12:00:00Z"})
    assert made.status_code == 201, made.get_data(as_text=True)
    order = shop.rows(Order, "id", "amount", "ordered_at")[0]
    assert order[1:] == (12_50, NOON)
    read = seller.get(f"/api/v1/order/{order[0]}").json["result"]
    assert read["number"].startswith("SO-")


def test_a_customer_out_of_sight_is_refused_with_the_field(shop, company):
    hidden = shop.customer("Hidden", by="sales2")
    answer = company.client("sales1").post("/api/v1/order/", json={"customer": hidden})
    assert (answer.status_code, set(answer.json["problems"])) == (422, {"customer"})


def test_sales_by_product_leave_out_what_was_taken_back(shop, company):
    river = shop.customer()
    for status, quantity in (("completed", 2), ("cancelled", 5)):
        order = shop.add(Order, customer=river, ordered_at=NOON, status=status)
        shop.add(OrderLine, **shop.line(order=order, quantity=quantity))
    manager = company.client("manager")
    assert bars(chart(manager, "order_line", "by_product")) == {"Till": 200.0}
    assert bars(chart(manager, "order_line", "pieces_by_product")) == {"Till": 2.0}
    assert bars(chart(manager, "order", "by_month")) == {"2026-03": 200.0}
    assert bars(chart(manager, "order", "by_status")) == {"Completed": 1, "Cancelled": 1}
