"""Words of time: which days and which moments they are."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.filters.times import WORDS, Span, counted, day_span, days_of, midnight, moments_of

WEDNESDAY = dt.date(2026, 4, 1)
TODAYS = st.dates(dt.date(1950, 1, 1), dt.date(2150, 12, 31))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(("word", "first", "last"), [
    ("yesterday", "2026-03-31", "2026-03-31"), ("today", "2026-04-01", "2026-04-01"),
    ("tomorrow", "2026-04-02", "2026-04-02"), ("last_week", "2026-03-23", "2026-03-29"),
    ("this_week", "2026-03-30", "2026-04-05"), ("next_week", "2026-04-06", "2026-04-12"),
    ("last_month", "2026-03-01", "2026-03-31"), ("this_month", "2026-04-01", "2026-04-30"),
    ("next_month", "2026-05-01", "2026-05-31"), ("last_quarter", "2026-01-01", "2026-03-31"),
    ("this_quarter", "2026-04-01", "2026-06-30"), ("next_quarter", "2026-07-01", "2026-09-30"),
    ("last_year", "2025-01-01", "2025-12-31"), ("this_year", "2026-01-01", "2026-12-31"),
    ("last_1_days", "2026-04-01", "2026-04-01"), ("last_7_days", "2026-03-26", "2026-04-01"),
    ("next_7_days", "2026-04-01", "2026-04-07"),
])
def test_a_word_names_its_first_and_last_day(word: str, first: str, last: str) -> None:
    assert days_of(word, WEDNESDAY) == Span(day(first), day(last) + dt.timedelta(days=1), word=word)


def test_months_and_quarters_turn_with_the_year() -> None:
    december, january = day("2026-12-31"), day("2026-01-01")
    assert days_of("next_month", december) == Span(day("2027-01-01"), day("2027-02-01"), word="next_month")
    assert days_of("last_month", january) == Span(day("2025-12-01"), day("2026-01-01"), word="last_month")
    assert days_of("next_quarter", december) == Span(day("2027-01-01"), day("2027-04-01"), word="next_quarter")
    assert days_of("last_quarter", january) == Span(day("2025-10-01"), day("2026-01-01"), word="last_quarter")


@given(TODAYS)
def test_weeks_begin_on_monday_and_hold_today(today: dt.date) -> None:
    span = days_of("this_week", today)
    assert span is not None
    assert span.start.weekday() == 0
    assert (span.end - span.start).days == 7
    assert today in span


@given(TODAYS, st.sampled_from(["week", "month", "quarter"]))
def test_last_this_and_next_touch_without_a_gap(today: dt.date, unit: str) -> None:
    last, this, following = (days_of(f"{which}_{unit}", today) for which in ("last", "this", "next"))
    assert last is not None
    assert this is not None
    assert following is not None
    assert last.end == this.start
    assert this.end == following.start
    assert today in this


def test_what_is_older_or_overdue_has_no_beginning() -> None:
    assert days_of("older_than_7_days", WEDNESDAY) == Span(None, day("2026-03-25"), word="older_than_7_days")
    overdue = days_of("overdue", WEDNESDAY)
    assert overdue == Span(None, WEDNESDAY, word="overdue")
    assert day("2026-03-31") in overdue
    assert WEDNESDAY not in overdue


@given(TODAYS, st.integers(1, 36_500))
def test_every_day_is_either_within_the_last_days_or_older_or_to_come(today: dt.date, days: int) -> None:
    last, older = days_of(f"last_{days}_days", today), days_of(f"older_than_{days - 1 or 1}_days", today)
    assert last is not None
    assert older is not None
    assert today in last
    assert (last.end - last.start).days == days
    assert older.end == (last.start if days > 1 else last.start - dt.timedelta(days=1))


@pytest.mark.parametrize("word", ["", "Today", "this_day", "last_0_days", "last_07_days", "last_36501_days",
                                  "last_100000_days", "next_-1_days", "last_7_weeks", "older_than_days", "next_year"])
def test_other_words_name_no_time(word: str) -> None:
    assert days_of(word, WEDNESDAY) is None
    assert moments_of(word, dt.datetime(2026, 4, 1, tzinfo=dt.UTC), ZoneInfo("UTC")) is None


def test_counted_words_tell_their_count() -> None:
    assert counted("older_than_300_days") == ("older_than", 300)
    assert counted("last_36500_days") == ("last", 36_500)
    assert counted("today") is None


@given(TODAYS)
def test_every_listed_word_names_a_time_on_every_day(today: dt.date) -> None:
    assert all(days_of(word, today) for word in (*WORDS, "last_36500_days", "next_36500_days"))


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(("zone", "date", "hours"), [
    ("Europe/Berlin", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", 25), ("Asia/Shanghai", "2026-03-29", 24),
    ("America/Sao_Paulo", "2018-11-04", 23), ("America/Havana", "2026-11-01", 25), ("Asia/Beirut", "2026-03-29", 23),
])
def test_a_day_is_as_long_as_the_clocks_make_it(zone: str, date: str, hours: int) -> None:
    span = day_span(day(date), ZoneInfo(zone))
    assert (span.end - span.start).total_seconds() == hours * 3_600
    assert span.word == date


def test_a_skipped_midnight_begins_the_day_when_the_clocks_jump() -> None:
    assert midnight(day("2018-11-04"), ZoneInfo("America/Sao_Paulo")) == moment("2018-11-04T03:00+00:00")


def test_today_is_the_day_of_the_asker() -> None:
    now = moment("2026-03-31T16:30+00:00")
    assert moments_of("today", now, ZoneInfo("Asia/Shanghai")) == Span(
        moment("2026-03-31T16:00+00:00"), moment("2026-04-01T16:00+00:00"), word="today")
    assert moments_of("today", now, ZoneInfo("UTC")) == Span(
        moment("2026-03-31T00:00+00:00"), moment("2026-04-01T00:00+00:00"), word="today")


def test_moments_are_overdue_to_the_instant_and_old_to_the_day() -> None:
    now = moment("2026-03-29T10:15+00:00")
    assert moments_of("overdue", now, ZoneInfo("Europe/Berlin")) == Span(None, now, word="overdue")
    assert moments_of("older_than_1_days", now, ZoneInfo("Europe/Berlin")) == Span(
        None, moment("2026-03-27T23:00+00:00"), word="older_than_1_days")


def test_a_span_excludes_its_end_unless_it_is_closed() -> None:
    assert 1 in Span(1, 3)
    assert 3 not in Span(1, 3)
    assert 0 not in Span(1, 3)
    assert 3 in Span(1, 3, closed=True)
    assert 4 not in Span(1, 3, closed=True)
    assert -9 in Span(None, 3)
    assert 3 not in Span(None, 3)
