"""The exact texts of files: moments with their offset, several names in one cell."""

import datetime as dt

import pytest

from app.kernel.file_text import many_text, moment_text


@pytest.mark.parametrize(("moment", "zone", "expected"), [
    (dt.datetime(2026, 3, 29, 0, 30, tzinfo=dt.UTC), "Europe/Berlin", "2026-03-29 01:30:00+01:00"),
    (dt.datetime(2026, 3, 29, 0, 30, 0, 1, tzinfo=dt.UTC), "Asia/Shanghai", "2026-03-29 08:30:00.000001+08:00"),
    (dt.datetime(1890, 1, 1, tzinfo=dt.UTC), "Asia/Shanghai", "1890-01-01 00:00:00+00:00"),
    (dt.datetime(1, 1, 1, tzinfo=dt.UTC), "Asia/Shanghai", "0001-01-01 00:00:00+00:00"),
])
def test_a_moment_is_written_with_its_offset(moment, zone, expected):
    assert moment_text(moment, zone) == expected
    assert dt.datetime.fromisoformat(expected) == moment


@pytest.mark.parametrize(("names", "expected"), [
    (["A", "B"], "A; B"), ([], ""), (["A;B", "C"], '["A;B", "C"]'), (["[x"], '["[x"]'), (["甲、乙"], '["甲、乙"]'),
])
def test_several_names_stand_in_one_cell(names, expected):
    assert many_text(names) == expected
