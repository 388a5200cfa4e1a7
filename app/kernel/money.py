"""Money is an integer number of minor units with a currency; these turn it into major units and back."""

import decimal
from functools import cache

from babel.core import get_global
from babel.numbers import format_currency

Amount = decimal.Decimal


@cache
def exponent(currency: str) -> int:
    """Decimal places of a currency by CLDR's fractions (ISO 4217); 2 for an unknown one."""
    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


def to_major(minor: int, currency: str) -> Amount:
    """Minor units as an exact decimal number of major units."""
    return Amount(minor).scaleb(-exponent(currency))


def to_minor(major: Amount, currency: str) -> int:
    """Major units as minor units. ValueError if `major` has more decimal places than the currency."""
    shifted = major.scaleb(exponent(currency))
    if shifted != shifted.to_integral_value():
        raise ValueError(f"{currency} has {exponent(currency)} decimal places")
    return int(shifted)


def plain(minor: int, currency: str) -> str:
    """The amount for files and forms: digits and a point, no grouping, no sign of the currency."""
    return f"{to_major(minor, currency):f}"


def spoken(minor: int, currency: str, locale: str) -> str:
    """The amount for people, with grouping and the currency's sign by locale."""
    return format_currency(to_major(minor, currency), currency, locale=locale)
