"""Schedules as people state them: daily at nine in Shanghai, on the last of the month in New York.

A schedule names wall-clock times in an IANA zone; `wall_clock.first_moment` turns each into a moment. A window is open
at its start and closed at its end, so that windows put end to end give every due time once: a process that remembers
how far it came can neither skip nor repeat one.

Only `EVERY` counts elapsed time instead of the clock on the wall: every 60 minutes has 25 fires on the long autumn day,
whereas the cron line ``0 * * * *`` names 24 hours and fires for each of them once.
"""

import calendar
import datetime as dt
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from croniter import CroniterError, croniter

from app.kernel.problems import N_, Problem, Problems, problem
from app.workflows.rules.wall_clock import first_moment, is_zone, wall_time

DAILY, WEEKLY, MONTHLY, EVERY, CRON = "daily", "weekly", "monthly", "every", "cron"
KINDS = (DAILY, WEEKLY, MONTHLY, EVERY, CRON)
MOST_MINUTES = 7 * 24 * 60

# Any fixed day will do; a midnight makes "every 60 minutes" fall on the full hour of the zone.
_COUNTED_FROM = dt.datetime(2000, 1, 1)

_NAMES = "mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_PART = rf"(?:\*|(?:\d{{1,2}}|{_NAMES})(?:-(?:\d{{1,2}}|{_NAMES}))?)(?:/\d{{1,2}})?"
_LIST = rf"{_PART}(?:,{_PART})*"
# The library also takes random, hashed, seconds and year fields: some of them give another answer each time.
_CRON_LINE = re.compile(rf"{_LIST} {_LIST} (?:L|{_LIST}) {_LIST} {_LIST}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Schedule:
    """When something is due, in the IANA `zone`.

    `kind` says which of the rest counts: ``daily`` `at`; ``weekly`` on `weekdays` (1 Monday to 7 Sunday) `at`;
    ``monthly`` on `day` (1 to 31; a month that is shorter uses its last day) `at`; ``every`` so many `minutes` of
    elapsed time; ``cron`` with five fields in `expression` (0 and 7 are Sunday; if both day of month and day of week
    are restricted, either is enough). ValueError if `check_schedule` finds a problem: a schedule that exists is due
    again and again.
    """

    kind: str
    zone: str
    at: dt.time = dt.time(0)
    weekdays: frozenset[int] = frozenset()
    day: int = 1
    minutes: int = 60
    expression: str = ""

    def __post_init__(self) -> None:
        _insist_on(vars(self))


def due_times(schedule: Schedule, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Every moment, in aware UTC, at which `schedule` is due later than `after` and no later than `until`."""
    if until.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return list(itertools.takewhile(lambda moment: moment <= until, moments(schedule, after)))


def next_time(schedule: Schedule, after: dt.datetime) -> dt.datetime:
    """The first moment, in aware UTC, at which `schedule` is due later than the aware `after`."""
    return next(moments(schedule, after))


def moments(schedule: Schedule, after: dt.datetime) -> Iterator[dt.datetime]:
    """The due moments of `schedule` later than the aware `after`, in aware UTC, strictly increasing, without end."""
    # A wall-clock time that the clock already showed was due at that showing at the latest, so this start misses none.
    start = wall_time(after, schedule.zone)
    if schedule.kind == EVERY:
        return _every(schedule, after)
    found = (first_moment(wall, schedule.zone) for wall in _WALLS[schedule.kind](schedule, start))
    later = itertools.dropwhile(lambda moment: moment <= after, found)
    return (moment for moment, _ in itertools.groupby(later))  # several times inside one gap are one moment


def _every(schedule: Schedule, after: dt.datetime) -> Iterator[dt.datetime]:
    origin, step = first_moment(_COUNTED_FROM, schedule.zone), dt.timedelta(minutes=schedule.minutes)
    past = (after - origin) // step
    return (origin + number * step for number in itertools.count(past + 1))


def _on_days(schedule: Schedule, start: dt.datetime, chosen: Callable[[dt.date], bool]) -> Iterator[dt.datetime]:
    days = (dt.date.fromordinal(ordinal) for ordinal in itertools.count(start.toordinal()))
    walls = (dt.datetime.combine(day, schedule.at) for day in days if chosen(day))
    return (wall for wall in walls if wall > start)


def _daily(schedule: Schedule, start: dt.datetime) -> Iterator[dt.datetime]:
    return _on_days(schedule, start, lambda day: True)


def _weekly(schedule: Schedule, start: dt.datetime) -> Iterator[dt.datetime]:
    return _on_days(schedule, start, lambda day: day.isoweekday() in schedule.weekdays)


def _monthly(schedule: Schedule, start: dt.datetime) -> Iterator[dt.datetime]:
    return _on_days(schedule, start, lambda day: day.day == min(schedule.day, _last_day_of(day)))


def _last_day_of(day: dt.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _cron(schedule: Schedule, start: dt.datetime) -> Iterator[dt.datetime]:
    # The library sees times without zone: with one it fires twice in autumn.
    lines = croniter(schedule.expression, start.replace(microsecond=0))
    return iter(lambda: lines.get_next(dt.datetime), None)


_WALLS = {DAILY: _daily, WEEKLY: _weekly, MONTHLY: _monthly, CRON: _cron}


def schedule_of(values: Mapping[str, Any]) -> Schedule:
    """The Schedule that `values` state: names as in `Schedule`, `at` also as ``HH:MM``, `weekdays` as a list.

    Values that its kind does not use are left out. ValueError if `check_schedule` finds a problem.
    """
    _insist_on(values)
    given = {name: values[name] for name in ("kind", "zone", *_NEEDS[values["kind"]])}
    if "at" in given:
        given["at"] = _time_of(given["at"])
    if "weekdays" in given:
        given["weekdays"] = frozenset(given["weekdays"])
    return Schedule(**given)


def _insist_on(values: Mapping[str, Any]) -> None:
    problems = check_schedule(values)
    if problems:
        raise ValueError("; ".join(f"{field}: {found}" for field, found in problems.items()))


def check_schedule(values: Mapping[str, Any]) -> Problems:
    """One problem per field of a schedule's `values`; values that its kind does not use are not judged."""
    found = {}
    if not is_zone(values.get("zone")):
        found["zone"] = problem(N_("This time zone is not known. Choose one such as Asia/Shanghai."))
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        found["kind"] = problem(N_("Choose how often it is due."))
        return found
    judged = {name: _JUDGES[name](values.get(name)) for name in _NEEDS[kind]}
    return found | {name: said for name, said in judged.items() if said is not None}


def _time_of(value: object) -> dt.time | None:
    if isinstance(value, dt.time):
        return value if value.tzinfo is None else None
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        return dt.time.fromisoformat(value)
    return None


def _judge_time(value: object) -> Problem | None:
    return problem(N_("Give a time of day such as 09:00.")) if _time_of(value) is None else None


def _judge_weekdays(value: object) -> Problem | None:
    if isinstance(value, (list, tuple, frozenset)) and value and all(_whole_within(day, 1, 7) for day in value):
        return None
    return problem(N_("Choose at least one day of the week."))


def _judge_day(value: object) -> Problem | None:
    if _whole_within(value, 1, 31):
        return None
    return problem(N_("The day of the month is a number from 1 to 31; shorter months use their last day."))


def _judge_minutes(value: object) -> Problem | None:
    if _whole_within(value, 1, MOST_MINUTES):
        return None
    return problem(N_("The minutes are a number from 1 to %(most)s."), most=MOST_MINUTES)


def _whole_within(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _judge_expression(value: object) -> Problem | None:
    line = " ".join(value.split()) if isinstance(value, str) and len(value) <= 100 else ""
    if not _CRON_LINE.fullmatch(line):
        return problem(N_("A cron line has five fields: minute, hour, day of the month, month, day of the week."))
    try:
        croniter(line, _COUNTED_FROM).get_next(dt.datetime)
    except CroniterError:
        return problem(N_("No time ever matches the cron line “%(line)s”."), line=line)
    return None


_NEEDS: Mapping[str, tuple[str, ...]] = {
    DAILY: ("at",), WEEKLY: ("weekdays", "at"), MONTHLY: ("day", "at"), EVERY: ("minutes",), CRON: ("expression",),
}
_JUDGES: Mapping[str, Callable[[object], Problem | None]] = {
    "at": _judge_time, "weekdays": _judge_weekdays, "day": _judge_day, "minutes": _judge_minutes,
    "expression": _judge_expression,
}
