"""Steps of time."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.buckets import MAX_BUCKETS, STEPS, bound, buckets_between, first_day_of, step_of

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1))


@pytest.mark.parametrize(("step", "name", "start", "end"), [
    ("day", "2026-03-31", "2026-03-31", "2026-04-01"), ("week", "2026-W14", "2026-03-30", "2026-04-06"),
    ("month", "2026-03", "2026-03-01", "2026-04-01"), ("quarter", "2026-Q1", "2026-01-01", "2026-04-01"),
    ("year", "2026", "2026-01-01", "2027-01-01")])
def test_a_day_falls_into_its_step(step, name, start, end):
    (bucket,) = buckets_between(dt.date(2026, 3, 31), dt.date(2026, 3, 31), step_of(step))
    assert (bucket.name, bucket.start.isoformat(), bucket.end.isoformat()) == (name, start, end)


@given(st.sampled_from(list(STEPS)), DAYS, st.integers(0, 380))
def test_buckets_follow_each_other_and_hold_both_ends(step, first, days):
    last = first + dt.timedelta(days=days)
    found = buckets_between(first, last, step_of(step))
    assert found[0].start <= first < found[0].end
    assert found[-1].start <= last < found[-1].end
    assert all(before.end == after.start for before, after in pairwise(found))
    assert [bucket.name for bucket in found] == sorted({bucket.name for bucket in found})


def test_the_first_days_of_january_may_belong_to_last_years_week():
    (bucket,) = buckets_between(dt.date(2027, 1, 1), dt.date(2027, 1, 1), step_of("week"))
    assert bucket.name == "2026-W53"


def test_of_too_many_buckets_the_latest_are_kept():
    found = buckets_between(dt.date(1900, 1, 1), dt.date(2026, 1, 1), step_of("day"))
    assert len(found) == MAX_BUCKETS
    assert found[-1].start == dt.date(2026, 1, 1)


def test_a_span_past_all_sense_ends_nevertheless():
    assert len(buckets_between(dt.date(1, 1, 1), dt.date(9999, 12, 1), step_of("day"))) == MAX_BUCKETS


def test_turned_round_days_hold_no_bucket():
    assert buckets_between(dt.date(2026, 3, 2), dt.date(2026, 2, 27), step_of("month")) == []
    with pytest.raises(KeyError):
        step_of("fortnight")


@pytest.mark.parametrize("step", list(STEPS))
@pytest.mark.parametrize(("first", "last"), [
    (dt.date.min, dt.date.min), (dt.date.max, dt.date.max), (dt.date.min, dt.date.max),
    (dt.date(9999, 12, 1), dt.date.max), (dt.date.min, dt.date(1, 2, 1)), (dt.date.max, dt.date.min)])
def test_the_ends_of_the_calendar_are_no_error(step, first, last):
    found = buckets_between(first, last, step_of(step))
    assert len(found) <= MAX_BUCKETS
    assert all(bucket.start < bucket.end for bucket in found)
    assert all(before.end == after.start for before, after in pairwise(found))


@pytest.mark.parametrize(("step", "first"), [("day", "2024-11-26"), ("week", "2018-05-07"), ("month", "1992-09-01"),
                                             ("quarter", "1926-01-01"), ("year", "1626-01-01")])
def test_from_however_long_ago_the_latest_steps_are_those_that_are_shown(step, first):
    for since in (dt.date.min, dt.date(1066, 10, 14), dt.date(1500, 1, 1)):
        found = buckets_between(since, dt.date(2025, 12, 30), step_of(step))
        assert len(found) == MAX_BUCKETS
        assert found[-1].start <= dt.date(2025, 12, 30) < found[-1].end
        assert found[0].start == dt.date.fromisoformat(first), step


@pytest.mark.parametrize(("step", "day", "name", "start", "end"), [
    ("day", "2024-02-29", "2024-02-29", "2024-02-29", "2024-03-01"),
    ("week", "2024-02-29", "2024-W09", "2024-02-26", "2024-03-04"),
    ("week", "2025-12-31", "2026-W01", "2025-12-29", "2026-01-05"),
    ("month", "2024-02-29", "2024-02", "2024-02-01", "2024-03-01"),
    ("month", "2025-12-31", "2025-12", "2025-12-01", "2026-01-01"),
    ("quarter", "2024-02-29", "2024-Q1", "2024-01-01", "2024-04-01"),
    ("quarter", "2025-12-31", "2025-Q4", "2025-10-01", "2026-01-01"),
    ("year", "2024-02-29", "2024", "2024-01-01", "2025-01-01")])
def test_a_day_lies_in_the_step_that_people_would_say(step, day, name, start, end):
    (bucket,) = buckets_between(dt.date.fromisoformat(day), dt.date.fromisoformat(day), step_of(step))
    assert (bucket.name, bucket.start.isoformat(), bucket.end.isoformat()) == (name, start, end)


@given(st.sampled_from(list(STEPS)), st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1)),
       st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Santiago", "Africa/Cairo"]))
def test_a_moment_lies_between_the_bounds_of_its_bucket(step, naive, name):
    moment, zone = naive.replace(tzinfo=dt.UTC), ZoneInfo(name)
    start = first_day_of(moment, step_of(step), zone)
    assert start == step_of(step).floor(start)
    assert bound(start, zone) <= moment < bound(step_of(step).next(start), zone)


@pytest.mark.parametrize("moment", [dt.datetime(1, 1, 1, tzinfo=dt.UTC),
                                    dt.datetime(9999, 12, 31, 23, tzinfo=dt.UTC)])
def test_the_ends_of_the_calendar_have_a_bucket_too(moment):
    for step in STEPS.values():
        assert first_day_of(moment, step, ZoneInfo("Asia/Shanghai")) <= moment.date()


def test_a_day_needs_no_zone():
    assert first_day_of(dt.date(2026, 3, 31), step_of("quarter"), ZoneInfo("UTC")) == dt.date(2026, 1, 1)
