"""The one law for hours that are skipped and hours that come twice."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.workflows.rules.wall_clock import first_moment, is_zone, wall_time

# Zones with whole-hour, half-hour (Lord Howe) and whole-day (Apia) jumps, jumps at midnight and over midnight (Nuuk).
ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
         "Pacific/Apia", "America/Nuuk", "Africa/Casablanca", "Asia/Kathmandu", "Europe/Dublin", "Africa/Cairo"]
zones = st.sampled_from(ZONES)
walls = st.datetimes(dt.datetime(1975, 1, 1), dt.datetime(2045, 1, 1)).map(lambda wall: wall.replace(microsecond=0))

unhurried = settings(deadline=None)  # a busy machine is no fault of the product


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(("zone", "wall", "moment"), [
    ("Asia/Shanghai", dt.datetime(2026, 3, 29, 2, 30), utc(2026, 3, 28, 18, 30)),
    ("Europe/Berlin", dt.datetime(2026, 3, 29, 1, 59, 59), utc(2026, 3, 29, 0, 59, 59)),
    ("Europe/Berlin", dt.datetime(2026, 3, 29, 2, 0), utc(2026, 3, 29, 1, 0)),
    ("Europe/Berlin", dt.datetime(2026, 3, 29, 2, 30), utc(2026, 3, 29, 1, 0)),
    ("Europe/Berlin", dt.datetime(2026, 3, 29, 3, 0), utc(2026, 3, 29, 1, 0)),
    ("Australia/Lord_Howe", dt.datetime(2026, 10, 4, 2, 15), utc(2026, 10, 3, 15, 30)),
    ("America/Nuuk", dt.datetime(2026, 3, 28, 23, 30), utc(2026, 3, 29, 1, 0)),
    ("America/Sao_Paulo", dt.datetime(2018, 11, 4, 0, 0), utc(2018, 11, 4, 3, 0)),
    ("Pacific/Apia", dt.datetime(2011, 12, 30, 9, 0), utc(2011, 12, 30, 10, 0)),
])
def test_a_time_that_does_not_exist_is_the_first_valid_moment_after(
        zone: str, wall: dt.datetime, moment: dt.datetime) -> None:
    assert first_moment(wall, zone) == moment


@pytest.mark.parametrize(("zone", "wall", "moment"), [
    ("Europe/Berlin", dt.datetime(2026, 10, 25, 2, 0), utc(2026, 10, 25, 0, 0)),
    ("Europe/Berlin", dt.datetime(2026, 10, 25, 2, 30), utc(2026, 10, 25, 0, 30)),
    ("Europe/Berlin", dt.datetime(2026, 10, 25, 3, 0), utc(2026, 10, 25, 2, 0)),
    ("America/New_York", dt.datetime(2026, 11, 1, 1, 30), utc(2026, 11, 1, 5, 30)),
    ("Australia/Lord_Howe", dt.datetime(2026, 4, 5, 1, 45), utc(2026, 4, 4, 14, 45)),
])
def test_a_time_that_comes_twice_is_its_first_coming(zone: str, wall: dt.datetime, moment: dt.datetime) -> None:
    assert first_moment(wall, zone) == moment


def test_the_fraction_of_a_second_survives_outside_gaps_and_goes_inside_them() -> None:
    half = dt.datetime(2026, 3, 29, 1, 30, 0, 500_000)
    assert first_moment(half, "Europe/Berlin") == utc(2026, 3, 29, 0, 30, 0, 500_000)
    assert first_moment(half.replace(hour=2), "Europe/Berlin") == utc(2026, 3, 29, 1, 0)


@unhurried
@given(walls, zones)
@example(dt.datetime(2011, 12, 30, 0, 0), "Pacific/Apia")
@example(dt.datetime(2026, 3, 29, 2, 0), "Europe/Berlin")
@example(dt.datetime(2026, 10, 25, 2, 59, 59), "Europe/Berlin")
def test_the_clock_shows_the_time_or_later_and_never_did_before(wall: dt.datetime, zone: str) -> None:
    moment = first_moment(wall, zone)
    assert wall_time(moment, zone) >= wall
    for back in (1, 60, 1800, 3599, 3600, 7200, 86_399):
        assert wall_time(moment - dt.timedelta(seconds=back), zone) < wall


@unhurried
@given(walls, st.timedeltas(dt.timedelta(0), dt.timedelta(days=2)), zones)
@example(dt.datetime(2026, 10, 25, 2, 59), dt.timedelta(minutes=1), "Europe/Berlin")
@example(dt.datetime(2026, 3, 29, 1, 59), dt.timedelta(minutes=31), "Europe/Berlin")
def test_a_later_wall_time_is_never_an_earlier_moment(wall: dt.datetime, further: dt.timedelta, zone: str) -> None:
    assert first_moment(wall, zone) <= first_moment(wall + further, zone)


@unhurried
@given(walls, zones)
def test_every_moment_is_read_back_as_the_wall_time_or_its_first_coming(wall: dt.datetime, zone: str) -> None:
    moment = wall.replace(tzinfo=dt.UTC)
    assert moment - dt.timedelta(hours=1) <= first_moment(wall_time(moment, zone), zone) <= moment


def test_the_answer_is_utc_and_the_reading_has_no_zone() -> None:
    assert first_moment(dt.datetime(2026, 6, 1, 9), "Asia/Shanghai").tzinfo is dt.UTC
    shown = wall_time(utc(2026, 10, 25, 1, 30), "Europe/Berlin")
    assert (shown, shown.tzinfo, shown.fold) == (dt.datetime(2026, 10, 25, 2, 30), None, 0)


def test_a_moment_needs_a_zone_and_a_wall_time_must_have_none() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        wall_time(dt.datetime(2026, 1, 1), "UTC")
    with pytest.raises(ValueError, match="no zone of its own"):
        first_moment(utc(2026, 1, 1), "UTC")
    with pytest.raises(zoneinfo.ZoneInfoNotFoundError):
        first_moment(dt.datetime(2026, 1, 1), "Mars/Olympus")


@pytest.mark.parametrize("name", ["Asia/Shanghai", "UTC", "America/Argentina/Ushuaia"])
def test_a_zone_is_known_by_its_full_name(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize("name", ["", "Asia", "asia/shanghai", "../etc/passwd", "Mars/Olympus", None, 8, ["UTC"]])
def test_anything_else_is_no_zone(name: object) -> None:
    assert not is_zone(name)
