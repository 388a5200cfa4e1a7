"""Foreign files as tables of text: CSV, workbooks, JSON Lines; streamed, every row accounted for."""

from pathlib import Path

from app.data.reading.basis import DEFAULT_LIMITS, Limits, Record, Source, UnreadableFile
from app.data.reading.delimited import Delimited, checked_delimiter, find_delimiter
from app.data.reading.encoding import find_encoding, open_text
from app.data.reading.header import PROBLEM_COLUMN, ROW_COLUMN
from app.data.reading.json_lines import JsonLines
from app.data.reading.table import Counts, Table, TableInfo
from app.data.reading.workbook import Workbook
from app.kernel.problems import N_, problem

__all__ = ["PROBLEM_COLUMN", "ROW_COLUMN", "Counts", "Limits", "Record", "Table", "UnreadableFile", "open_table"]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_JSON_NAMES = (".jsonl", ".ndjson")
_BOOK_NAMES = (".xlsx", ".xlsm")


def open_table(source: str | Path | bytes, name: str, encoding: str | None = None, delimiter: str | None = None,
               limits: Limits = DEFAULT_LIMITS) -> Table:
    """The table in `source`, a path or the bytes of a file that its owner calls `name`.

    The content decides between a workbook and text, `name` between JSON Lines and CSV; encoding and delimiter are
    found unless given. UnreadableFile, with a sentence, if the file as a whole cannot be read; OSError for a path.
    """
    origin = Source(source, limits)
    head = origin.head(len(_OLE))
    if head.startswith(_ZIP):
        return _workbook(origin, name, limits)
    if head == _OLE:
        raise UnreadableFile(N_("The workbook is of the old Excel format or locked by a password. Save it as .xlsx "
                                "without a password."))
    found = find_encoding(origin, encoding)
    if name.lower().endswith(_JSON_NAMES):
        return Table(JsonLines(origin, found.name, limits),
                     TableInfo(name, "jsonl", found.name, warnings=found.warnings), limits)
    if delimiter is not None:
        checked_delimiter(delimiter)
    else:
        with open_text(origin, found.name) as stream:
            delimiter = find_delimiter(stream)
    warnings = found.warnings
    if name.lower().endswith(_BOOK_NAMES):
        warnings += (problem(N_("The file is named like a workbook, but holds text; it was read as CSV.")),)
    return Table(Delimited(origin, found.name, delimiter, limits),
                 TableInfo(name, "csv", found.name, delimiter, warnings), limits)


def _workbook(origin: Source, name: str, limits: Limits) -> Table:
    book = Workbook(origin, limits)
    return Table(book, TableInfo(name, "xlsx", warnings=tuple(book.warnings)), limits)
