"""Amounts: what a line costs and what money is worth in the currency of the house. All in integer minor units."""

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.numbers import is_currency

from app.kernel.money import exponent
from app.kernel.problems import N_, Problem, Problems, problem

Decimal = decimal.Decimal
# The usual precision of 28 digits rounds, or fails, where a large quantity meets a large price.
_EXACT = decimal.Context(prec=80, rounding=decimal.ROUND_HALF_UP)


def line_amount(quantity: Decimal | int | None, unit_price: int | None, discount: int | None) -> int:
    """``quantity * unit_price - discount``, the product rounded half up to a whole minor unit before the discount."""
    gross = _EXACT.multiply(Decimal(quantity or 0), Decimal(unit_price or 0))
    return _whole(gross) - (discount or 0)


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), context=_EXACT))


def line_problems(values: Mapping[str, Any]) -> Problems:
    """A line sells something, for a price, and no discount exceeds what it costs."""
    found: Problems = {}
    if values.get("quantity") is not None and values["quantity"] <= 0:
        found["quantity"] = problem(N_("The quantity must be more than nothing."))
    elif (values.get("discount") or 0) > line_amount(values.get("quantity"), values.get("unit_price"), 0):
        found["discount"] = problem(N_("The discount is larger than the price."))
    return found


def price_of(product: Mapping[str, Any], currency: str | None) -> int | None:
    """The list price of a product where it is quoted in `currency`, else None: it must be typed then."""
    return product.get("unit_price") if product and product.get("currency") == currency else None


def currency_problem(code: str | None) -> Problem | None:
    """Whether `code` is an ISO 4217 code in capitals."""
    if code and not (code.isupper() and is_currency(code)):
        return problem(N_("“%(value)s” is not a currency. Use a code such as CNY or USD."), value=code[:10])
    return None


def rate_problems(values: Mapping[str, Any], home: str) -> Problems:
    """A rate is for another currency than that of the house, and more than nothing."""
    found: Problems = {}
    said = currency_problem(values.get("currency"))
    if said is not None:
        found["currency"] = said
    elif values.get("currency") == home:
        found["currency"] = problem(N_("This is the currency that all others are converted to."))
    if values.get("rate") is not None and values["rate"] <= 0:
        found["rate"] = problem(N_("A rate is more than nothing."))
    return found


@dataclass(frozen=True)
class Rate:
    """From the day `valid_on` on, `units` of `currency` are worth `rate` of the currency of the house, in major units.

    Weak currencies are quoted for 100 or 10,000 units, so that four decimal places are enough.
    """

    currency: str
    valid_on: dt.date
    rate: Decimal
    units: int = 1


def minor_shift(currency: str, home: str) -> Decimal:
    """What turns minor units of `currency` times a major rate into minor units of `home`: 100 for JPY to CNY."""
    return Decimal(1).scaleb(exponent(home) - exponent(currency))


def rate_on(rates: Iterable[Rate], currency: str, day: dt.date) -> Rate | None:
    """The latest rate of `currency` that was valid on `day`, or None."""
    known = [rate for rate in rates if rate.currency == currency and rate.valid_on <= day]
    return max(known, key=lambda rate: rate.valid_on, default=None)


def convert(amount: int, currency: str, day: dt.date, rates: Iterable[Rate], home: str) -> int | None:
    """`amount` in minor units of `home` at the rate of `day`, rounded half away from zero; None without a rate."""
    if currency == home:
        return amount
    rate = rate_on(rates, currency, day)
    if rate is None:
        return None
    value = _EXACT.divide(_EXACT.multiply(Decimal(amount), rate.rate), Decimal(rate.units))
    return _whole(_EXACT.multiply(value, minor_shift(currency, home)))


def totals(amounts: Iterable[tuple[int, str, dt.date]], rates: Sequence[Rate], home: str) -> dict[str, int]:
    """Sums by currency of (amount, currency, day): everything with a rate in `home`, the rest in its own currency."""
    found: dict[str, int] = {}
    for amount, currency, day in amounts:
        converted = convert(amount, currency, day, rates, home)
        key, value = (currency, amount) if converted is None else (home, converted)
        found[key] = found.get(key, 0) + value
    return found
