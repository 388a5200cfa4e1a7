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


ENDS = (dt.datetime.min.replace(tzinfo=dt.UTC), dt.datetime.max.replace(tzinfo=dt.UTC))


@pytest.mark.parametrize(("zone", "seen"), [
    ("UTC", "2026-03-28T22:30"), ("Asia/Shanghai", "2026-03-29T06:30"), ("Asia/Kathmandu", "2026-03-29T04:15"),
    ("America/St_Johns", "2026-03-28T20:00")])
def test_a_moment_is_seen_as_clocks_in_the_zone_show_it(zone, seen):
    moment = dt.datetime(2026, 3, 28, 22, 30, tzinfo=dt.UTC)
    found = clock.seen_from(zone, moment)
    assert found == moment
    assert found.replace(tzinfo=None) == dt.datetime.fromisoformat(seen)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Asia/Shanghai", "UTC", "America/New_York", "Pacific/Niue"])
@pytest.mark.parametrize("moment", ENDS)
def test_the_ends_of_the_calendar_can_be_seen_from_everywhere(zone, moment):
    assert clock.seen_from(zone, moment) == moment


@pytest.mark.parametrize(("hour", "offset"), [(0, 1), (1, 2)])
def test_the_hour_that_clocks_leave_out_is_seen_on_its_right_side(hour, offset):
    seen = clock.seen_from("Europe/Berlin", dt.datetime(2026, 3, 29, hour, 30, tzinfo=dt.UTC))
    assert seen.hour == hour + offset


def test_pinned_clocks_stand_in_each_other():
    later = MOMENT + dt.timedelta(days=1)
    with clock.at(MOMENT):
        with clock.at(later):
            assert clock.now() == later
        assert clock.now() == MOMENT


def test_a_clock_that_is_pinned_in_another_zone_stands_in_utc():
    with clock.at(dt.datetime.fromisoformat("2026-03-29T06:30:00+08:00")):
        assert clock.now() == dt.datetime(2026, 3, 28, 22, 30, tzinfo=dt.UTC)
        assert clock.now().utcoffset() == dt.timedelta()
