import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.data.reading.basis import DEFAULT_LIMITS, Limits, Source, UnreadableFile
from app.data.reading.delimited import Delimited, checked_delimiter, find_delimiter

unhurried = settings(deadline=None)  # a busy machine is no fault of the product

SMALL = Limits(record=40)


def records(text, delimiter=",", limits=DEFAULT_LIMITS):
    return list(Delimited(Source(text.encode(), limits), "utf-8", delimiter, limits).records())


def cells(text, **more):
    return [record.cells for record in records(text, **more)]


def delimiter(text):
    return find_delimiter(io.StringIO(text, newline=""))


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_every_usual_delimiter_is_found(sign):
    assert delimiter(f"a{sign}b{sign}c\n1{sign}2{sign}3\n") == sign


@pytest.mark.parametrize(("text", "sign"), [
    ("a\tb\n1,5\t2,5\n", "\t"), ('a,b\n"x;y;z",1\n"p;q",2\n', ","), ("name;amount\nAcme;1,50\nBeta;2,25\n", ";"),
    ('"a;b",c\n"1;2",3\n', ","), ("a,b\nx|y,1\nz,2\n", ","), ("name, first;amount\nA, B;1\nC, D;2\n", ";"),
    ('a;"b\nc,d,e";f\n1;2;3\n', ";"),
    ("客户名称\t电话\n甲,乙\t1\n", "\t"), ("a,b,c,d\n1,2,3,4\n1,2\n1,2,3,4\n", ","), ("a; b\n", ";"),
    ("\n\na;b\n1;2\n", ";"),
])
def test_a_delimiter_inside_cells_does_not_mislead(text, sign):
    assert delimiter(text) == sign


@pytest.mark.parametrize("text", ["name\nAcme\nBeta\n", "name", "\n", '"unclosed', "name\na,b\nc;d\n"])
def test_a_file_of_one_column_has_the_comma(text):
    assert delimiter(text) == ","


def test_a_spreadsheets_own_hint_decides_and_is_no_row():
    assert delimiter("sep=;\na,b;c\n1;2\n") == ";"
    found = records("sep=;\r\na;b\r\n", delimiter=";")
    assert [(record.row, record.cells) for record in found] == [(2, ["a", "b"])]


def test_a_hint_that_cannot_divide_is_no_hint():
    assert delimiter('sep="\na,b\n1,2\n') == ","


def test_a_long_file_is_judged_by_its_beginning():
    assert delimiter("a;b\n" + "1;2\n" * 50_000) == ";"
    assert delimiter("a;b\n" + '"' + "x,y\n" * 50_000) == ";"


@pytest.mark.parametrize("wanted", [",", ";", "\t", "|", ":", "^", "~", "§"])
def test_a_stated_delimiter_is_accepted(wanted):
    assert checked_delimiter(wanted) == wanted


@pytest.mark.parametrize("wanted", ["", ",,", '"', "\n", "\r", " ", "a", "1", "\x00", "'", "."])
def test_a_delimiter_that_cannot_divide_is_refused(wanted):
    with pytest.raises(UnreadableFile, match="cannot be a delimiter"):
        checked_delimiter(wanted)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_end_with_every_kind_of_line_end(end):
    assert cells(end.join(["a,b", "1,2", "3,4"])) == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_rows_are_counted_as_a_spreadsheet_shows_them():
    found = records('a\n\n"x\ny"\nz\n')
    assert [(record.row, record.cells) for record in found] == [(1, ["a"]), (2, []), (3, ["x\ny"]), (4, ["z"])]


def test_line_separators_beyond_ascii_divide_nothing():
    assert cells("a,b\n1\u2028x,2\x85\x0b\x0c\n") == [["a", "b"], ["1\u2028x", "2\x85\x0b\x0c"]]


@pytest.mark.parametrize("line", ['"x" y,2', '"x"y,2', '1,"x"y'])
def test_text_after_a_closing_quotation_mark_is_refused_with_the_line_as_it_was(line):
    found = records(f"a,b\n{line}\n3,4\n")
    assert [record.problem is None for record in found] == [True, False, True]
    assert "do not match" in str(found[1].problem)
    assert found[1].cells == line.split(",")
    assert found[2].row == 3


def test_a_quotation_mark_inside_plain_text_is_text():
    assert cells('a,b\n5" pipe,2\n') == [["a", "b"], ['5" pipe', "2"]]


def test_a_quotation_mark_that_never_closes_refuses_every_line_from_there():
    found = records('a,b\n1,2\n"3,4\n5,6\n7,8\n')
    assert [(record.row, record.problem is None) for record in found] == [(1, True), (2, True), (3, False), (4, False),
                                                                          (5, False)]
    assert [record.cells for record in found[2:]] == [['"3', "4"], ["5", "6"], ["7", "8"]]
    assert {str(record.problem)
            for record in found[2:]} == {"A quotation mark that opens in row 3 is not closed properly."}


def test_reading_goes_on_behind_a_stray_quotation_mark():
    found = records('a,b\n"3,4\n5,6\nx,"y, z"\n7,8\n')
    assert [(record.row, record.problem is None) for record in found] == [(1, True), (2, False), (3, False),
                                                                          (4, False), (5, True)]
    assert found[4].cells == ["7", "8"]


def test_a_quotation_mark_that_swallows_too_much_refuses_line_by_line_to_its_end():
    text = 'a,b\n"1,2\n' + "3,4\n" * 20 + 'x,"\n5,6\n'
    found = records(text, limits=SMALL)
    assert [record.row for record in found] == list(range(1, 25))
    assert [record.row for record in found if record.problem is None] == [1, 24]
    assert {str(record.problem)
            for record in found[1:-1]} == {"A quotation mark that opens in row 2 is not closed properly."}
    assert found[2].cells == ["3", "4"]


def test_a_line_that_is_too_long_is_refused_alone_and_cut():
    found = records("a,b\n" + "x" * 1000 + ",1\n3,4\n", limits=SMALL)
    assert [record.problem is None for record in found] == [True, False, True]
    assert str(found[1].problem) == "The row is longer than 40 characters."
    assert len(found[1].cells[0]) == 41
    assert (found[2].row, found[2].cells) == (3, ["3", "4"])


def test_a_long_line_that_opens_a_quotation_mark_takes_the_lines_up_to_its_end_with_it():
    text = 'a,b\n"' + "x" * 100 + "\n1,2\n" + "y" * 100 + '",5\n3,4\n'
    found = records(text, limits=SMALL)
    assert [(record.row, record.problem is None) for record in found] == [(1, True), (2, False), (3, False),
                                                                          (4, False), (5, True)]


def test_a_long_line_at_the_end_of_the_file_ends_it():
    for text in ("a\n" + "x" * 100, 'a\n"' + "x" * 100, 'a\n"' + "x" * 100 + "\n"):
        found = records(text, limits=SMALL)
        assert [record.problem is None for record in found] == [True, False]


def test_a_record_may_be_as_long_as_the_limit_and_no_longer():
    assert records("a" * 39 + "\n", limits=SMALL)[0].problem is None
    assert records("a" * 40 + "\n", limits=SMALL)[0].problem is not None


def test_the_lines_of_a_quoted_cell_count_together_towards_the_limit():
    assert records('"' + "a\n" * 18 + '"\n', limits=SMALL)[0].problem is None
    assert records('"' + "a\n" * 30 + '"\n', limits=SMALL)[0].problem is not None


def test_two_passes_read_the_same():
    table = Delimited(Source(b"a,b\n1,2\n", DEFAULT_LIMITS), "utf-8", ",", DEFAULT_LIMITS)
    assert list(table.records()) == list(table.records())


CELLS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
                max_size=8) | st.text(alphabet='",;\r\n \t', max_size=5)


@unhurried
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6),
       st.sampled_from([",", ";", "\t", "|"]), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_whatever_the_csv_module_writes_is_read_back(rows, sign, quoting):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=sign, quoting=quoting).writerows(rows)
    assert cells(buffer.getvalue(), delimiter=sign) == rows


@unhurried
@given(st.text(alphabet='ab",\r\n ', min_size=1, max_size=60))
def test_no_text_raises_and_rows_are_numbered_without_a_gap(text):
    found = records(text, limits=Limits(record=20))
    assert [record.row for record in found] == list(range(1, len(found) + 1))


@unhurried
@given(st.text(alphabet='ab",\r\n ', min_size=1, max_size=60))
def test_no_character_of_a_refused_line_is_lost(text):
    for record in records(text):
        if record.problem is not None:
            assert ",".join(record.cells) in text
