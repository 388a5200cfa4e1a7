import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.demo.days import FURTHEST, LONGEST, Days

TODAY = dt.date(2024, 3, 1)
days = Days(TODAY)


def test_days_are_counted_backwards_from_today():
    assert days.date(0) == TODAY
    assert days.date(1) == dt.date(2024, 2, 29)
    assert days.date(-30) == dt.date(2024, 3, 31)


def test_both_ends_of_the_calendar_can_be_reached():
    assert days.date(LONGEST) == TODAY - dt.timedelta(days=LONGEST)
    assert days.date(-FURTHEST) == TODAY + dt.timedelta(days=FURTHEST)


def test_a_day_beyond_the_calendar_is_an_error():
    with pytest.raises(IndexError):
        days.date(-FURTHEST - 1)


@given(st.integers(-FURTHEST, LONGEST), st.integers(0, 10**7))
def test_a_moment_lies_in_the_office_hours_of_its_day(ago, salt):
    moment = days.moment(ago, salt)
    local = moment.astimezone(dt.timezone(dt.timedelta(hours=8)))
    assert local.date() == days.date(ago)
    assert 9 <= local.hour < 18
    assert moment == days.moment(ago, salt)


def test_different_salts_spread_over_the_day():
    assert len({days.moment(3, salt) for salt in range(200)}) > 100
