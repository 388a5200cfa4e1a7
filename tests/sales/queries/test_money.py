"""Money in SQL comes to the same as the pure judgement, on both databases."""

import datetime as dt
import itertools
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.sales.models import CurrencyRate, Opportunity, Order
from app.sales.queries import converted
from app.sales.rules.money import Rate, convert

DAY = dt.date(2026, 3, 2)
RATES = [("USD", -10, "7.0", 1), ("USD", 0, "7.2501", 1), ("JPY", -10, "4.8765", 100), ("KWD", 0, "23.5", 1)]


def noon(shift, hour=12):
    return dt.datetime.combine(DAY, dt.time(hour), dt.UTC) + dt.timedelta(days=shift)


@pytest.fixture
def rates(shop):
    for currency, shift, rate, units in RATES:
        shop.add(CurrencyRate, currency=currency, valid_on=DAY + dt.timedelta(days=shift), rate=Decimal(rate),
                 units=units)
    return [Rate(currency, DAY + dt.timedelta(days=shift), Decimal(rate), units) for currency, shift, rate,
            units in RATES]


def worth(shop, model, day, by="system"):
    return shop.as_(by, lambda: list(session().scalars(
        sa.select(converted(model, model.amount, day)).order_by(model.id))))


def test_every_amount_is_worth_what_the_rule_says(shop, rates):
    river = shop.customer()
    cases = list(itertools.product(["CNY", "USD", "JPY", "KWD", "EUR"], [-11, -10, -1, 0, 40], [1, 99_99, 123_456_789]))
    shop.as_("system", add_rows, Order, [
        {"customer": river, "currency": currency, "ordered_at": noon(shift), "amount": amount}
        for currency, shift, amount in cases])
    expected = [convert(amount, currency, DAY + dt.timedelta(days=shift), rates, "CNY") for currency, shift,
                amount in cases]
    assert worth(shop, Order, Order.ordered_at) == expected


@pytest.mark.parametrize(("moment", "amount"), [(noon(0, 0), 7_25), (noon(-1, 23), 7_00)])
def test_the_day_of_a_moment_is_cut_in_utc(shop, rates, moment, amount):
    shop.add(Order, customer=shop.customer(), currency="USD", ordered_at=moment, amount=1_00)
    assert worth(shop, Order, Order.ordered_at) == [amount]


def test_a_date_dates_the_rate_and_without_one_today_does(shop, rates):
    for shift in (-5, None, 40):
        on = None if shift is None else DAY + dt.timedelta(days=shift)
        shop.deal(currency="USD", amount=100_00, expected_close_on=on)
    assert worth(shop, Opportunity, Opportunity.expected_close_on) == [700_00, 725_01, 725_01]
    assert worth(shop, Opportunity, None) == [725_01] * 3


def test_a_deleted_rate_is_worth_nothing(shop, rates):
    shop.delete(CurrencyRate, *[each for each, in shop.rows(CurrencyRate, "id")])
    shop.deal(currency="USD", amount=100_00)
    assert worth(shop, Opportunity, None) == [None]


def test_sums_of_mixed_money_under_the_rights_of_the_reader(shop, rates):
    shop.deal(currency="USD", amount=100_00)
    shop.deal(currency="CNY", amount=5_00)
    shop.deal(by="sales2", amount=999_00)
    total = shop.as_("sales1", lambda: session().scalar(
        sa.select(sa.func.sum(converted(Opportunity, Opportunity.amount)))))
    assert total == 730_01


@pytest.mark.parametrize(("values", "field"), [
    ({"currency": "CNY", "rate": Decimal(1)}, "currency"), ({"currency": "USD", "rate": Decimal(0)}, "rate"),
    ({"currency": "USD", "rate": Decimal(7), "units": 0}, "units"), ({"currency": "usd", "rate": Decimal(7)},
                                                                     "currency")])
def test_a_bad_rate_is_refused(shop, values, field):
    outcome = shop.as_("admin", add_rows, CurrencyRate, [{"valid_on": DAY, **values}])
    assert set(outcome.refused[0]) == {field}


def test_a_currency_has_one_rate_a_day(shop, rates):
    again = {"currency": "USD", "valid_on": DAY, "rate": Decimal(7)}
    assert set(shop.as_("admin", add_rows, CurrencyRate, [again]).refused[0]) == {"currency"}
