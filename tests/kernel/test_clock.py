"""The only clock."""

import datetime as dt

import pytest

from app.kernel import clock

MOMENT = dt.datetime(2026, 3, 28, 23, 30, tzinfo=dt.UTC)


def test_now_is_an_aware_moment_in_utc():
    assert clock.now().utcoffset() == dt.timedelta(0)
    assert clock.now() <= clock.now()


def test_a_pinned_clock_stands_still_until_the_block_ends():
    with clock.at(MOMENT):
        assert clock.now() == clock.now() == MOMENT
        with clock.at(MOMENT + dt.timedelta(hours=1)):
            assert clock.now() == MOMENT + dt.timedelta(hours=1)
        assert clock.now() == MOMENT
    assert clock.now() != MOMENT


def test_a_moment_of_another_zone_is_pinned_in_utc():
    with clock.at(dt.datetime.fromisoformat("2026-03-29T07:30:00+08:00")):
        assert clock.now() == MOMENT
        assert clock.now().tzinfo is dt.UTC


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"), clock.at(dt.datetime(2026, 3, 28)):
        pass


@pytest.mark.parametrize(("zone", "day"), [("UTC", 28), ("Asia/Shanghai", 29), ("America/New_York", 28),
                                           ("Pacific/Kiritimati", 29)])
def test_the_day_depends_on_the_zone(zone, day):
    with clock.at(MOMENT):
        assert clock.today(zone) == dt.date(2026, 3, day)


def test_the_clock_is_released_after_an_error():
    with pytest.raises(ZeroDivisionError), clock.at(MOMENT):
        raise ZeroDivisionError
    assert clock.now() != MOMENT
