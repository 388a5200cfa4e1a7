"""Orders and their lines, and the counter that numbers them."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.database import db
from app.kernel.entity import Entity, Find, Values, living_key
from app.kernel.problems import Problem
from app.sales.models.currency import home_currency
from app.sales.models.lines import line_values
from app.sales.rules import orders
from app.sales.rules.money import line_problems

ORDER_STATUSES = {orders.NEW: _l("New"), orders.CONFIRMED: _l("Confirmed"), orders.SHIPPED: _l("Shipped"),
                  orders.COMPLETED: _l("Completed"), orders.CANCELLED: _l("Cancelled"), orders.REFUNDED: _l("Refunded")}
CHANNELS = {"sales": _l("Sales team"), "online": _l("Online shop"), "store": _l("Store"), "phone": _l("Phone"),
            "partner": _l("Partner"), "other": _l("Other")}


class Order(Entity):
    """What a customer bought. Where it has lines, they make the amount; a number is given when none is."""

    __tablename__ = "order"
    __table_args__ = (living_key("order", "number"),
                      sa.Index("ix_order_customer_id_ordered_at", "customer_id", "ordered_at"))
    entity_label, entity_label_plural = _l("Sales order"), _l("Orders")
    natural_key = ("number",)
    lookup_keys = ("number",)
    title_field = "number"
    through = "customer"

    number = fields.text(_l("Number"), 60, aliases=("订单编号", "合同编号"))
    customer_id = fields.pointer("customer", _l("Customer"), required=True, index=False, aliases=("客户名称",))
    opportunity_id = fields.pointer("opportunity", _l("Opportunity"), aliases=("商机名称",))
    ordered_at = fields.moment(_l("Ordered"), required=True, default=clock.now, index=True, aliases=("下单时间",))
    status = fields.choice(_l("Status"), ORDER_STATUSES, required=True, default=orders.NEW, index=True)
    channel = fields.choice(_l("Channel"), CHANNELS, default="sales")
    amount = fields.money(_l("Amount"), least=0, aliases=("合同金额",), help=_l("Where there are lines, their sum."))
    currency = fields.text(_l("Currency"), 3, required=True, default=home_currency)
    line_count = fields.integer(_l("Number of lines"), required=True, default=0, readonly=True)
    lines_total = fields.money(_l("Sum of the lines"), required=True, default=0, readonly=True)
    remark = fields.long_text(_l("Remark"), aliases=("备注",))

    customer = orm.relationship("Customer", foreign_keys=[customer_id])
    opportunity = orm.relationship("Opportunity", foreign_keys=[opportunity_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return orders.order_problems(values)

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        made: dict[str, Any] = {"number": values.get("number") or None}
        if values.get("line_count"):
            made["amount"] = values["lines_total"]
        if before is None and values.get("owner") is None:
            # What a shop or a job records belongs to whoever has the customer.
            parent = find("customer", values.get("customer"))
            made |= {name: parent[name] for name in ("owner", "team") if parent}
        return made


class OrderLine(Entity):
    """One product of an order: ``quantity * unit_price - discount`` in minor units of the order's currency."""

    __tablename__ = "order_line"
    entity_label, entity_label_plural = _l("Order line"), _l("Order lines")
    title_field = "id"
    hangs_on = ("order",)
    through = "order"

    order_id = fields.pointer("order", _l("Sales order"), required=True, aliases=("订单编号",))
    product_id = fields.pointer("product", _l("Product"), required=True)
    quantity = fields.decimal(_l("Quantity"), required=True, default=1)
    unit_price = fields.money(_l("Unit price"), least=0, required=True)
    discount = fields.money(_l("Discount"), least=0, required=True, default=0)
    amount = fields.money(_l("Amount"), readonly=True)
    currency = fields.text(_l("Currency"), 3, readonly=True)

    order = orm.relationship("Order", foreign_keys=[order_id])
    product = orm.relationship("Product", foreign_keys=[product_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return line_problems(values)

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        return line_values(values, before, find, "order")


class NumberCounter(db.Model):
    """How far a series of printed numbers went. The row is locked from taking a number to the end of the unit."""

    __tablename__ = "number_counter"

    series: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    last: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False, default=0)
