"""Spans of time as people name them: ``this_month``, ``last_7_days``, ``overdue``; pure, given today and now.

Weeks begin on Monday. ``last_7_days`` are today and the six days before, ``next_7_days`` today and the six after,
``older_than_7_days`` is every day more than seven days back, ``overdue`` every day before today, or moment before now.
"""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

MOST_DAYS = 36_500
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From `start` (included; None is no beginning) to `end` (excluded unless `closed`); `word` is how it was said."""

    start: Any
    end: Any
    closed: bool = False
    word: str = ""

    def __contains__(self, value: Any) -> bool:
        if self.start is not None and value < self.start:
            return False
        return value < self.end or (self.closed and value == self.end)


def _month(day: dt.date, shift: int) -> dt.date:
    """The first day of the month that lies `shift` months from that of `day`."""
    months = day.year * 12 + day.month - 1 + shift
    return dt.date(months // 12, months % 12 + 1, 1)


def _days(today: dt.date, shift: int) -> tuple[dt.date, dt.date]:
    return today + shift * DAY, today + (shift + 1) * DAY


def _weeks(today: dt.date, shift: int) -> tuple[dt.date, dt.date]:
    monday = today + (7 * shift - today.weekday()) * DAY
    return monday, monday + 7 * DAY


def _months(today: dt.date, shift: int) -> tuple[dt.date, dt.date]:
    return _month(today, shift), _month(today, shift + 1)


def _quarters(today: dt.date, shift: int) -> tuple[dt.date, dt.date]:
    first = _month(today, -((today.month - 1) % 3))
    return _month(first, 3 * shift), _month(first, 3 * shift + 3)


def _years(today: dt.date, shift: int) -> tuple[dt.date, dt.date]:
    return dt.date(today.year + shift, 1, 1), dt.date(today.year + shift + 1, 1, 1)


_Span = Callable[[dt.date, int], tuple[dt.date, dt.date]]
_NAMED: dict[str, tuple[_Span, int]] = {
    "yesterday": (_days, -1), "today": (_days, 0), "tomorrow": (_days, 1),
    "last_week": (_weeks, -1), "this_week": (_weeks, 0), "next_week": (_weeks, 1),
    "last_month": (_months, -1), "this_month": (_months, 0), "next_month": (_months, 1),
    "last_quarter": (_quarters, -1), "this_quarter": (_quarters, 0), "next_quarter": (_quarters, 1),
    "last_year": (_years, -1), "this_year": (_years, 0),
}
WORDS = (*_NAMED, "overdue")
_COUNTED = re.compile(r"(last|next|older_than)_([1-9][0-9]{0,4})_days")


def counted(word: str) -> tuple[str, int] | None:
    """``("last", 7)`` for ``last_7_days``; None for any other word or more than MOST_DAYS days."""
    found = _COUNTED.fullmatch(word)
    if found is None or int(found[2]) > MOST_DAYS:
        return None
    return found[1], int(found[2])


def days_of(word: str, today: dt.date) -> Span | None:
    """The span of days that `word` names on the day `today`; None if it is no such word."""
    if word in _NAMED:
        span, shift = _NAMED[word]
        return Span(*span(today, shift), word=word)
    if word == "overdue":
        return Span(None, today, word=word)
    match counted(word):
        case ("last", days):
            return Span(today - (days - 1) * DAY, today + DAY, word=word)
        case ("next", days):
            return Span(today, today + days * DAY, word=word)
        case ("older_than", days):
            return Span(None, today - days * DAY, word=word)
    return None


def midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The moment in UTC at which `day` begins in `zone`, where clocks skip midnight too."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(dt.UTC)


def moments_of(word: str, now: dt.datetime, zone: ZoneInfo) -> Span | None:
    """The span of moments that `word` names at the moment `now` in `zone`; None if it is no such word."""
    if word == "overdue":
        return Span(None, now, word=word)
    days = days_of(word, now.astimezone(zone).date())
    if days is None:
        return None
    start = None if days.start is None else midnight(days.start, zone)
    return Span(start, midnight(days.end, zone), word=word)


def day_span(day: dt.date, zone: ZoneInfo) -> Span:
    """The whole of one calendar day in `zone`: 23, 24 or 25 hours."""
    return Span(midnight(day, zone), midnight(day + DAY, zone), word=day.isoformat())
