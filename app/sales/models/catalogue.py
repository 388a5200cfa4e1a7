"""What is sold, against whom, where interest comes from, why deals are lost, what money is worth: rows of an admin."""

import decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import fields
from app.kernel.entity import Entity, Find, Values, living_key
from app.kernel.problems import Problem
from app.sales.models.currency import home_currency
from app.sales.rules.money import currency_problem, minor_shift, rate_problems


class ProductCategory(Entity):
    """What products are sorted by."""

    __tablename__ = "product_category"
    __table_args__ = (living_key("product_category", "name"),)
    entity_label, entity_label_plural = _l("Product category"), _l("Product categories")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 80, required=True)


class Product(Entity):
    """Something that is sold, with its list price in minor units of its currency."""

    __tablename__ = "product"
    __table_args__ = (living_key("product", "code"),)
    entity_label, entity_label_plural = _l("Product"), _l("Products")
    natural_key = ("code",)
    lookup_keys = ("code", "name")
    reference = True

    code = fields.text(_l("Code"), 60, aliases=("产品编号", "SKU"))
    name = fields.text(_l("Name"), 200, required=True, index=True, aliases=("产品名称", "Product"))
    category_id = fields.pointer("product_category", _l("Category"), aliases=("产品类别", "Series"))
    unit_price = fields.money(_l("Unit price"), least=0, aliases=("价格", "sales_price"))
    currency = fields.text(_l("Currency"), 3, required=True, default=home_currency)
    active = fields.boolean(_l("Active"), default=True)
    description = fields.long_text(_l("Description"))

    category = orm.relationship("ProductCategory", foreign_keys=[category_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        said = currency_problem(values.get("currency"))
        return {"currency": said} if said is not None else {}

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        return {"code": values.get("code") or None}


class Competitor(Entity):
    """Whom one meets in deals."""

    __tablename__ = "competitor"
    __table_args__ = (living_key("competitor", "name"),)
    entity_label, entity_label_plural = _l("Competitor"), _l("Competitors")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 120, required=True)
    website = fields.text(_l("Website"), 200)
    strengths = fields.long_text(_l("Strengths"), 4000)
    weaknesses = fields.long_text(_l("Weaknesses"), 4000)


class LeadSource(Entity):
    """Where interest comes from, by what it is judged and how it is followed up."""

    __tablename__ = "lead_source"
    __table_args__ = (living_key("lead_source", "name"),)
    entity_label, entity_label_plural = _l("Lead source"), _l("Lead sources")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 80, required=True)
    measure = fields.long_text(_l("What it is judged by"), 2000)
    strategy = fields.long_text(_l("How it is followed up"), 2000)


class LossReason(Entity):
    """Why a deal is lost."""

    __tablename__ = "loss_reason"
    __table_args__ = (living_key("loss_reason", "name"),)
    entity_label, entity_label_plural = _l("Loss reason"), _l("Loss reasons")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 80, required=True)


class CurrencyRate(Entity):
    """What `units` of a currency are worth in the currency of the house from a day on."""

    __tablename__ = "currency_rate"
    __table_args__ = (living_key("currency_rate", "currency", "valid_on"),)
    entity_label, entity_label_plural = _l("Currency rate"), _l("Currency rates")
    natural_key = ("currency", "valid_on")
    title_field = "currency"
    reference = True

    currency = fields.text(_l("Currency"), 3, required=True)
    valid_on = fields.date(_l("Valid from"), required=True)
    rate = fields.decimal(_l("Rate"), required=True,
                          help=_l("What so many units are worth in the currency of the house."))
    units = fields.integer(_l("Units"), least=1, most=1_000_000, required=True, default=1)
    # Minor units of a currency have a worth of their own: a yen has no cents.
    minor_shift = fields.decimal(_l("Minor unit factor"), required=True, default=decimal.Decimal(1), readonly=True)

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return rate_problems(values, home_currency())

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        return {"minor_shift": minor_shift(values.get("currency") or "", home_currency())}
