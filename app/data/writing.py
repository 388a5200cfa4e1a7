"""Tables as files: CSV, XLSX and JSON Lines, streamed at constant memory, safe to open and unchanged when read again.

Cells are texts (`app.data.rules.show_value`); None is an empty cell. What a spreadsheet would run as a formula is
marked with an apostrophe, which `app.data.reading` takes away again.
"""

import contextlib
import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from app.data.reading.basis import Record
from app.data.reading.encoding import SURROGATE
from app.data.reading.header import PROBLEM_COLUMN, ROW_COLUMN
from app.data.rules.formulas import defuse
from app.kernel.errors import RuleError
from app.kernel.problems import N_, Problem, problem

Cells = Sequence[str | None]

BYTE_ORDER_MARK = "\ufeff"  # without it, Excel reads UTF-8 as the computer's own encoding
SHEET_ROWS, SHEET_CELL = 1_048_576, 32_767
_PIECE = 65_536
_COLUMN_WIDTH = 18
_BOOK_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                 "strings_to_numbers": False}


class TooLargeForSheet(RuleError):
    """The rows do not fit the XLSX format; CSV has no such limits."""

    default = N_("This is too large for a workbook. Please choose CSV.")


def _storable(text: str | None) -> str:
    """`text` with lone surrogates, which no file can hold, as replacement characters."""
    return SURROGATE.sub("\ufffd", text or "")


def csv_lines(headers: Sequence[str], rows: Iterable[Cells]) -> Iterator[bytes]:
    """RFC 4180 in UTF-8 with a byte order mark, in pieces of whole lines."""
    buffer = io.StringIO(newline="")
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([defuse(_storable(header)) for header in headers])
    for row in rows:
        writer.writerow([defuse(_storable(cell)) for cell in row])
        if buffer.tell() >= _PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def jsonl_lines(headers: Sequence[str], rows: Iterable[Cells]) -> Iterator[bytes]:
    """One JSON object of texts per line, every header a key; None is null."""
    for row in rows:
        values = (cell if cell is None else _storable(cell) for cell in row)
        yield json.dumps(dict(zip(headers, values, strict=True)), ensure_ascii=False).encode() + b"\n"


def xlsx_pieces(headers: Sequence[str], rows: Iterable[Cells]) -> Iterator[bytes]:
    """A workbook of one sheet whose cells are all text, made in a temporary file and given in pieces.

    TooLargeForSheet before the first piece if rows or cells are more than the format holds.
    """
    with tempfile.TemporaryFile() as spool:
        write_workbook(headers, rows, spool)
        spool.seek(0)
        while piece := spool.read(_PIECE):
            yield piece


def write_workbook(headers: Sequence[str], rows: Iterable[Cells], target: IO[bytes]) -> None:
    """Write the workbook of `xlsx_pieces` to `target`. TooLargeForSheet if it does not fit."""
    # Closing also removes the temporary files of the sheet when the rows raise.
    with contextlib.closing(xlsxwriter.Workbook(target, _BOOK_OPTIONS)) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@"})
        # The format of the whole column keeps leading zeros that a person types below.
        sheet.set_column(0, max(len(headers) - 1, 0), _COLUMN_WIDTH, text)
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"num_format": "@", "bold": True})
        _write_row(sheet, 0, headers, bold)
        for number, row in enumerate(rows, 1):
            _write_row(sheet, number, row, text)


def _write_row(sheet: Worksheet, number: int, cells: Cells, style: object) -> None:
    if number >= SHEET_ROWS:
        raise TooLargeForSheet(problem(N_("A workbook holds at most %(most)s rows. Please choose CSV."),
                                       most=SHEET_ROWS))
    for column, cell in enumerate(cells):
        text = defuse(_storable(cell))
        if len(text) > SHEET_CELL:
            raise TooLargeForSheet(problem(N_("A cell of row %(row)s is longer than the %(most)s characters that a "
                                              "workbook holds. Please choose CSV."), row=number + 1, most=SHEET_CELL))
        if text:
            sheet.write_string(number, column, text, style)


def rejected_rows(headers: Sequence[str], rejected: Iterable[Record],
                  speak: Callable[[Problem], str] = str) -> Iterator[bytes]:
    """Refused rows as a CSV file to mend and import again: row number and problem, then the cells as they were.

    The two columns stand in front so that a row with too few or too many cells stays as it is; reading ignores them.
    `speak` puts a problem into the reader's language.
    """
    rows = ([str(record.row), speak(record.problem) if record.problem else "", *record.cells] for record in rejected)
    return csv_lines([ROW_COLUMN, PROBLEM_COLUMN, *headers], rows)


Writer = Callable[[Sequence[str], Iterable[Cells]], Iterator[bytes]]
# Format to MIME type and writer.
WRITERS: Mapping[str, tuple[str, Writer]] = {
    "csv": ("text/csv; charset=utf-8", csv_lines),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_pieces),
    "jsonl": ("application/jsonl; charset=utf-8", jsonl_lines),
}
