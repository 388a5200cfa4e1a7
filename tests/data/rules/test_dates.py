import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.rules.dates import ISO, DateFormat, decide_date_order, read_date, read_moment
from app.kernel.problems import Problem

unhurried = settings(deadline=None)  # a busy machine is no fault of the product

DAY_FIRST, MONTH_FIRST = DateFormat("dmy"), DateFormat("mdy")
THE_FIFTH = dt.date(2026, 3, 5)


@pytest.mark.parametrize("text", [
    "2026-03-05", "2026/3/5", "2026.3.5", "2026年3月5日", "2026年03月05日", "2026 年 3 月 5 日", "20260305",
    "２０２６－０３－０５", " 2026-03-05 ",
    "2026-03-05 00:00:00", "2026-03-05T14:30", "2026年3月5日 下午2:30",
])
@pytest.mark.parametrize("written", [ISO, DAY_FIRST, MONTH_FIRST])
def test_a_date_with_the_year_in_front_is_read_whatever_the_column_has(text, written):
    assert read_date(text, written) == THE_FIFTH


@pytest.mark.parametrize("text", ["05/03/2026", "5/3/2026", "05-03-2026", "05.03.2026", "5/3/2026 10:00"])
def test_the_order_of_the_column_decides(text):
    assert read_date(text, DAY_FIRST) == dt.date(2026, 3, 5)
    assert read_date(text, MONTH_FIRST) == dt.date(2026, 5, 3)
    assert isinstance(read_date(text, ISO), Problem)


def test_a_date_of_equal_parts_needs_no_order():
    assert read_date("05/05/2026") == dt.date(2026, 5, 5)


@pytest.mark.parametrize("text", [
    "", "tomorrow", "2026-02-30", "2026-13-01", "0000-01-01", "20261301", "2026-03", "13/13/2026", "46086",
    "2026-03-05x", "5/3/26",
    "2026-03-05 25:00", "2026-03-05 10:61", "2026-03-05 +99:00", "2026-03-05 10:00+99:99", "2026-3-5-1", "202603051",
    "5/3/026",
    "31/02/2026", "2026-03-0510:00",
])
def test_what_is_no_date_is_refused(text):
    for written in (ISO, DAY_FIRST, MONTH_FIRST):
        assert isinstance(read_date(text, written), Problem)


@pytest.mark.parametrize(("text", "pattern", "day"), [
    ("05/03/26", "dd/mm/yy", dt.date(2026, 3, 5)), ("05/03/69", "dd/mm/yy", dt.date(1969, 3, 5)),
    ("05/03/68", "dd/mm/yy", dt.date(2068, 3, 5)),
    ("03-05-26", "mm-dd-yy", THE_FIFTH), ("26.3.5", "yy.mm.dd", THE_FIFTH), ("05/03/2026", "dd/mm/yy", THE_FIFTH),
])
def test_a_year_of_two_digits_is_read_where_the_format_says_so(text, pattern, day):
    written = DateFormat.parse(pattern)
    assert isinstance(written, DateFormat)
    assert read_date(text, written) == day


@pytest.mark.parametrize(("pattern", "expected"), [
    ("dmy", DAY_FIRST), ("dd/mm/yyyy", DAY_FIRST), ("%d/%m/%Y", DAY_FIRST), ("MM-DD-YYYY hh:mm", MONTH_FIRST),
    ("yyyy-mm-dd", ISO),
    ("yyyy年mm月dd日", ISO), ("dd.mm.yy", DateFormat("dmy", short_year=True)),
    ("%m/%d/%y", DateFormat("mdy", short_year=True)),
    (" Excel ", DateFormat("excel")),
])
def test_a_format_is_described_as_people_write_it(pattern, expected):
    assert DateFormat.parse(pattern) == expected


@pytest.mark.parametrize("pattern", ["", "dd/mm", "yyyy", "dmdy", "ydm", "1,234.56", "date"])
def test_a_format_that_shows_no_order_is_refused(pattern):
    assert "not a date format" in str(DateFormat.parse(pattern))


@pytest.mark.parametrize(("text", "moment"), [
    ("46086", dt.datetime(2026, 3, 5)), ("46086.5", dt.datetime(2026, 3, 5, 12)),
    ("46086.604166667", dt.datetime(2026, 3, 5, 14, 30)),
    ("61", dt.datetime(1900, 3, 1)), ("2958465", dt.datetime(9999, 12, 31)),
])
def test_a_spreadsheets_day_count_is_read_when_asked_for(text, moment):
    assert read_date(text, DateFormat("excel")) == moment.date()
    assert read_moment(text, DateFormat("excel")) == moment.replace(tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["0", "2958466", "-1", "1e4", "2026-03-05", "", "99999999"])
def test_what_is_no_day_count_is_refused(text):
    assert isinstance(read_date(text, DateFormat("excel")), Problem)


@pytest.mark.parametrize(("text", "hour", "minute", "second"), [
    ("2026-03-05", 0, 0, 0), ("2026-03-05 14:30", 14, 30, 0), ("2026-03-05T14:30:15", 14, 30, 15),
    ("2026/3/5, 2:30 PM", 14, 30, 0),
    ("2026-03-05 2:30pm", 14, 30, 0), ("2026-03-05 12:05 AM", 0, 5, 0), ("2026-03-05 12:05 PM", 12, 5, 0),
    ("2026年3月5日下午2:30", 14, 30, 0),
    ("2026年3月5日 上午9时5分", 9, 5, 0), ("2026年3月5日 14时30分15秒", 14, 30, 15), ("2026年3月5日 14时", 14, 0, 0),
    ("20260305 14:30", 14, 30, 0),
    ("2026-03-05　14：30", 14, 30, 0), ("2026-03-05 下午14:30", 14, 30, 0),
])
def test_a_moment_without_a_zone_is_wall_clock_time(text, hour, minute, second):
    expected = dt.datetime(2026, 3, 5, hour, minute, second, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert read_moment(text, zone="Asia/Shanghai") == expected


@pytest.mark.parametrize("text", [
    "2026-03-05T06:30:00Z", "2026-03-05 14:30:00+08:00", "2026-03-05 14:30+0800", "2026-03-05 01:30 -05:00",
    "2026-03-05 06:30 UTC",
])
def test_a_moment_with_its_own_zone_is_that_moment(text):
    found = read_moment(text, zone="America/New_York")
    assert found == dt.datetime(2026, 3, 5, 6, 30, tzinfo=dt.UTC)
    assert isinstance(found, dt.datetime)
    assert found.tzinfo is dt.UTC


def test_fractions_of_a_second_are_kept_to_the_microsecond():
    assert read_moment("2026-03-05 14:30:15.123456789") == dt.datetime(2026, 3, 5, 14, 30, 15, 123456, tzinfo=dt.UTC)


def test_a_date_of_a_moment_with_zone_is_seen_from_the_readers_zone():
    assert read_date("2026-03-05T23:30:00Z", zone="Asia/Shanghai") == dt.date(2026, 3, 6)


@pytest.mark.parametrize("text", ["", "2026-03-05 99:00", "noon", "2026-03-05 14:30 later"])
def test_what_is_no_moment_is_refused(text):
    assert "not a point in time" in str(read_moment(text))


def test_a_moment_beyond_the_calendar_is_refused():
    assert isinstance(read_moment("0001-01-01", zone="Asia/Shanghai"), Problem)
    assert isinstance(read_moment("9999-12-31 23:00", zone="America/New_York"), Problem)
    assert isinstance(read_date("0001-01-01 00:00+10:00", zone="UTC"), Problem)


def test_a_wall_clock_time_that_comes_twice_is_the_first_one():
    found = read_moment("2026-10-25 02:30", zone="Europe/Berlin")
    assert found == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


def test_a_day_above_twelve_shows_that_the_day_comes_first():
    assert decide_date_order(["03/04/2026", "13/04/2026", "05/05/2026"]) == DAY_FIRST


def test_a_second_part_above_twelve_shows_that_the_month_comes_first():
    assert decide_date_order(["03/04/2026", "", "04/13/2026 10:00"]) == MONTH_FIRST


def test_a_column_that_shows_neither_is_ambiguous():
    found = decide_date_order(["03/04/2026", "05/06/2026"])
    assert "“03/04/2026” may have the day or the month first" in str(found)


def test_a_column_that_shows_both_contradicts_itself():
    found = decide_date_order(["13/04/2026", "04/13/2026"])
    assert "13/04/2026" in str(found)
    assert "04/13/2026" in str(found)


@pytest.mark.parametrize("values", [[], ["", "n/a"], ["2026-03-04", "2026年3月5日", "20260305"], ["05/05/2026"],
                                    ["03/04/26"]])
def test_a_column_where_the_order_does_not_matter_needs_none(values):
    assert decide_date_order(values) == ISO


def test_a_value_that_is_no_date_at_all_decides_nothing():
    assert decide_date_order(["13/13/2026", "99/99/2026", "04/13/2026"]) == MONTH_FIRST


def test_the_order_is_decided_from_any_iterable_once():
    assert decide_date_order(value for value in ["1/2/2026", "31/1/2026"]) == DAY_FIRST


@unhurried
@given(st.dates(), st.sampled_from(["{0:%d}/{0:%m}/{0.year:04}", "{0.day}-{0.month}-{0.year:04}",
                                    "{0.year:04}.{0.month}.{0.day}"]))
def test_every_day_is_read_back_under_its_order(day, pattern):
    assert read_date(pattern.format(day), DAY_FIRST) == day


@unhurried
@given(st.lists(st.dates(min_value=dt.date(1000, 1, 1)), min_size=1))
def test_a_column_is_read_as_it_was_written_or_said_to_be_ambiguous(days):
    for pattern in ("{0.day}/{0.month}/{0.year}", "{0.month}/{0.day}/{0.year}"):
        texts = [pattern.format(day) for day in days]
        written = decide_date_order(texts)
        assert isinstance(written, Problem) or [read_date(text, written) for text in texts] == days


@unhurried
@given(st.text(alphabet="0123456789/-.年月日: TZ+上下午APM", max_size=25))
def test_no_text_whatever_raises(text):
    for written in (ISO, DAY_FIRST, MONTH_FIRST, DateFormat("excel"), DateFormat("dmy", short_year=True)):
        assert isinstance(read_date(text, written, "Asia/Shanghai"), dt.date | Problem)
        assert isinstance(read_moment(text, written, "Asia/Shanghai"), dt.datetime | Problem)
