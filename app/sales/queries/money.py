"""Money in the currency of the house, in SQL: the same judgement as `rules.money.convert`."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel import clock
from app.kernel.database import dialect
from app.sales.models import CurrencyRate
from app.sales.models.currency import home_currency


def converted(model: Any, amount: Any, day: Any = None) -> Any:
    """An SQL expression: `amount` of `model` in minor units of CRM_CURRENCY, NULL where no rate was valid.

    `day` is the date or moment column that dates the rate (today's rate if None). Amounts in the currency of the house
    are taken as they are, without looking for a rate.
    """
    exact = sa.cast(amount, sa.Numeric(24, 4)) * _factor(model.currency, _as_date(day))
    return sa.case((model.currency == home_currency(), amount), else_=sa.cast(sa.func.round(exact), sa.BigInteger))


def _factor(currency: Any, day: Any) -> Any:
    """From minor to minor units by the latest rate that was valid on `day`."""
    rate = orm.aliased(CurrencyRate)
    return sa.select(rate.rate * rate.minor_shift / rate.units).where(
        rate.currency == currency, rate.valid_on <= day, rate.deleted_at.is_(None),
    ).order_by(rate.valid_on.desc()).limit(1).scalar_subquery()


def _as_date(day: Any) -> Any:
    """The calendar day in UTC; today where there is none."""
    today = sa.literal(clock.today(), sa.Date())
    if day is None or isinstance(day.type, sa.Date):
        return today if day is None else sa.func.coalesce(day, today)
    # SQLite keeps moments as UTC text already, PostgreSQL would cut the day in the zone of its session.
    moment = day if dialect() == "sqlite" else sa.func.timezone("UTC", day)
    return sa.func.coalesce(sa.func.date(moment, type_=sa.Date()), today)
