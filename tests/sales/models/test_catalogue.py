"""What an admin of sales keeps: products, competitors, sources, reasons, rates."""

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import session
from app.kernel.fields import fields_of
from app.sales.models import Competitor, CurrencyRate, LeadSource, LossReason, Product, ProductCategory

NAMED = [ProductCategory, Competitor, LeadSource, LossReason]
DAY = dt.date(2026, 3, 2)


def test_a_product_has_the_fields_that_others_rely_on():
    assert {"code", "name", "category", "unit_price", "currency", "active"} <= set(fields_of(Product))


@pytest.mark.parametrize("model", NAMED)
def test_a_name_is_taken_once_and_the_row_belongs_to_nobody(office, model):
    office.add(model, name="Trade", by="admin")
    assert set(office.as_("admin", add_rows, model, [{"name": "Trade"}]).refused[0]) == {"name"}
    assert office.rows(model, "name", "owner_id") == [("Trade", None)]


@pytest.mark.parametrize("model", [*NAMED, Product])
def test_everybody_in_sales_reads_them_and_only_an_admin_writes(office, model):
    office.add(model, name="Trade", by="admin")
    for name in ("sales1", "manager", "support1", "analyst"):
        assert office.as_(name, lambda: [str(row) for row in session().scalars(sa.select(model))]) == ["Trade"]
    assert office.as_("sales1", add_rows, model, [{"name": "Mine"}]).refused
    row = office.rows(model, "id")[0][0]
    assert office.as_("sales1", change_rows, model, {row: {"name": "Mine"}}).refused


def test_a_product_is_on_sale_in_the_currency_of_the_house_unless_told_otherwise(office):
    till = office.add(Product, name="Till", unit_price=100_00)
    assert office.of(Product, till, "currency", "active", "code") == ("CNY", True, None)


def test_the_currency_of_the_house_is_a_setting_of_the_installation(office):
    before = office.app.config.get("CRM_CURRENCY")
    office.app.config["CRM_CURRENCY"] = "EUR"
    try:
        assert office.of(Product, office.add(Product, name="Till"), "currency") == "EUR"
        refused = office.as_("admin", add_rows, CurrencyRate, [{"currency": "EUR", "valid_on": DAY,
                                                                "rate": Decimal(1)}])
        assert set(refused.refused[0]) == {"currency"}
    finally:
        office.app.config["CRM_CURRENCY"] = before


def test_a_code_is_taken_once_and_an_empty_one_is_none(office):
    office.add(Product, name="Till", code="T-1")
    assert set(office.as_("system", add_rows, Product, [{"name": "Other", "code": "T-1"}]).refused[0]) == {"code"}
    for name in "AB":
        office.add(Product, name=name, code="")
    assert [code for code, in office.rows(Product, "code")] == ["T-1", None, None]


@pytest.mark.parametrize(("field", "value"), [("unit_price", -1), ("currency", "yuan"), ("category", 999), ("name",
                                                                                                            None)])
def test_a_bad_product_is_refused_with_its_field(office, field, value):
    assert set(office.as_("admin", add_rows, Product, [{"name": "Till", field: value}]).refused[0]) == {field}


def test_a_product_stands_in_its_category(office):
    hardware = office.add(ProductCategory, name="Hardware")
    till = office.add(Product, name="Till", category=hardware)
    found = office.as_("sales1", lambda: str(session().scalars(sa.select(Product)).one().category))
    assert (found, office.of(Product, till, "category_id")) == ("Hardware", hardware)


@pytest.mark.parametrize(("currency", "shift"), [("USD", 1), ("JPY", 100), ("KWD", Decimal("0.1"))])
def test_a_rate_knows_what_minor_units_are_worth(office, currency, shift):
    rate = office.add(CurrencyRate, currency=currency, valid_on=DAY, rate=Decimal("7.1234"))
    assert office.of(CurrencyRate, rate, "minor_shift", "rate", "units") == (shift, Decimal("7.1234"), 1)


def test_a_rate_without_day_or_value_is_refused(office):
    assert set(office.as_("admin", add_rows, CurrencyRate, [{"currency": "USD"}]).refused[0]) == {"valid_on", "rate"}
