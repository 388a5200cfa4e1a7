"""`open_table` as a whole: what a file is, and how a person's file becomes rows."""

import tracemalloc
from pathlib import Path

import pytest

from app.data.reading import Limits, UnreadableFile, open_table
from tests.data.reading.books import book, row

PIPELINE = Path(__file__).parents[4] / "shared" / "data" / "maven_crm" / "sales_pipeline.csv"
CHINESE = "客户名称*,手机(选填),备注（选填）\r\n上海云帆科技,013800138000,NA\r\n北京远山贸易,+86 139-0013-9000,\r\n"


def rows(content, name="a.csv", **more):
    return [cells for _row, cells in open_table(content, name, **more).rows()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gbk", "gb18030"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_a_chinese_file_is_read_the_same_in_every_encoding_and_with_every_delimiter(encoding, sign):
    table = open_table(CHINESE.replace(",", sign).encode(encoding), "客户.csv")
    assert table.headers == ["客户名称", "手机", "备注"]
    assert [cells for _row, cells in table.rows()] == [["上海云帆科技", "013800138000", "NA"],
                                                       ["北京远山贸易", "+86 139-0013-9000", ""]]
    assert table.delimiter == sign


def test_values_are_taken_as_text():
    words = ["013", "NA", "null", "1e5", "TRUE", "2026-03-05", " x ", "0.10", "None", "-", "#N/A", "1,000"]
    text = ",".join(f"h{place}" for place in range(len(words))) + "\n" + ",".join(f'"{word}"' for word in words) + "\n"
    assert rows(text.encode()) == [words]


def test_a_path_and_its_bytes_give_the_same(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CHINESE.encode("gbk"))
    assert rows(path) == rows(str(path)) == rows(CHINESE.encode("gbk"))


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b",,\n", b" \r\n"])
def test_an_empty_file_gets_a_sentence(content):
    with pytest.raises(UnreadableFile, match=r"The file is empty|no header row"):
        open_table(content, "a.csv")


def test_the_content_decides_what_a_workbook_is():
    content = book(row("a") + row("1"))
    assert open_table(content, "a.csv").format == "xlsx"
    table = open_table(b"a,b\n1,2\n", "a.XLSX")
    assert table.format == "csv"
    assert "named like a workbook" in str(table.warnings[0])


def test_an_old_or_locked_workbook_is_refused_with_what_to_do():
    with pytest.raises(UnreadableFile, match=r"Save it as \.xlsx without a password"):
        open_table(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512, "a.xls")


@pytest.mark.parametrize("name", ["a.jsonl", "A.JSONL", "a.ndjson"])
def test_the_name_decides_what_json_lines_are(name):
    table = open_table('{"a": "013"}\n{"a": "客"}\n'.encode("gbk"), name)
    assert (table.format, table.encoding, table.delimiter) == ("jsonl", "gb18030", None)
    assert [cells for _row, cells in table.rows()] == [["013"], ["客"]]
    assert table.warnings


def test_a_stated_delimiter_and_encoding_are_used():
    table = open_table("a:b\ncafé:1\n".encode("latin-1"), "a.txt", encoding="latin-1", delimiter=":")
    assert (table.encoding, table.delimiter) == ("iso8859-1", ":")
    assert [cells for _row, cells in table.rows()] == [["café", "1"]]


@pytest.mark.parametrize("more", [{"delimiter": ",,"}, {"delimiter": ""}, {"encoding": "klingon"}])
def test_a_statement_that_makes_no_sense_is_refused(more):
    with pytest.raises(UnreadableFile, match=r"cannot be a delimiter|is not an encoding"):
        open_table(b"a,b\n", "a.csv", **more)


def test_every_row_of_a_bad_file_is_accounted_for_with_its_reason():
    refused = []
    content = b'a,b\n1,2\n3\n4,5,6\n"7"x,8\n9,\x0010\n\n11,\xff\n12,' + "客户".encode() + b'\n"14,15\n'
    table = open_table(content, "a.csv")
    assert list(table.rows(refused.append)) == [(2, ["1", "2"]), (9, ["12", "客户"])]
    assert [(record.row, str(record.problem).split(".")[0]) for record in refused] == [
        (3, "The row has 1 cells, the header has 2"), (4, "The row has 3 cells, the header has 2"),
        (5, "The quotation marks of this row do not match"), (6, "The row holds a zero byte"),
        (8, "The row holds bytes that are no characters in the file's encoding"),
        (10, "The quotation marks of this row do not match"),
    ]
    assert (table.counts.read, table.counts.accepted, table.counts.rejected, table.counts.blank) == (8, 2, 6, 1)


def test_a_damaged_chinese_file_keeps_its_good_rows():
    content = CHINESE.encode().replace("贸".encode(), b"\xff\xfe")
    refused = []
    table = open_table(content, "a.csv")
    assert [cells[0] for _row, cells in table.rows(refused.append)] == ["上海云帆科技"]
    assert [record.row for record in refused] == [3]


def test_the_limits_hold_for_every_format():
    limits = Limits(rows=1, columns=2)
    for content, name in ((b"a,b\n1,2\n3,4\n", "a.csv"), (b'{"a":1}\n{"a":2}\n', "a.jsonl"),
                          (book(row("a") + row("1") + row("2")), "a.xlsx")):
        with pytest.raises(UnreadableFile, match="more than 1 rows"):
            rows(content, name, limits=limits)
    for content, name in ((b"a,b,c\n", "a.csv"), (b'{"a":1,"b":2,"c":3}\n', "a.jsonl"),
                          (book(row("a", "b", "c")), "a.xlsx")):
        with pytest.raises(UnreadableFile, match=r"more than 2 columns|beyond column 2"):
            open_table(content, name, limits=limits)


def peak(content, name):
    """The most memory that reading `content` takes, in bytes."""
    table = open_table(content, name)
    tracemalloc.start()
    count = sum(1 for _row in table.rows())
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, highest


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.xlsx"])
def test_memory_does_not_grow_with_the_rows(name):
    def content(count):
        if name == "a.xlsx":
            return book(row("a", "b") + "".join(row(f"name {number}", "x") for number in range(count)))
        if name == "a.jsonl":
            return "".join(f'{{"a": "name {number}", "b": "x"}}\n' for number in range(count)).encode()
        return ("a,b\n" + "".join(f"name {number},x\n" for number in range(count))).encode()

    few, many = peak(content(1_000), name), peak(content(12_000), name)
    assert (few[0], many[0]) == (1_000, 12_000)
    assert many[1] < few[1] + 500_000


@pytest.mark.skipif(not PIPELINE.is_file(), reason="the published pipeline ../shared/data/maven_crm is absent")
def test_the_published_pipeline_is_read_completely():
    table = open_table(PIPELINE, PIPELINE.name)
    found = list(table.rows())
    stage = table.headers.index("deal_stage")
    assert (table.encoding, table.delimiter, table.counts.read, table.counts.rejected) == ("utf-8", ",", 8_800, 0)
    assert sum(1 for _row, cells in found if cells[stage] == "Won") == 4_238
    assert sum(1 for _row, cells in found if not cells[table.headers.index("account")]) == 1_425


def test_a_twin_of_the_pipeline_is_read_completely():
    stages = ["Won", "Lost", "Engaging", "Prospecting"]
    lines = ["opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value"]
    for number in range(8_800):
        account = f"Account {number % 85}" if number % 6 else ""
        lines.append(f"OPP{number:05},Agent {number % 35},GTXPro,{account},{stages[number % 4]},2017-03-01,,{number}")
    table = open_table("\n".join(lines).encode(), "p.csv")
    found = [dict(zip(table.headers, cells, strict=True)) for _row, cells in table.rows()]
    assert (table.counts.read, table.counts.rejected) == (8_800, 0)
    assert sum(1 for each in found if each["deal_stage"] == "Won") == 2_200
    assert sum(1 for each in found if not each["account"]) == 1_467
