"""A foreign file as a table: headers, then rows of text, each of them either good or refused with the reason."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from app.data.reading.basis import Limits, Record, UnreadableFile
from app.data.reading.encoding import SURROGATE
from app.data.reading.header import read_header
from app.data.rules.formulas import restore
from app.kernel.problems import N_, Problem, problem


class Reader(Protocol):
    """What a format gives: its records, the header among them; in a grid, absent cells at the end are empty ones."""

    is_grid: bool

    def records(self) -> Iterator[Record]:
        """Every record in the order of the file, blank ones included."""


@dataclass
class Counts:
    """How many records a pass has met. `blank` ones hold no text at all and are no rows."""

    accepted: int = 0
    rejected: int = 0
    blank: int = 0

    @property
    def read(self) -> int:
        """Every row, accepted or rejected."""
        return self.accepted + self.rejected


@dataclass(frozen=True)
class TableInfo:
    """How a file was understood: `format` is csv, xlsx or jsonl; `encoding` and `delimiter` are None where not used."""

    name: str
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    warnings: tuple[Problem, ...] = ()


class Table:
    """The content of one file. Nothing is kept in memory but the row at hand; each pass reads the file anew.

    `headers` are distinct and cleaned of marks and hints; `warnings` are sentences about the file as a whole; `counts`
    are those of the latest pass.
    """

    def __init__(self, reader: Reader, info: TableInfo, limits: Limits) -> None:
        """UnreadableFile if there is no usable header row."""
        self._reader = reader
        self._limits = limits
        # An apostrophe before a formula is our exports' mark; JSON has no need of it and does not carry it.
        self._plain: Callable[[str], str] = str if info.format == "jsonl" else restore
        self.name, self.format = info.name, info.format
        self.encoding, self.delimiter = info.encoding, info.delimiter
        self.counts = Counts()
        self._skipped, cells = self._first_record()
        self._header = read_header(cells, limits)
        self.headers = list(self._header.names)
        self.warnings = [*info.warnings, *self._header.warnings]

    def _first_record(self) -> tuple[int, list[str]]:
        """How many records there are up to the header row, and its cells."""
        for count, record in enumerate(self._reader.records(), 1):
            if record.problem is not None:
                raise UnreadableFile(problem(N_("The header row cannot be read. %(reason)s"), reason=record.problem))
            if any(cell.strip() for cell in record.cells):
                fault = self._text_problem(record.cells)
                if fault is not None:
                    raise UnreadableFile(problem(N_("The header row cannot be read. %(reason)s"), reason=fault))
                return count, [self._plain(cell) for cell in record.cells]
        raise UnreadableFile(N_("The file is empty."))

    def rows(self, refuse: Callable[[Record], None] | None = None) -> Iterator[tuple[int, list[str]]]:
        """Row number and cells, in the order of `headers`, of every good row; `refuse` is told of every other one."""
        for record in self.records():
            if record.problem is None:
                yield record.row, record.cells
            elif refuse is not None:
                refuse(record)

    def records(self) -> Iterator[Record]:
        """Every row, good or refused. A refused one has its cells as they are, in the order of `headers` and beyond.

        UnreadableFile when the file turns out to have more rows than allowed or to be damaged.
        """
        counts = self.counts = Counts()
        for record in islice(self._reader.records(), self._skipped, None):
            judged = self._judged(record)
            if judged is None:
                counts.blank += 1
                continue
            if counts.read == self._limits.rows:
                raise UnreadableFile(problem(N_("The file has more than %(most)s rows. Please divide it."),
                                             most=self._limits.rows))
            counts.accepted += judged.problem is None
            counts.rejected += judged.problem is not None
            yield judged

    def _judged(self, record: Record) -> Record | None:
        """The record as a row of this table, or None if it is blank."""
        header, cells = self._header, record.cells
        if record.problem is None and self._is_blank(cells):
            return None
        found = record.problem or self._text_problem(cells) or self._shape_problem(cells)
        if found is not None:
            aside = set(range(header.named)) - set(header.places)
            kept = [self._plain(cell) for place, cell in enumerate(cells) if place not in aside]
            return Record(record.row, kept, found)
        if self._reader.is_grid and len(cells) < header.width:
            cells = cells + [""] * (header.width - len(cells))
        return Record(record.row, [self._plain(cells[place]) for place in header.places])

    def _is_blank(self, cells: Sequence[str]) -> bool:
        # In a file of one column, an empty cell can be a value; a line without any cell is none.
        return not cells or ((self._header.width > 1 or self._reader.is_grid) and not any(map(str.strip, cells)))

    def _text_problem(self, cells: Sequence[str]) -> Problem | None:
        text = "".join(cells)
        if "\x00" in text:
            return problem(N_("The row holds a zero byte."))
        if SURROGATE.search(text):
            return problem(N_("The row holds bytes that are no characters in the file's encoding."))
        if len(text) > self._limits.field and max(map(len, cells)) > self._limits.field:
            return problem(N_("A cell is longer than %(most)s characters."), most=self._limits.field)
        return None

    def _shape_problem(self, cells: Sequence[str]) -> Problem | None:
        header = self._header
        beyond = cells[header.named :]
        if self._reader.is_grid or header.named <= len(cells) <= header.width:
            return problem(N_("A value stands in a column without a header.")) if any(beyond) else None
        return problem(N_("The row has %(found)s cells, the header has %(expected)s."), found=len(cells),
                       expected=header.named)
