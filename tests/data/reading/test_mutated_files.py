"""Three thousand damaged files, judged by a second reader of CSV that is written sign by sign from RFC 4180."""

import codecs
import random
from collections import Counter

import pytest

from app.data.reading import UnreadableFile, open_table
from app.data.rules import restore
from tests.data.reading.books import book, row, strings, styles
from tests.data.reading.test_spectrum import TWINS

FILES = 3_000
CHINESE = "客户名称,级别,电话,备注\r\n" + "".join(
    f'云帆{number}号,"重点, 大客户",01380013{number:04},"第一行\n第{number}行"\r\n' for number in range(12))
WIDE = "id;name;amount;closed\n" + "".join(
    f"{number};Account {number};{number * 37},50;2017-03-{number % 28 + 1:02}\n" for number in range(25))
TABS = "rec\tgiven\tsurname\n" + "".join(f"rec-{number}\tanna {number}\t\n" for number in range(20))
SEEDS = [text.encode() for text, _rows in TWINS.values()] + [
    CHINESE.encode(), CHINESE.encode("gb18030"), CHINESE.encode("utf-16"), CHINESE.encode("utf-16-le"),
    codecs.BOM_UTF8 + CHINESE.encode(),
    WIDE.encode(), TABS.encode(), TABS.encode("utf-16-be"),
]
PIECES = [b'"', b",", b"\n", b"\r", b"\r\n", b"\x00", b"\xff", b"\xe5\xae", b"'=", b'""', b";", b"\t", b"\xef\xbb\xbf",
          b" ", b"\xa0"]


def mutated(draw):
    content = bytearray(draw.choice(SEEDS))
    for _time in range(draw.choice((1, 1, 1, 2, 4, 8))):
        place = draw.randrange(len(content) + 1)
        match draw.randrange(5):
            case 0:
                content[place:place] = draw.choice(PIECES)
            case 1:
                del content[place : place + draw.choice((1, 1, 2, 5, 40))]
            case 2 if place < len(content):
                content[place] = draw.randrange(256)
            case 3:
                content[place:place] = content[place : place + draw.randrange(60)]
            case _ if draw.random() < 0.2:
                del content[place:]
    return bytes(content) or b"a"


def reference(text, delimiter):
    """The records of `text` by RFC 4180, line ends of all three kinds, and whether every quotation mark is in order."""
    records, cells, cell, in_order, place, size = [], [], "", True, 0, len(text)
    while place < size:
        if not cell and text[place] == '"':
            place += 1
            while place < size and not (text[place] == '"' and text[place + 1 : place + 2] != '"'):
                place += 2 if text[place] == '"' else 1
                cell += text[place - 1]
            in_order &= place < size
            place += 1
            in_order &= text[place : place + 1] in ("", delimiter, "\r", "\n")
            if not in_order:
                return records, False
        while place < size and text[place] not in (delimiter, "\r", "\n"):
            cell += text[place]
            place += 1
        end = text[place : place + 1]
        if end == delimiter:
            cells.append(cell)
        else:
            records.append([*cells, cell] if cells or cell or text[place - 1 : place] == '"' else [])
            cells, place = [], place + (text[place : place + 2] == "\r\n")
        cell, place = "", place + 1
        if end == delimiter and place == size:
            records.append([*cells, ""])
    return records, in_order


def outcome(content, name):
    """What became of the file: refused, or with its table, good rows and refused ones."""
    refused = []
    try:
        table = open_table(content, name)
        rows = list(table.rows(refused.append))
    except UnreadableFile:
        return None
    assert table.counts.read == len(rows) + len(refused)
    assert all(len(cells) == len(table.headers) for _row, cells in rows)
    assert all(str(record.problem) for record in refused)
    numbers = sorted([number for number, _cells in rows] + [record.row for record in refused])
    assert len(set(numbers)) == len(numbers)
    return table, rows, refused


def check_against_reference(content, table, rows, refused):
    text = content.decode(table.encoding, "replace")
    expected, in_order = reference(text, table.delimiter)
    if not in_order:
        assert refused, "a broken quotation mark went unnoticed"
        return
    header = next(place for place, cells in enumerate(expected) if any(map(str.strip, cells)))
    width = len(expected[header])
    filled = {number: cells for number, cells in enumerate(expected[header + 1 :], header + 2)
              if cells and (width == 1 or any(map(str.strip, cells)))}
    assert table.counts.read == len(filled), "a wrong number of rows went unnoticed"
    for number, cells in rows:
        assert cells == [restore(cell) for cell in filled[number][: len(table.headers)]]


def test_the_reference_reader_knows_the_corner_cases():
    for text, rows in TWINS.values():
        records, in_order = reference(text, ",")
        assert in_order
        assert [cells for cells in records[1:] if cells] == rows
    assert not reference('a,b\n"1,2\n', ",")[1]
    assert not reference('a,b\n"1"x,2\n', ",")[1]
    assert reference("a,b\n1,", ",") == ([["a", "b"], ["1", ""]], True)
    assert reference('a\n""\n\n5" x\n', ",") == ([["a"], [""], [], ['5" x']], True)


def test_no_damaged_file_raises_or_loses_a_row_in_silence():
    draw, fates = random.Random(20260305), Counter()
    for number in range(FILES):
        content = mutated(draw)
        found = outcome(content, f"{number}.csv")
        if found is None:
            fates["file refused"] += 1
            continue
        check_against_reference(content, *found)
        fates["rows refused" if found[2] else "all rows good"] += 1
    # The numbers show that the damage is real and that whole files are refused seldom.
    assert fates["file refused"] < FILES / 3.5
    assert fates["rows refused"] > FILES / 4
    assert fates["all rows good"] > FILES / 8


@pytest.mark.parametrize("name", ["a.jsonl"])
def test_no_damaged_json_lines_raise(name):
    draw = random.Random(7)
    seed = b"".join(b'{"name": "Acme %d", "tags": ["a", "b"], "size": %d, "note": null}\n' % (number, number)
                    for number in range(10))
    fates = Counter()
    for _time in range(600):
        content = bytearray(seed)
        for _change in range(draw.choice((1, 3))):
            content[draw.randrange(len(content))] = draw.choice(b'{}[]":,\\\n\x00 a1\xff')
        found = outcome(bytes(content), name)
        fates[found is None] += 1
        if found is not None:
            lines = [line for line in bytes(content).replace(b"\r", b"\n").split(b"\n") if line.strip()]
            assert found[0].counts.read == len(lines)
    assert fates[False] > fates[True]


def test_no_damaged_workbook_raises():
    content = book(row("name", "phone", "on") + "".join(row(f"Acme {number}", '<c t="s"><v>0</v></c>',
                                                            '<c s="1"><v>46086</v></c>') for number in range(30)),
                   strings=strings("<t>013</t>"), styles=styles("General", "yyyy-mm-dd"))
    draw, fates = random.Random(11), Counter()
    for _time in range(800):
        damaged = bytearray(content)
        for _change in range(draw.choice((1, 2, 6))):
            damaged[draw.randrange(4, len(damaged))] = draw.randrange(256)
        found = outcome(bytes(damaged), "a.xlsx")
        fates[found is None] += 1
        if found is not None:
            assert found[0].counts.read == 30
    assert fates[True] > 100


def test_no_damaged_sheet_raises():
    rows = row("name", "phone", "on", number=1) + row("Acme", '<c r="B2" t="s"><v>0</v></c>',
                                                      '<c r="C2" s="1"><f>A1</f><v>46086.5</v></c>', number=2)
    draw = random.Random(13)
    for _time in range(1_000):
        damaged = list(rows)
        for _change in range(draw.choice((1, 2, 4))):
            damaged[draw.randrange(len(damaged))] = draw.choice("<>/\"=0123456789vcsrtfei A-.\u5ba2")
        outcome(book("".join(damaged), strings=strings("<t>013</t>"), styles=styles("General", "yyyy-mm-dd")), "a.xlsx")
