import csv
import io
import json
import tracemalloc
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.reading import Record, open_table
from app.data.rules import check_formula
from app.data.writing import (
    SHEET_CELL,
    WRITERS,
    TooLargeForSheet,
    csv_lines,
    jsonl_lines,
    rejected_rows,
    write_workbook,
    xlsx_pieces,
)
from app.kernel.problems import problem

unhurried = settings(deadline=None)  # a busy machine is no fault of the product

WORST = ["=1+1", "'=1+1", "''=1", "'", "'tis", "+86 138-0013-8000", "-5", "-1+1", "@x", "\ttab", "\rcr", "\nlf", "＝x",
         "007", "NA", " lead ", "a\r\nb",
         'say "x"', "a,b;c\td|e", "客户", "𠮷", "_x000D_", "\x01\x0b\x7f", "\ufeffx", "1e5", "13800138000", "TRUE",
         "#N/A", "http://x.example/",
         "x" * 32_700]


def written(file_format, headers, rows):
    return b"".join(WRITERS[file_format][1](headers, rows))


def read_back(content, file_format):
    table = open_table(content, f"a.{file_format}")
    found = [cells for _row, cells in table.rows()]
    assert table.counts.rejected == 0
    return table.headers, found


@pytest.mark.parametrize("file_format", sorted(WRITERS))
def test_the_worst_cells_are_read_back_unchanged(file_format):
    rows = [[text, str(number)] for number, text in enumerate(WORST)]
    assert read_back(written(file_format, ["值", "number"], rows), file_format) == (["值", "number"], rows)


CELLS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
                max_size=12) | st.sampled_from(WORST[:-1])


@pytest.mark.parametrize("file_format", sorted(WRITERS))
@unhurried
@given(rows=st.lists(st.tuples(CELLS, CELLS).map(list), max_size=5))
def test_whatever_is_exported_is_imported_unchanged(file_format, rows):
    marked = [[f"{number}", *cells] for number, cells in enumerate(rows)] or [["0", "", ""]]
    assert read_back(written(file_format, ["no", "a", "b"], marked), file_format)[1] == marked


@unhurried
@given(st.lists(CELLS, min_size=1, max_size=5))
def test_no_cell_of_an_exported_csv_is_run(cells):
    content = b"".join(csv_lines(["a"], [[cell] for cell in cells])).decode("utf-8-sig")
    assert not any(check_formula(cell) for line in csv.reader(io.StringIO(content, newline="")) for cell in line)


def test_csv_is_marked_utf8_with_the_line_ends_of_rfc_4180():
    assert written("csv", ["a", "b"], [["1", "x\ny"], [None, 'q"']]) == b'\xef\xbb\xbfa,b\r\n1,"x\ny"\r\n,"q"""\r\n'


def test_every_format_names_its_type():
    assert {file_format: mime.split(";")[0] for file_format, (mime, _writer) in WRITERS.items()} == {
        "csv": "text/csv", "jsonl": "application/jsonl",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }


def test_an_export_without_rows_is_its_header():
    assert written("csv", ["a", "b"], []) == b"\xef\xbb\xbfa,b\r\n"
    assert written("jsonl", ["a"], []) == b""
    assert read_back(written("xlsx", ["a", "b"], []), "xlsx") == (["a", "b"], [])


def test_an_empty_value_of_a_single_column_is_still_a_row():
    assert read_back(written("csv", ["a"], [[""], ["x"]]), "csv")[1] == [[""], ["x"]]


def test_json_lines_hold_objects_of_texts():
    assert [json.loads(line) for line in written("jsonl", ["a", "b"], [["=1", None], ["客", ""]]).splitlines()] == [
        {"a": "=1", "b": None}, {"a": "客", "b": ""}]


def test_a_row_that_does_not_fit_its_headers_is_an_error_in_json():
    with pytest.raises(ValueError, match="zip"):
        list(jsonl_lines(["a", "b"], [["1"]]))


@pytest.mark.parametrize("file_format", sorted(WRITERS))
def test_a_text_that_no_file_can_hold_is_replaced_and_never_raises(file_format):
    assert read_back(written(file_format, ["a", "b"], [["x\ud800", "1"]]), file_format)[1] == [["x\ufffd", "1"]]


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
def test_rows_are_taken_as_they_are_sent(file_format):
    taken = []

    def rows():
        for number in range(100_000):
            taken.append(number)
            yield [f"name {number}", "x"]

    pieces = WRITERS[file_format][1](["a", "b"], rows())
    next(pieces)
    assert len(taken) < 10_000


@pytest.mark.parametrize("file_format", sorted(WRITERS))
def test_a_long_export_is_read_back_row_by_row(file_format):
    rows = [[f"客户 {number}", str(number)] for number in range(20_000)]
    assert read_back(written(file_format, ["a", "b"], rows), file_format)[1] == rows


@pytest.mark.parametrize("file_format", sorted(WRITERS))
def test_memory_does_not_grow_with_the_rows(file_format):
    def peak(count):
        tracemalloc.start()
        size = sum(map(len, WRITERS[file_format][1](["a", "b"], ([f"name {number}", "x"] for number in range(count)))))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size, highest

    few, many = peak(1_000), peak(12_000)
    assert many[0] > 5 * few[0]
    assert many[1] < few[1] + 500_000


def test_every_cell_of_a_workbook_is_text_and_none_a_formula():
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", ["a", "b", "c"],
                                                     [["=1+1", "13800138000", "2026-03-05"], ["007", "TRUE", "1e5"]])))
    cells = [cell for line in book.active.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.number_format for cell in cells} == {"@"}
    assert [cell.value for cell in cells[3:]] == ["'=1+1", "13800138000", "2026-03-05", "007", "TRUE", "1e5"]
    assert book.active.freeze_panes == "A2"


def test_a_workbook_comes_in_pieces():
    pieces = list(xlsx_pieces(["a"], ([f"{number * 7919}"] for number in range(30_000))))
    assert len(pieces) > 1
    assert zipfile.is_zipfile(io.BytesIO(b"".join(pieces)))


def test_a_cell_that_a_workbook_cannot_hold_is_refused_and_not_cut():
    with pytest.raises(TooLargeForSheet, match="row 2 is longer than the 32767 characters"):
        next(xlsx_pieces(["a"], [["x" * (SHEET_CELL + 1)]]))
    with pytest.raises(TooLargeForSheet):
        next(xlsx_pieces(["a"], [["=" + "x" * (SHEET_CELL - 1)]]))
    assert read_back(written("xlsx", ["a"], [["x" * SHEET_CELL]]), "xlsx")[1] == [["x" * SHEET_CELL]]


def test_more_rows_than_a_workbook_holds_are_refused(monkeypatch):
    monkeypatch.setattr("app.data.writing.SHEET_ROWS", 3)
    assert len(read_back(written("xlsx", ["a"], [["1"], ["2"]]), "xlsx")[1]) == 2
    with pytest.raises(TooLargeForSheet, match="at most 3 rows"):
        written("xlsx", ["a"], [["1"], ["2"], ["3"]])


def test_an_error_among_the_rows_leaves_no_temporary_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows():
        yield ["1"]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        write_workbook(["a"], rows(), io.BytesIO())
    with pytest.raises(RuntimeError, match="went away"):
        next(xlsx_pieces(["a"], rows()))
    assert list(tmp_path.iterdir()) == []


def test_a_refused_row_comes_back_with_its_number_and_reason():
    refused = [Record(7, ["1", "2"], problem("At least %(least)s.", least=3)), Record(9, ["x"], None)]
    content = b"".join(rejected_rows(["a", "b"], refused)).decode("utf-8-sig")
    assert content == "_row,_problem,a,b\r\n7,At least 3.,1,2\r\n9,,x\r\n"


def test_the_reason_is_spoken_in_the_readers_language():
    refused = [Record(2, ["1"], problem("Broken."))]
    assert "已损坏" in b"".join(rejected_rows(["a"], refused, lambda spoken: "已损坏")).decode()


def test_a_file_of_rejected_rows_can_be_mended_and_imported_again():
    first = []
    list(open_table(b'name,phone\nAcme,013\nBeta\nGamma,1,2\n"Delta"x,4\n=1,5\n', "a.csv").rows(first.append))
    content = b"".join(rejected_rows(["name", "phone"], first))
    again = []
    table = open_table(content, "rejected.csv")
    assert table.headers == ["name", "phone"]
    assert list(table.rows(again.append)) == [(4, ['"Delta"x', "4"])]
    assert [record.cells for record in again] == [["Beta"], ["Gamma", "1", "2"]]
    mended = content.replace(b"Beta\r\n", b"Beta,0139\r\n").replace(b"Gamma,1,2", b"Gamma,1").replace(b'"""Delta""x"',
                                                                                                      b"Delta")
    assert [cells for _row, cells in open_table(mended, "mended.csv").rows()] == [["Beta", "0139"], ["Gamma", "1"],
                                                                                  ["Delta", "4"]]


def test_the_lines_behind_a_stray_quotation_mark_are_good_in_the_file_of_rejected_rows():
    refused = []
    list(open_table(b'a,b\n"1,2\n3,4\n5,6\n', "a.csv").rows(refused.append))
    content = b"".join(rejected_rows(["a", "b"], refused))
    assert [cells for _row, cells in open_table(content, "b.csv").rows()] == [['"1', "2"], ["3", "4"], ["5", "6"]]


def test_a_refused_formula_is_defused_in_its_file_too():
    content = b"".join(rejected_rows(["a", "b"], [Record(2, ["=cmd"], problem("=odd"))])).decode("utf-8-sig")
    assert "2,'=odd,'=cmd" in content


def test_bytes_that_are_no_characters_come_back_marked():
    refused = []
    list(open_table("a,b\n客\n1,2\n".encode().replace("客".encode(), "客户".encode() + b"\xff"),
                    "a.csv").rows(refused.append))
    assert "客户\ufffd" in b"".join(rejected_rows(["a", "b"], refused)).decode()
