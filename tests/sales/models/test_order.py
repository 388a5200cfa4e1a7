"""The order as every way of writing meets it."""

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.kernel.fields import fields_of
from app.sales.models import Order, OrderLine

OF_INTERFACE = "number customer opportunity ordered_at status channel amount currency".split()


def test_orders_and_their_lines_have_the_fields_that_others_rely_on():
    assert set(OF_INTERFACE) <= set(fields_of(Order))
    assert {"order", "product", "quantity", "unit_price", "discount", "amount"} <= set(fields_of(OrderLine))
    assert list(fields_of(Order)["status"].choices) == ["new", "confirmed", "shipped", "completed", "cancelled",
                                                        "refunded"]


def test_an_order_made_by_the_form_is_numbered_and_told_by_its_number(shop):
    river = shop.customer()

    def save():
        record = Order(customer_id=river)
        session().add(record)
        session().flush()
        return record.id

    order = shop.as_("sales1", save)
    number = shop.of(Order, order, "number")
    assert number.startswith("SO-")
    assert shop.as_("sales1", lambda: str(session().scalars(sa.select(Order)).one())) == number


@pytest.mark.parametrize(("name", "sees"), [("sales1", True), ("sales2", False), ("manager", True), ("support1", True),
                                            ("marketing", False), ("analyst", True), ("viewer", True)])
def test_who_sees_an_order_and_its_lines(shop, name, sees):
    order = shop.add(Order, customer=shop.customer(), by="sales1")
    shop.add(OrderLine, **shop.line(order=order), by="sales1")
    for model in (Order, OrderLine):
        assert len(shop.as_(name, lambda model=model: list(session().scalars(sa.select(model.id))))) == int(sees)


@pytest.mark.parametrize(("values", "field"), [
    ({"quantity": -1}, "quantity"), ({"discount": 300_00}, "discount"), ({"product": 999}, "product")])
def test_a_bad_line_is_refused_with_its_field(shop, values, field):
    order = shop.add(Order, customer=shop.customer(), by="sales1")
    given = {"unit_price": 100_00, **shop.line(order=order), **values}
    assert set(shop.as_("sales1", add_rows, OrderLine, [given]).refused[0]) == {field}


def test_a_deleted_customer_keeps_its_orders(shop):
    river = shop.customer()
    order = shop.add(Order, customer=river, amount=5_00)
    shop.delete(Customer, river)
    assert shop.of(Order, order, "deleted_at", "customer_id", "amount") == (None, river, 5_00)
