"""Steps of time."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.views.buckets import MAX_BUCKETS, STEPS, buckets_between, step_of

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
