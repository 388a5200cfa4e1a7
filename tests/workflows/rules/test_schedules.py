"""Schedules as people state them, over clock changes, month ends and leap days."""

import calendar
import datetime as dt
import itertools
from collections import Counter

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from app.workflows.rules.schedules import (
    CRON,
    DAILY,
    EVERY,
    MONTHLY,
    MOST_MINUTES,
    WEEKLY,
    Schedule,
    check_schedule,
    due_times,
    next_time,
    schedule_of,
)
from app.workflows.rules.wall_clock import first_moment, wall_time

ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
         "Pacific/Apia", "America/Nuuk", "Africa/Casablanca"]
LINES = ["*/15 * * * *", "0 * * * *", "30 2 * * *", "0 9 * * 1-5", "15 2 29 2 *", "0 0 L * *", "59 23 31 * *",
         "0 9 13 * fri", "5,35 1-3 * * sun", "0 0 1 jan,jul *"]

unhurried = settings(deadline=None)  # a busy machine is no fault of the product


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


def shown(schedule: Schedule, after: dt.datetime, until: dt.datetime) -> list[str]:
    """The due times as the clock in the schedule's zone shows them."""
    return [f"{wall_time(moment, schedule.zone):%m-%d %H:%M}" for moment in due_times(schedule, after, until)]


zones = st.sampled_from(ZONES)
times = st.times().map(lambda time: time.replace(microsecond=0))
days_of_week = st.frozensets(st.integers(1, 7), min_size=1)
schedules = st.one_of(
    st.builds(Schedule, st.just(DAILY), zones, at=times),
    st.builds(Schedule, st.just(WEEKLY), zones, at=times, weekdays=days_of_week),
    st.builds(Schedule, st.just(MONTHLY), zones, at=times, day=st.integers(1, 31)),
    st.builds(Schedule, st.just(EVERY), zones, minutes=st.integers(20, MOST_MINUTES)),
    st.builds(Schedule, st.just(CRON), zones, expression=st.sampled_from(LINES)),
)
# Half of the windows begin within a day of a clock change, where the faults are.
CHANGES = [utc(2026, 3, 29, 1), utc(2026, 10, 25, 1), utc(2026, 3, 8, 7), utc(2026, 11, 1, 6), utc(2011, 12, 30, 10),
           utc(2018, 11, 4, 3), utc(2026, 10, 3, 15, 30), utc(2026, 4, 4, 15), utc(2028, 2, 29, 12)]
near_changes = st.builds(lambda change, hours: change + hours, st.sampled_from(CHANGES),
                         st.timedeltas(-dt.timedelta(hours=30), dt.timedelta(hours=30)))
any_time = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC))
starts = st.one_of(near_changes, any_time)
lengths = st.timedeltas(dt.timedelta(0), dt.timedelta(days=9))


@unhurried
@given(schedules, starts, lengths)
def test_due_times_strictly_increase_inside_their_window(
        schedule: Schedule, after: dt.datetime, length: dt.timedelta) -> None:
    due = due_times(schedule, after, after + length)
    assert all(earlier < later for earlier, later in itertools.pairwise(due))
    assert all(after < moment <= after + length and moment.tzinfo is dt.UTC for moment in due)


@unhurried
@given(schedules, starts, lengths, lengths)
@example(Schedule(DAILY, "Europe/Berlin", at=dt.time(2, 30)), utc(2026, 10, 24, 12), dt.timedelta(hours=12.5),
         dt.timedelta(hours=3))
@example(Schedule(CRON, "Europe/Berlin", expression="*/15 * * * *"), utc(2026, 3, 29, 0, 50), dt.timedelta(minutes=10),
         dt.timedelta(hours=1))
def test_windows_put_end_to_end_lose_nothing_and_repeat_nothing(
        schedule: Schedule, after: dt.datetime, first: dt.timedelta, second: dt.timedelta) -> None:
    middle, until = after + first, after + first + second
    parts = due_times(schedule, after, middle) + due_times(schedule, middle, until)
    assert parts == due_times(schedule, after, until)


@unhurried
@given(schedules, starts)
def test_the_next_time_is_the_first_of_any_window_that_holds_it(schedule: Schedule, after: dt.datetime) -> None:
    upcoming = next_time(schedule, after)
    assert due_times(schedule, after, upcoming) == [upcoming]
    assert due_times(schedule, after, upcoming - dt.timedelta(microseconds=1)) == []


@unhurried
@given(zones, times, starts, st.integers(1, 12))
@example("America/Nuuk", dt.time(23, 30), utc(2026, 3, 27, 12), 4)
@example("Pacific/Apia", dt.time(9), utc(2011, 12, 28, 12), 4)
def test_daily_names_each_wall_clock_day_exactly_once(
        zone: str, at: dt.time, after: dt.datetime, days: int) -> None:
    begin = wall_time(after, zone).date() + dt.timedelta(days=1)
    named = [begin + dt.timedelta(days=number) for number in range(days)]
    edge = first_moment(dt.datetime.combine(begin, at), zone)
    due = due_times(Schedule(DAILY, zone, at=at), edge - dt.timedelta(microseconds=1),
                    first_moment(dt.datetime.combine(named[-1], at), zone))
    assert due == sorted({first_moment(dt.datetime.combine(day, at), zone) for day in named})


@unhurried
@given(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"]), times, starts)
def test_daily_comes_at_most_once_on_the_date_that_the_clock_shows(
        zone: str, at: dt.time, after: dt.datetime) -> None:
    due = due_times(Schedule(DAILY, zone, at=at), after, after + dt.timedelta(days=20))
    per_day = Counter(wall_time(moment, zone).date() for moment in due)
    assert set(per_day.values()) <= {1}
    assert len(due) in (19, 20, 21)


@unhurried
@given(zones, times, starts)
def test_weekly_on_all_seven_days_is_daily(zone: str, at: dt.time, after: dt.datetime) -> None:
    weekly = Schedule(WEEKLY, zone, at=at, weekdays=frozenset(range(1, 8)))
    until = after + dt.timedelta(days=20)
    assert due_times(weekly, after, until) == due_times(Schedule(DAILY, zone, at=at), after, until)


@unhurried
@given(zones, st.integers(0, 23), st.integers(0, 59), starts)
def test_a_cron_line_for_one_time_of_day_is_daily(zone: str, hour: int, minute: int, after: dt.datetime) -> None:
    line = Schedule(CRON, zone, expression=f"{minute} {hour} * * *")
    until = after + dt.timedelta(days=10)
    assert due_times(line, after, until) == due_times(Schedule(DAILY, zone, at=dt.time(hour, minute)), after, until)


@unhurried
@given(zones, times, st.integers(1, 31), st.integers(1990, 2040), st.integers(1, 12))
def test_monthly_comes_once_a_month_on_its_day_or_the_last(
        zone: str, at: dt.time, day: int, year: int, month: int) -> None:
    assume(zone != "Pacific/Apia")  # it left out a 30th of December, which then comes on the 31st
    last = calendar.monthrange(year, month)[1]
    wanted = first_moment(dt.datetime.combine(dt.date(year, month, min(day, last)), at), zone)
    begin = first_moment(dt.datetime(year, month, 1), zone) - dt.timedelta(microseconds=1)
    end = first_moment(dt.datetime.combine(dt.date(year, month, last), dt.time.max), zone)
    assert due_times(Schedule(MONTHLY, zone, at=at, day=day), begin, max(end, wanted)) == [wanted]


@unhurried
@given(zones, st.integers(1, MOST_MINUTES), starts)
def test_every_so_many_minutes_counts_elapsed_time(zone: str, minutes: int, after: dt.datetime) -> None:
    schedule = Schedule(EVERY, zone, minutes=minutes)
    first = next_time(schedule, after)
    assert after < first <= after + dt.timedelta(minutes=minutes)
    assert next_time(schedule, first) - first == dt.timedelta(minutes=minutes)


def test_half_past_two_comes_at_three_on_the_short_day_and_once_on_the_long_day() -> None:
    schedule = Schedule(DAILY, "Europe/Berlin", at=dt.time(2, 30))
    assert shown(schedule, utc(2026, 3, 27, 12), utc(2026, 3, 30, 12)) == ["03-28 02:30", "03-29 03:00", "03-30 02:30"]
    assert due_times(schedule, utc(2026, 10, 24, 12), utc(2026, 10, 26, 12)) == [
        utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)]


def test_a_scheduler_started_in_the_second_coming_of_the_hour_does_not_repeat_it() -> None:
    schedule = Schedule(DAILY, "Europe/Berlin", at=dt.time(2, 30))
    assert next_time(schedule, utc(2026, 10, 25, 1, 10)) == utc(2026, 10, 26, 1, 30)


def test_an_hour_left_out_over_midnight_belongs_to_the_evening_that_lost_it() -> None:
    schedule = Schedule(DAILY, "America/Nuuk", at=dt.time(23, 30))
    assert shown(schedule, utc(2026, 3, 28, 12), utc(2026, 3, 30, 12)) == ["03-29 00:00", "03-29 23:30"]


def test_a_day_that_a_country_left_out_comes_at_its_first_moment_after() -> None:
    schedule = Schedule(DAILY, "Pacific/Apia", at=dt.time(9))
    assert shown(schedule, utc(2011, 12, 29, 0), utc(2011, 12, 31, 12)) == ["12-29 09:00", "12-31 00:00", "12-31 09:00"]
    midnight = Schedule(DAILY, "Pacific/Apia", at=dt.time(0))
    assert shown(midnight, utc(2011, 12, 29, 0), utc(2011, 12, 31, 12)) == [
        "12-29 00:00", "12-31 00:00", "01-01 00:00"]


def test_cron_times_inside_the_gap_are_one_moment_and_repeated_ones_come_once() -> None:
    quarters = Schedule(CRON, "Europe/Berlin", expression="*/15 * * * *")
    assert shown(quarters, utc(2026, 3, 29, 0, 40), utc(2026, 3, 29, 1, 15)) == [
        "03-29 01:45", "03-29 03:00", "03-29 03:15"]
    hourly = Schedule(CRON, "Europe/Berlin", expression="0 * * * *")
    assert shown(hourly, utc(2026, 10, 24, 22, 30), utc(2026, 10, 25, 2, 30)) == [
        "10-25 01:00", "10-25 02:00", "10-25 03:00"]


def test_every_sixty_minutes_counts_both_comings_and_falls_on_the_full_hour_of_the_zone() -> None:
    hourly = Schedule(EVERY, "Europe/Berlin", minutes=60)
    assert shown(hourly, utc(2026, 10, 24, 22, 30), utc(2026, 10, 25, 2, 30)) == [
        "10-25 01:00", "10-25 02:00", "10-25 02:00", "10-25 03:00"]
    assert shown(Schedule(EVERY, "Asia/Kolkata", minutes=60), utc(2026, 1, 1), utc(2026, 1, 1, 1)) == ["01-01 06:00"]


def test_every_seven_days_keeps_its_weekday_whenever_it_is_asked() -> None:
    weekly = Schedule(EVERY, "Asia/Shanghai", minutes=MOST_MINUTES)
    assert [moment - utc(2026, 1, 1) for moment in due_times(weekly, utc(2026, 1, 1), utc(2026, 1, 14))] == [
        dt.timedelta(days=1, hours=16), dt.timedelta(days=8, hours=16)]


def test_the_thirty_first_is_the_last_day_of_every_month() -> None:
    schedule = Schedule(MONTHLY, "Asia/Shanghai", at=dt.time(18), day=31)
    assert shown(schedule, utc(2028, 1, 1), utc(2028, 5, 1)) == [
        "01-31 18:00", "02-29 18:00", "03-31 18:00", "04-30 18:00"]


def test_the_twenty_ninth_comes_in_february_of_common_years_on_the_twenty_eighth() -> None:
    schedule = Schedule(MONTHLY, "UTC", at=dt.time(6), day=29)
    assert shown(schedule, utc(2027, 2, 1), utc(2027, 3, 1)) == ["02-28 06:00"]
    assert shown(schedule, utc(2028, 2, 1), utc(2028, 3, 1)) == ["02-29 06:00"]


def test_a_leap_day_by_cron_waits_for_the_leap_year_even_over_eight_years() -> None:
    schedule = Schedule(CRON, "UTC", expression="0 0 29 2 *")
    assert next_time(schedule, utc(2096, 3, 1)) == utc(2104, 2, 29)


def test_weekly_keeps_its_weekdays_in_the_zone_of_the_schedule() -> None:
    schedule = Schedule(WEEKLY, "Asia/Shanghai", at=dt.time(1), weekdays=frozenset({1, 5}))
    due = due_times(schedule, utc(2026, 6, 1), utc(2026, 6, 12))
    assert [wall_time(moment, schedule.zone).isoweekday() for moment in due] == [5, 1, 5]
    assert due[0] == utc(2026, 6, 4, 17)  # still Thursday in UTC


@pytest.mark.parametrize("sunday", ["0", "7", "sun", "SUN"])
def test_sunday_is_nought_or_seven_in_a_cron_line(sunday: str) -> None:
    schedule = Schedule(CRON, "UTC", expression=f"0 9 * * {sunday}")
    assert next_time(schedule, utc(2026, 1, 1)) == utc(2026, 1, 4, 9)


def test_either_kind_of_day_is_enough_in_a_cron_line() -> None:
    schedule = Schedule(CRON, "UTC", expression="0 9 13 * 5")
    assert shown(schedule, utc(2026, 1, 8), utc(2026, 1, 17)) == ["01-09 09:00", "01-13 09:00", "01-16 09:00"]


def test_the_last_day_of_the_month_in_a_cron_line() -> None:
    schedule = Schedule(CRON, "UTC", expression="0 9 L * *")
    assert shown(schedule, utc(2028, 1, 1), utc(2028, 3, 1)) == ["01-31 09:00", "02-29 09:00"]


def test_a_window_that_ends_before_it_begins_holds_nothing() -> None:
    assert due_times(Schedule(DAILY, "UTC"), utc(2026, 1, 2), utc(2026, 1, 1)) == []


@pytest.mark.parametrize("kind", [DAILY, EVERY])
def test_windows_without_a_zone_are_refused(kind: str) -> None:
    naive, aware = dt.datetime(2026, 1, 1), utc(2026, 1, 1)
    for after, until in ((naive, aware), (aware, naive)):
        with pytest.raises(ValueError, match="needs a time zone"):
            due_times(Schedule(kind, "UTC"), after, until)


def test_a_schedule_is_made_of_what_its_kind_uses() -> None:
    row = {"kind": "weekly", "zone": "Asia/Shanghai", "at": "09:05", "weekdays": [1, 5, 5], "day": 99, "minutes": None}
    assert schedule_of(row) == Schedule(WEEKLY, "Asia/Shanghai", at=dt.time(9, 5), weekdays=frozenset({1, 5}))
    assert schedule_of({"kind": "every", "zone": "UTC", "minutes": 5}) == Schedule(EVERY, "UTC", minutes=5)
    assert schedule_of({"kind": "monthly", "zone": "UTC", "at": dt.time(7), "day": 31}) == Schedule(
        MONTHLY, "UTC", at=dt.time(7), day=31)
    assert schedule_of({"kind": "cron", "zone": "UTC", "expression": " 0  9 * * 1 "}).expression == " 0  9 * * 1 "


def test_a_schedule_with_a_problem_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="zone: This time zone is not known"):
        Schedule(DAILY, "Mars/Olympus")
    with pytest.raises(ValueError, match="weekdays: Choose at least one day"):
        schedule_of({"kind": "weekly", "zone": "UTC", "at": "09:00", "weekdays": 5})


@pytest.mark.parametrize(("field", "values"), [
    ("kind", {}), ("kind", {"kind": "yearly"}), ("kind", {"kind": ["daily"]}), ("zone", {"zone": "Asia"}),
    ("at", {"at": None}), ("at", {"at": "24:00"}), ("at", {"at": "9:00"}), ("at", {"at": 900}),
    ("at", {"at": dt.time(9, tzinfo=dt.UTC)}),
    ("weekdays", {"kind": "weekly", "weekdays": []}), ("weekdays", {"kind": "weekly", "weekdays": "15"}),
    ("weekdays", {"kind": "weekly", "weekdays": [0]}), ("weekdays", {"kind": "weekly", "weekdays": [1, 8]}),
    ("weekdays", {"kind": "weekly", "weekdays": [True]}),
    ("day", {"kind": "monthly", "day": 0}), ("day", {"kind": "monthly", "day": 32}),
    ("minutes", {"kind": "every", "minutes": 0}), ("minutes", {"kind": "every", "minutes": MOST_MINUTES + 1}),
    ("minutes", {"kind": "every", "minutes": 2.5}), ("minutes", {"kind": "every", "minutes": None}),
])
def test_each_bad_value_is_a_problem_of_its_field(field: str, values: dict[str, object]) -> None:
    good = {"zone": "UTC", "at": "09:00", "weekdays": [1], "day": 1, "minutes": 5}
    kind = {} if field == "kind" else {"kind": "daily"}
    assert list(check_schedule({**good, **kind, **values})) == [field]


def test_all_problems_are_told_at_once() -> None:
    assert set(check_schedule({"kind": "weekly", "zone": None})) == {"zone", "weekdays", "at"}
    assert set(check_schedule({})) == {"zone", "kind"}


@pytest.mark.parametrize("line", [
    "", "* * * *", "* * * * * *", "@daily", "R R * * *", "H * * * *", "0 0 ? * 1", "0 0 * * 5#2", "x * * * *",
    "٣ * * * *", "0 9 * * *\n0 9 * * * *", "*,*," * 40, None, 5,
])
def test_a_line_that_is_not_five_plain_fields_is_refused(line: object) -> None:
    said = check_schedule({"kind": "cron", "zone": "UTC", "expression": line})["expression"]
    assert "five fields" in str(said)


@pytest.mark.parametrize("line", ["0 0 30 2 *", "0 0 31 4,6 *", "60 * * * *", "*/0 * * * *", "0 0 * * 8", "0 0 * 13 *"])
def test_a_line_that_no_time_matches_is_refused(line: str) -> None:
    said = check_schedule({"kind": "cron", "zone": "UTC", "expression": line})["expression"]
    assert str(said) == f"No time ever matches the cron line “{line}”."


@pytest.mark.parametrize("line", [*LINES, "1/5 * * * *", "0 0 * * fri-sun", "0\t9 * * 1"])
def test_plain_lines_are_accepted_and_give_the_same_times_again(line: str) -> None:
    schedule = schedule_of({"kind": "cron", "zone": "Asia/Shanghai", "expression": line})
    assert next_time(schedule, utc(2026, 1, 1)) == next_time(schedule, utc(2026, 1, 1))


@unhurried
@given(st.text(max_size=30) | st.from_regex(r"[0-9*/,L#?a-z-]{1,4}( [0-9*/,L#?a-z-]{1,4}){4}", fullmatch=True))
def test_no_line_makes_the_check_raise(line: str) -> None:
    assert set(check_schedule({"kind": "cron", "zone": "UTC", "expression": line})) <= {"expression"}
