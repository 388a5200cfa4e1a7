"""What a currency sign or code beside an amount means."""

from functools import cache

from babel.core import get_global

SYMBOLS = {
    "¥": frozenset({"CNY", "JPY"}),
    "元": frozenset({"CNY"}),
    "$": frozenset({"USD", "AUD", "CAD", "HKD", "MOP", "MXN", "NZD", "SGD", "TWD"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP"}),
    "₩": frozenset({"KRW"}),
    "₹": frozenset({"INR"}),
    "₽": frozenset({"RUB"}),
    "RMB": frozenset({"CNY"}),
}


@cache
def known_currencies() -> frozenset[str]:
    """The codes of ISO 4217 of currencies that exist or existed, as CLDR lists them."""
    return frozenset(get_global("all_currencies"))


def currencies_meant(sign: str) -> frozenset[str]:
    """The currencies that a symbol or code beside an amount may mean; empty if it means none."""
    sign = sign.upper()
    return SYMBOLS.get(sign) or frozenset({sign}) & known_currencies()
