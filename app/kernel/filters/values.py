"""From what was asked, as text or JSON, to the typed value of a field; or a problem in words."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.kernel import clock
from app.kernel.fields import Field
from app.kernel.filters import times
from app.kernel.filters.bound import Ref
from app.kernel.filters.operators import kind_of
from app.kernel.filters.tree import Minor
from app.kernel.language import choice_labels
from app.kernel.problems import N_, Problem, problem

# A double, in which SQLite keeps decimals, holds four places exactly up to here.
MOST_DECIMAL = Decimal(10) ** 11
DECIMAL_PLACES = 4
FIRST_YEAR, LAST_YEAR = 1000, 9998

_TRUE = frozenset({"true", "1", "yes", "y", "on", "是"})
_FALSE = frozenset({"false", "0", "no", "n", "off", "否"})
_WHOLE = re.compile(r"[+-]?[0-9]{1,20}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,20})?(e[+-]?[0-9]{1,2})?", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# "+08:00" typed into a URL without encoding arrives as " 08:00".
_LOST_PLUS = re.compile(r"(T[0-9:.]+) ([0-9]{2}:[0-9]{2})")


@dataclass(frozen=True)
class Context:
    """Who asks: his id for ``me``, his IANA `zone` for days, and the decimals between major and minor units."""

    user_id: int | None = None
    zone: str = "UTC"
    money_places: int = 2


class Unreadable(ValueError):
    """A value that is none of the field's; `problem` says why."""

    def __init__(self, reason: Problem) -> None:
        self.problem = reason
        super().__init__(str(reason))


Reader = Callable[[Any, Field, sa.Column | None, Context], Any]


def typed(value: Any, field: Field, column: sa.Column | None, context: Context) -> Any:
    """`value` as `field` compares it: a value, a Span, a Ref, or None for a missing value. Raises Unreadable."""
    if value is None:
        return None
    kind = kind_of(field)
    if isinstance(value, Minor) and kind != "money":
        raise Unreadable(problem(N_("Only an amount of money has minor units.")))
    return _READERS[kind](value, field, column, context)


def hashes(text: str, column: sa.Column) -> tuple[str, ...]:
    """What the blind index of an encrypted column may hold for `text`: one hash per key in use, none for a blank."""
    # While keys are changed, rows carry the hash of the old key or of the new one.
    opaque: Any = column.type
    return tuple(opaque.index_values(text))


def _text(value: Any, *_: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _digits(value: Any) -> str:
    # Chinese input methods give full-width digits and points.
    return unicodedata.normalize("NFKC", _text(value)).strip()


def _bits(column: sa.Column | None) -> int:
    if column is None or isinstance(column.type, sa.BigInteger):
        return 64
    return 16 if isinstance(column.type, sa.SmallInteger) else 32


def _fitting(number: int, column: sa.Column | None) -> int:
    # Out of the column's range both drivers raise instead of finding nothing.
    if abs(number) >= 2 ** (_bits(column) - 1):
        raise Unreadable(problem(N_("This number is too large.")))
    return number


def _integer(value: Any, field: Field, column: sa.Column | None, context: Context) -> int:
    given = _digits(value)
    if isinstance(value, bool) or not _WHOLE.fullmatch(given):
        raise Unreadable(problem(N_("%(value)s is not a whole number."), value=_text(value)))
    return _fitting(int(given), column)


def _number(value: Any, places: int) -> Decimal:
    given = _digits(value)
    if isinstance(value, bool) or not _NUMBER.fullmatch(given):
        raise Unreadable(problem(N_("%(value)s is not a number."), value=_text(value)))
    number = Decimal(given).normalize()
    if -int(number.as_tuple().exponent) > places:
        raise Unreadable(problem(N_("At most %(places)s decimal places are possible."), places=places))
    return number


def _decimal(value: Any, field: Field, column: sa.Column | None, context: Context) -> Decimal:
    number = _number(value, DECIMAL_PLACES)
    if abs(number) >= MOST_DECIMAL:
        raise Unreadable(problem(N_("This number is too large.")))
    return number


def _money(value: Any, field: Field, column: sa.Column | None, context: Context) -> int:
    if isinstance(value, Minor):
        return _fitting(value.amount, column)
    major = _number(value, context.money_places)
    if major.adjusted() > 20:
        raise Unreadable(problem(N_("This number is too large.")))
    return _fitting(int(major.scaleb(context.money_places)), column)


def _boolean(value: Any, *_: Any) -> bool:
    word = _digits(value).lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise Unreadable(problem(N_("%(value)s is neither yes nor no."), value=_text(value)))


def _day(text: str) -> dt.date | None:
    """The day that `text` spells in ISO, None if it spells none. Raises Unreadable beyond the years we count."""
    if not _DAY.fullmatch(text):
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return _within_years(day)


def _within_years(day: Any) -> Any:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise Unreadable(problem(N_("This day is too far away.")))


def _date(value: Any, field: Field, column: sa.Column | None, context: Context) -> Any:
    text = _digits(value)
    found = _day(text) or times.days_of(text, clock.today(context.zone))
    if found is None:
        raise Unreadable(problem(N_("%(value)s is no day: write 2026-03-31, or a word such as this_month."),
                                 value=_text(value)))
    return found


def _moment(value: Any, field: Field, column: sa.Column | None, context: Context) -> Any:
    text, zone = _digits(value), ZoneInfo(context.zone)
    day = _day(text)
    if day is not None:
        return times.day_span(day, zone)
    return times.moments_of(text, clock.now(), zone) or _exact(text, zone, value)


def _exact(text: str, zone: ZoneInfo, value: Any) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", text))
    except ValueError:
        raise Unreadable(problem(N_("%(value)s is no moment: write 2026-03-31 or 2026-03-31T14:30, or a word such as "
                                    "today."), value=_text(value))) from None
    _within_years(moment)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)


def _choice(value: Any, field: Field, column: sa.Column | None, context: Context) -> str:
    text = _text(value)
    if field.choices is None or text in field.choices:
        return text
    stored = choice_labels(field).get(text.strip().casefold())
    if stored is None:
        raise Unreadable(problem(N_("%(value)s is not one of the choices."), value=text))
    return stored


def _related(value: Any, field: Field, column: sa.Column | None, context: Context) -> Ref | None:
    text = _text(value)
    if _WHOLE.fullmatch(text.strip()):
        return Ref(id=_fitting(int(text), column))
    if text == "null":
        return None
    if not text.strip():
        raise Unreadable(problem(N_("A value is missing.")))
    if text == "me" and field.kind == "user":
        if context.user_id is None:
            raise Unreadable(problem(N_("Nobody is logged in, so that \"me\" means nobody.")))
        return Ref(id=context.user_id, word="me")
    return Ref(name=text)


_READERS: dict[str, Reader] = {
    "text": _text, "long_text": _text, "about": _text, "integer": _integer, "decimal": _decimal, "money": _money,
    "boolean": _boolean, "date": _date, "moment": _moment, "choice": _choice, "pointer": _related, "user": _related,
    "many": _related, "personal": _text,
}
