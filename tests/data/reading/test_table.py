import pytest

from app.data.reading.basis import DEFAULT_LIMITS, Limits, Record, UnreadableFile
from app.data.reading.table import Table, TableInfo
from app.kernel.problems import problem


class Given:
    """A reader of the records that a test gives."""

    def __init__(self, *rows, is_grid=False):
        self.rows = rows
        self.is_grid = is_grid

    def records(self):
        for number, row in enumerate(self.rows, 1):
            yield row if isinstance(row, Record) else Record(number, list(row))


def table(*rows, is_grid=False, file_format="csv", limits=DEFAULT_LIMITS):
    return Table(Given(*rows, is_grid=is_grid), TableInfo("a.csv", file_format), limits)


def good(*rows, **more):
    return [cells for _row, cells in table(*rows, **more).rows()]


def reasons(*rows, **more):
    refused = []
    list(table(*rows, **more).rows(refused.append))
    return [str(record.problem) for record in refused]


def test_rows_come_with_their_number_in_the_file():
    assert list(table(["a", "b"], ["1", "2"], ["3", "4"]).rows()) == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_a_short_row_is_refused_and_never_padded():
    assert good(["a", "b"], ["1"]) == []
    assert reasons(["a", "b"], ["1"]) == ["The row has 1 cells, the header has 2."]


def test_a_long_row_is_refused_even_if_what_is_too_much_is_empty():
    assert reasons(["a", "b"], ["1", "2", "3"], ["1", "2", ""]) == ["The row has 3 cells, the header has 2."] * 2


def test_a_nameless_column_at_the_end_may_be_there_or_not():
    assert good(["a", "b", ""], ["1", "2", ""], ["3", "4"]) == [["1", "2"], ["3", "4"]]
    assert reasons(["a", "b", ""], ["1"]) == ["The row has 1 cells, the header has 2."]


def test_a_value_in_a_nameless_column_is_refused_and_not_dropped():
    assert reasons(["a", "b", ""], ["1", "2", "3"]) == ["A value stands in a column without a header."]


def test_in_a_grid_cells_that_are_absent_at_the_end_are_empty():
    assert good(["a", "b", "c"], ["1"], ["1", "2", "3"], is_grid=True) == [["1", "", ""], ["1", "2", "3"]]


def test_in_a_grid_a_value_beyond_the_header_is_refused():
    assert reasons(["a"], ["1", "", "2"], is_grid=True) == ["A value stands in a column without a header."]
    assert good(["a"], ["1", "", ""], is_grid=True) == [["1"]]


@pytest.mark.parametrize(("cell", "reason"), [
    ("a\x00", "The row holds a zero byte."),
    ("a\udcff", "The row holds bytes that are no characters in the file's encoding."),
    ("\ud83d", "The row holds bytes that are no characters in the file's encoding."),
    ("x" * 11, "A cell is longer than 10 characters."),
])
def test_a_cell_that_cannot_be_stored_refuses_its_row(cell, reason):
    assert reasons(["a", "b"], ["1", cell], ["1", "2"], limits=Limits(field=10)) == [reason]


def test_a_cell_may_be_as_long_as_the_limit_and_a_row_longer():
    assert good(["a", "b"], ["x" * 10, "y" * 10], limits=Limits(field=10)) == [["x" * 10, "y" * 10]]


def test_what_the_reader_refuses_stays_refused_with_its_cells():
    refused = []
    refusal = Record(2, ["'=x", "2", "3"], problem("Broken."))
    assert list(table(["a", "b"], refusal).rows(refused.append)) == []
    assert refused == [Record(2, ["=x", "2", "3"], problem("Broken."))]


def test_every_row_is_counted_once():
    rows = table(["a", "b"], ["1", "2"], ["1"], [], ["", " "], ["3", "4"])
    list(rows.rows())
    assert (rows.counts.read, rows.counts.accepted, rows.counts.rejected, rows.counts.blank) == (3, 2, 1, 2)


def test_each_pass_counts_anew():
    rows = table(["a"], ["1"], ["2"])
    assert list(rows.rows()) == list(rows.rows())
    assert rows.counts.read == 2


def test_a_refused_row_is_counted_although_nobody_asks_for_it():
    rows = table(["a", "b"], ["1"])
    assert list(rows.rows()) == []
    assert rows.counts.rejected == 1


def test_an_empty_cell_of_a_single_column_is_a_value_but_no_cell_is_none():
    assert good(["a"], [""], [], [" "]) == [[""], [" "]]
    assert good(["a"], [""], is_grid=True) == []


def test_blank_rows_before_the_header_are_passed_over():
    rows = table([], ["", ""], ["a", "b"], ["1", "2"])
    assert rows.headers == ["a", "b"]
    assert list(rows.rows()) == [(4, ["1", "2"])]


def test_a_file_of_blank_rows_is_empty():
    with pytest.raises(UnreadableFile, match="The file is empty"):
        table([], ["", " "])


@pytest.mark.parametrize("row", [["a\x00"], ["a\udcff"], Record(1, ["a"], problem("Broken."))])
def test_a_header_that_cannot_be_read_refuses_the_file(row):
    with pytest.raises(UnreadableFile, match=r"The header row cannot be read. .+"):
        table(row, ["1"])


def test_a_header_without_rows_is_a_table_without_rows():
    rows = table(["a", "b"])
    assert rows.headers == ["a", "b"]
    assert list(rows.rows()) == []
    assert rows.counts.read == 0


def test_the_mark_before_a_formula_is_taken_away_in_cells_and_headers():
    rows = table(["'=a", "b"], ["'=1+1", "'tis"])
    assert rows.headers == ["=a", "b"]
    assert list(rows.rows()) == [(2, ["=1+1", "'tis"])]


def test_json_carries_no_such_mark():
    assert good(["a"], ["'=1+1"], file_format="jsonl") == [["'=1+1"]]


def test_the_columns_of_a_file_of_rejected_rows_are_not_read():
    rows = table(["_row", "_problem", "a", "b"], ["7", "Too short.", "1", "2"], ["8", "Too short.", "1"])
    refused = []
    assert rows.headers == ["a", "b"]
    assert list(rows.rows(refused.append)) == [(2, ["1", "2"])]
    assert refused[0].cells == ["1"]


def test_more_rows_than_allowed_are_refused_at_the_first_one_too_many():
    rows = table(["a", "b"], ["1", "2"], ["3"], ["5", "6"], limits=Limits(rows=2))
    seen = []
    with pytest.raises(UnreadableFile, match="more than 2 rows"):
        seen.extend(rows.records())
    assert len(seen) == 2


def test_as_many_rows_as_allowed_are_read_and_blank_ones_do_not_count():
    assert len(good(["a", "b"], ["1", "2"], [], ["3", "4"], [], limits=Limits(rows=2))) == 2


def test_warnings_of_file_and_header_are_gathered():
    rows = Table(Given(["a", "a"]), TableInfo("a", "csv", warnings=(problem("Odd."),)), Limits())
    assert [str(warning) for warning in rows.warnings] == [
        "Odd.", "These headers stand more than once and are read as separate columns: a."]


def test_a_table_tells_how_it_was_understood():
    rows = Table(Given(["a"]), TableInfo("x.csv", "csv", "utf-8", ";"), Limits())
    assert (rows.name, rows.format, rows.encoding, rows.delimiter) == ("x.csv", "csv", "utf-8", ";")
