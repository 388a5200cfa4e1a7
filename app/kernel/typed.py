"""Text and JSON values from form and API, typed by their field; the import has its own, more lenient reader."""

import datetime as dt
import decimal
import unicodedata
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel import about, money
from app.kernel.fields import Field
from app.kernel.judge import LIMITS, NOT_STORABLE, is_storable
from app.kernel.problems import N_, Problem, problem

TRUE, FALSE = {"true", "1", "yes", "y", "on", "是"}, {"false", "0", "no", "n", "off", "否"}
MOST_DIGITS = 40
NOT_A = {
    "integer": N_("“%(value)s” is not a whole number."), "decimal": N_("“%(value)s” is not a number."),
    "money": N_("“%(value)s” is not an amount."), "date": N_("“%(value)s” is not a date (YYYY-MM-DD)."),
    "moment": N_("“%(value)s” is not a point in time (YYYY-MM-DD HH:MM)."), "boolean": N_("Say yes or no."),
    "pointer": N_("Choose one of the records offered."), "user": N_("Choose one of the records offered."),
    "many": N_("Choose one of the records offered."), "about": N_("Choose one of the records offered."),
}


def typed(field: Field, given: Any, *, zone: str = "UTC", currency: str = "CNY") -> Any:
    """The typed value of what a form or a JSON body gave for `field`, or a Problem.

    Text is trimmed and put into Unicode's composed form. Money is in major units of `currency`, as text or number;
    moments without a zone are in `zone`; pointers are an id or an object with ``id``.
    """
    if isinstance(given, str):
        given = unicodedata.normalize("NFC", given).strip()
        if not is_storable(given):
            return problem(NOT_STORABLE)
    if given is None or given == "":
        return [] if field.kind == "many" else None
    try:
        return _READERS.get(field.kind, _text)(given, zone, currency)
    except (ValueError, TypeError, decimal.InvalidOperation, OverflowError):
        return problem(NOT_A.get(field.kind, N_("This value has the wrong type.")), value=str(given)[:40])


def _text(given: Any, zone: str, currency: str) -> str:
    if not isinstance(given, str):
        raise ValueError("text expected")
    return given.replace("\r\n", "\n")


def _integer(given: Any, zone: str, currency: str) -> int:
    if isinstance(given, (bool, float)):
        raise ValueError("a whole number expected")
    return int(given)


def _number(given: Any) -> decimal.Decimal:
    if isinstance(given, bool):
        raise ValueError("a number expected")
    value = decimal.Decimal(str(given).replace(",", ""))
    # "1e400000" is a short text, but as a whole number it costs seconds to write out.
    if not value.is_finite() or value.adjusted() > MOST_DIGITS:
        raise ValueError("a finite number of a sensible size expected")
    return value


def _decimal(given: Any, zone: str, currency: str) -> decimal.Decimal:
    value = _number(given)
    if -value.as_tuple().exponent > 4:
        raise ValueError("at most four places expected")
    return value


def _money(given: Any, zone: str, currency: str) -> int:
    return money.to_minor(_number(given), currency)


def _boolean(given: Any, zone: str, currency: str) -> bool:
    word = str(given).lower()
    if word not in TRUE | FALSE:
        raise ValueError("yes or no expected")
    return word in TRUE


def _date(given: Any, zone: str, currency: str) -> dt.date:
    return dt.date.fromisoformat(given)


def _moment(given: Any, zone: str, currency: str) -> dt.datetime:
    value = dt.datetime.fromisoformat(given)
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(dt.UTC)


def _pointer(given: Any, zone: str, currency: str) -> int:
    if isinstance(given, dict):
        given = given.get("id", "")
    number = _integer(given, zone, currency)
    if abs(number) > LIMITS["pointer"]:
        raise ValueError("no record has such a number")
    return number


def _about(given: Any, zone: str, currency: str) -> str:
    if isinstance(given, dict):
        given = about.text_of(given.get("entity"), given.get("id"))
    return _text(given, zone, currency)


def _many(given: Any, zone: str, currency: str) -> list[int]:
    given = given if isinstance(given, list) else [part for part in str(given).split(",") if part]
    return sorted({_pointer(each, zone, currency) for each in given})


def _json(given: Any, zone: str, currency: str) -> Any:
    if not isinstance(given, (dict, list)):
        raise ValueError("an object expected")
    return given


_READERS = {"integer": _integer, "decimal": _decimal, "money": _money, "boolean": _boolean, "date": _date,
            "moment": _moment, "pointer": _pointer, "user": _pointer, "about": _about, "many": _many, "json": _json}


def number_in(text: str | None) -> int | None:
    """The natural number that a form or an address writes in plain digits, None for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def is_problem(value: Any) -> bool:
    """Whether `typed` answered with a Problem."""
    return isinstance(value, Problem)
