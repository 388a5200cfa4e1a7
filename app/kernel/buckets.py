"""Steps of time on a chart: days, weeks, months, quarters, years. Pure."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.kernel import clock

MAX_BUCKETS = 400
# The calendar ends within a step of its first and last day, and in some zones within an hour of them.
EARLIEST, LATEST = dt.date(2, 1, 1), dt.date(9998, 12, 31)


@dataclass(frozen=True)
class Bucket:
    """The days from `start` up to, but not including, `end`, under a name that sorts."""

    name: str
    start: dt.date
    end: dt.date


@dataclass(frozen=True)
class Step:
    """How to find the first day of the step that holds a day, the first day of the next, and the name."""

    floor: Callable[[dt.date], dt.date]
    next: Callable[[dt.date], dt.date]
    name: Callable[[dt.date], str]


def _add_months(day: dt.date, months: int) -> dt.date:
    whole = day.year * 12 + day.month - 1 + months
    return dt.date(whole // 12, whole % 12 + 1, 1)


STEPS = {
    "day": Step(lambda day: day, lambda day: day + dt.timedelta(days=1), lambda day: day.isoformat()),
    "week": Step(lambda day: day - dt.timedelta(days=day.weekday()), lambda day: day + dt.timedelta(days=7),
                 lambda day: "{}-W{:02d}".format(*day.isocalendar()[:2])),
    "month": Step(lambda day: day.replace(day=1), lambda day: _add_months(day, 1), lambda day: f"{day:%Y-%m}"),
    "quarter": Step(lambda day: dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1), lambda day: _add_months(day, 3),
                    lambda day: f"{day.year}-Q{(day.month - 1) // 3 + 1}"),
    "year": Step(lambda day: dt.date(day.year, 1, 1), lambda day: dt.date(day.year + 1, 1, 1),
                 lambda day: str(day.year)),
}


def step_of(name: str) -> Step:
    """The step named day, week, month, quarter or year. KeyError for another."""
    return STEPS[name]


def buckets_between(first: dt.date, last: dt.date, step: Step) -> list[Bucket]:
    """The buckets from the one that holds `first` to the one that holds `last`; the latest MAX_BUCKETS of them."""
    earliest, found = step.floor(max(first, EARLIEST)), []
    # From the end, so that a first day of long ago costs no more than what is shown.
    start = step.floor(min(last, LATEST))
    while start >= earliest and len(found) < MAX_BUCKETS:
        found.append(Bucket(step.name(start), start, step.next(start)))
        start = step.floor(start - dt.timedelta(days=1))
    return found[::-1]


def bound(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The moment at which `day` begins in `zone`."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def first_day_of(value: dt.date | dt.datetime, step: Step, zone: ZoneInfo) -> dt.date:
    """The first day of the bucket that a day or a moment lies in, by the same bounds by which charts draw buckets."""
    if not isinstance(value, dt.datetime):
        return step.floor(value)
    start = step.floor(clock.seen_from(str(zone), value).date())
    if not EARLIEST <= start < LATEST:
        return start
    if value < bound(start, zone):
        return step.floor(start - dt.timedelta(days=1))
    after = step.next(start)
    return after if value >= bound(after, zone) else start
