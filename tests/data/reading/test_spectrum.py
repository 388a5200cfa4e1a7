"""The corner cases of CSV: a twin of each of our own, and the published collection where it is at hand."""

import json
from pathlib import Path

import pytest

from app.data.reading import open_table

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "csv_spectrum"
NAMES = ["comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf",
         "quotes_and_newlines", "simple",
         "simple_crlf", "utf8"]
TWINS = {
    "comma_in_quotes": ('name,city,code\nYun Fan,"Suzhou, Jiangsu",0215\n', [["Yun Fan", "Suzhou, Jiangsu", "0215"]]),
    "empty": ('x,y,z\n"",7,""\n8,"",9\n', [["", "7", ""], ["8", "", "9"]]),
    "empty_crlf": ('x,y,z\r\n"",7,""\r\n8,"",9\r\n', [["", "7", ""], ["8", "", "9"]]),
    "escaped_quotes": ('x,y\n5,"she said ""yes"" twice"\n6,7\n\n', [["5", 'she said "yes" twice'], ["6", "7"]]),
    "json": ('id,body\n7,"{""a"": [1.5, ""b""]}"\n', [["7", '{"a": [1.5, "b"]}']]),
    "newlines": ('x,y,z\n4,5,6\n"first \nsecond",8,9\n', [["4", "5", "6"], ["first \nsecond", "8", "9"]]),
    "newlines_crlf": ('x,y,z\r\n4,5,6\r\n"first \r\nsecond",8,9\r\n',
                      [["4", "5", "6"], ["first \r\nsecond", "8", "9"]]),
    "quotes_and_newlines": ('x,y\n5,"a \n""b"" \nc"\n6,7\n', [["5", 'a \n"b" \nc'], ["6", "7"]]),
    "simple": ("x,y,z\n4,5,6\n", [["4", "5", "6"]]),
    "simple_crlf": ("x,y,z\r\n4,5,6\r\n", [["4", "5", "6"]]),
    "utf8": ("x,y\n4,客\n5,ʤ\n", [["4", "客"], ["5", "ʤ"]]),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("last", [True, False])
def test_the_twin_of_every_corner_case_is_read(name, last):
    text, expected = TWINS[name]
    table = open_table((text if last else text.rstrip("\r\n")).encode(), f"{name}.csv")
    assert [cells for _row, cells in table.rows()] == expected
    assert table.headers == text.splitlines()[0].split(",")
    assert table.counts.rejected == 0
    assert table.warnings == []


def test_there_is_a_twin_for_every_case():
    assert list(TWINS) == NAMES


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published collection ../shared/data/csv_spectrum is absent")
@pytest.mark.parametrize("name", NAMES)
def test_the_published_case_is_read(name):
    table = open_table(PUBLISHED / "csvs" / f"{name}.csv", f"{name}.csv")
    found = [dict(zip(table.headers, cells, strict=True)) for _row, cells in table.rows()]
    assert found == json.loads((PUBLISHED / "json" / f"{name}.json").read_text(encoding="utf-8"))
    assert table.counts.rejected == 0


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published collection ../shared/data/csv_spectrum is absent")
def test_the_published_collection_has_no_case_that_is_not_read_here():
    assert sorted(path.stem for path in (PUBLISHED / "csvs").iterdir()) == NAMES
