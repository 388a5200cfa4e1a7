import io
import zipfile

import openpyxl
import pytest
import xlsxwriter

from app.data.reading import UnreadableFile, open_table
from tests.data.reading.books import book, book_part, packed, parts, relations, row, sheet_part, styles


def rows(content, name="a.xlsx"):
    return [cells for _row, cells in open_table(content, name).rows()]


def test_the_first_visible_sheet_is_read_and_others_are_mentioned():
    sheets = ('<sheet name="Hidden" sheetId="1" state="hidden" r:id="rId4"/>'
              '<sheet name="客户" sheetId="2" r:id="rId1"/>'
              '<sheet name="More" sheetId="3" r:id="rId4"/>')
    table = open_table(book(row("name") + row("Acme"), book=book_part(sheets)), "a.xlsx")
    assert table.headers == ["name"]
    assert [str(warning) for warning in table.warnings] == ["Only the first sheet, “客户”, was read."]


def test_one_visible_sheet_needs_no_warning():
    table = open_table(book(row("name")), "a.xlsx")
    assert table.warnings == []
    assert (table.format, table.encoding, table.delimiter) == ("xlsx", None, None)


def test_a_workbook_of_hidden_sheets_only_gives_the_first():
    sheets = '<sheet name="H" sheetId="1" state="veryHidden" r:id="rId1"/>'
    assert open_table(book(row("name"), book=book_part(sheets)), "a.xlsx").headers == ["name"]


def test_a_sheet_of_charts_is_no_sheet_of_rows():
    sheets = '<sheet name="Chart" sheetId="1" r:id="rId1"/><sheet name="Rows" sheetId="2" r:id="rId4"/>'
    related = relations(rId1="chartsheet chartsheets/sheet1.xml", rId4="worksheet worksheets/sheet2.xml")
    assert open_table(book(book=book_part(sheets), relations=related), "a.xlsx").headers == ["second"]


def test_a_workbook_without_sheets_is_refused():
    with pytest.raises(UnreadableFile, match="has no sheet"):
        open_table(book(book=book_part("")), "a.xlsx")


def test_targets_may_be_absolute():
    related = relations(rId1="worksheet /xl/worksheets/sheet1.xml")
    assert rows(book(row("a") + row("<c><v>1</v></c>"), relations=related)) == [["1"]]


def test_a_workbook_needs_neither_styles_nor_shared_texts():
    assert rows(book(row("a") + row("<c><v>1</v></c>"), styles=None, strings=None)) == [["1"]]


@pytest.mark.parametrize("flag", ["1", "true"])
def test_the_calendar_of_1904_is_used_where_the_workbook_says_so(flag):
    content = book(row("a") + row('<c s="0"><v>44624</v></c>'), styles=styles("yyyy-mm-dd"),
                   book=book_part(properties=f'<workbookPr date1904="{flag}"/>'))
    assert rows(content) == [["2026-03-05"]]


def test_the_usual_calendar_is_used_where_the_workbook_denies_the_other():
    content = book(row("a") + row('<c s="0"><v>46086</v></c>'), styles=styles("yyyy-mm-dd"),
                   book=book_part(properties='<workbookPr date1904="0"/>'))
    assert rows(content) == [["2026-03-05"]]


def test_a_wrong_dimension_hides_no_row():
    assert len(rows(book(row("a") + "".join(row(str(number)) for number in range(50))))) == 50


@pytest.mark.parametrize("missing", ["root", "book", "relations", "sheet"])
def test_a_workbook_without_a_necessary_part_is_damaged(missing):
    with pytest.raises(UnreadableFile, match="The workbook is damaged"):
        open_table(book(row("a"), **{missing: None}), "a.xlsx")


@pytest.mark.parametrize("broken", ["root", "book", "relations", "sheet", "strings", "styles"])
@pytest.mark.parametrize("content", ["<open", "", "no xml", "<a><b></a>"])
def test_a_workbook_with_a_broken_part_is_damaged(broken, content):
    with pytest.raises(UnreadableFile):
        open_table(book(row("a"), **{broken: content}), "a.xlsx")


@pytest.mark.parametrize("sheet", ['<row r="x"><c><v>1</v></c></row>', '<row><c r="TOOLONG1"><v>1</v></c></row>'])
def test_an_impossible_address_is_damage(sheet):
    with pytest.raises(UnreadableFile, match="damaged"):
        open_table(book(sheet), "a.xlsx")


@pytest.mark.parametrize("part", ["sheet", "strings", "styles", "book", "root", "relations"])
@pytest.mark.parametrize("declaration", [
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>', '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>', "<!DOCTYPE x>",
])
def test_declared_entities_and_types_are_refused_everywhere(part, declaration):
    contents = parts(row("a") + row("b"))
    path = list(contents)[["root", "book", "relations", "styles", "strings", "sheet"].index(part)]
    contents[path] = declaration + contents[path]
    with pytest.raises(UnreadableFile, match="damaged"):
        open_table(packed(contents), "a.xlsx")


def test_damage_behind_the_beginning_is_found_while_reading():
    content = bytearray(packed(parts(row("a") + "".join(row(f"row {number}") for number in range(20_000))),
                               zipfile.ZIP_STORED))
    place = content.index(b"row 15000")
    content[place : place + 3] = b"RAW"
    table = open_table(bytes(content), "a.xlsx")
    with pytest.raises(UnreadableFile, match="damaged"):
        list(table.rows())


def test_an_archive_that_is_no_workbook_is_refused():
    with pytest.raises(UnreadableFile):
        open_table(packed({"readme.txt": "hello"}), "a.xlsx")


def test_what_openpyxl_writes_is_read():
    made = openpyxl.Workbook()
    sheet = made.active
    for cells in (["客户名称*", "手机", "签约"], ["上海云帆", "013800138000",
                                                  openpyxl.utils.datetime.from_excel(46086)],
                  ["北京远山", 13900139000, None]):
        sheet.append(cells)
    buffer = io.BytesIO()
    made.save(buffer)
    table = open_table(buffer.getvalue(), "a.xlsx")
    assert table.headers == ["客户名称", "手机", "签约"]
    assert list(table.rows()) == [(2, ["上海云帆", "013800138000", "2026-03-05"]), (3, ["北京远山", "13900139000", ""])]


def test_a_formula_that_openpyxl_writes_has_no_result_and_is_refused():
    made = openpyxl.Workbook()
    made.active.append(["a", "b"])
    made.active.append(["1", "=1+1"])
    buffer = io.BytesIO()
    made.save(buffer)
    table = open_table(buffer.getvalue(), "a.xlsx")
    assert list(table.rows()) == []
    assert table.counts.rejected == 1


def test_what_xlsxwriter_writes_with_shared_texts_and_formats_is_read():
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as made:
        sheet = made.add_worksheet()
        for number, cells in enumerate([["code", "rate", "when", "sum"], ["x", None, None, None]]):
            sheet.write_row(number, 0, cells)
        sheet.write_number(1, 0, 42, made.add_format({"num_format": "000000"}))
        sheet.write_number(1, 1, 0.125, made.add_format({"num_format": 10}))
        sheet.write_number(1, 2, 46086.25, made.add_format({"num_format": 22}))
        sheet.write_formula(1, 3, "=1+1", None, 2)
    assert rows(buffer.getvalue()) == [["000042", "12.5%", "2026-03-05T06:00:00", "2"]]


def test_a_sheet_of_nothing_is_an_empty_file():
    with pytest.raises(UnreadableFile, match="The file is empty"):
        open_table(book(""), "a.xlsx")
    with pytest.raises(UnreadableFile, match="The file is empty"):
        open_table(book(sheet=sheet_part(row("", ""))), "a.xlsx")
