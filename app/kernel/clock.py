"""The only clock. Everything inside is aware UTC; zones are for showing and for wall-clock rules."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextvars import ContextVar
from zoneinfo import ZoneInfo

_pinned: ContextVar[dt.datetime | None] = ContextVar("pinned_clock", default=None)


def now() -> dt.datetime:
    """This moment in aware UTC, or the pinned moment inside `at`."""
    return _pinned.get() or dt.datetime.now(dt.UTC)


def today(zone: str = "UTC") -> dt.date:
    """The calendar day of `now()` in the IANA `zone`."""
    return now().astimezone(ZoneInfo(zone)).date()


def seen_from(zone: str, moment: dt.datetime) -> dt.datetime:
    """`moment` as clocks in the IANA `zone` show it; in UTC where the calendar ends before it is that late there."""
    try:
        return moment.astimezone(ZoneInfo(zone))
    except OverflowError:
        return moment.astimezone(dt.UTC)


@contextlib.contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Pin the clock to an aware `moment`: for ``tick --now`` and for tests. ValueError if it has no zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    token = _pinned.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _pinned.reset(token)
