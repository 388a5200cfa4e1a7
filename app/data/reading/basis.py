"""What every reader shares: where the bytes come from, how much is read, and what becomes of a record."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.kernel.errors import RuleError
from app.kernel.problems import N_, Problem, problem


class UnreadableFile(RuleError):
    """The file as a whole is refused; `sentence` says why and what to do."""

    default = N_("This file cannot be read.")


@dataclass(frozen=True)
class Limits:
    """How much of a foreign file is read. Sizes in bytes, lengths in characters.

    `record` bounds one record, and what a broken quotation mark can swallow. `unpacked` bounds what a workbook unpacks
    to, `ratio` how many times more that is than the file itself.
    """

    bytes: int = 200_000_000
    rows: int = 1_000_000
    columns: int = 200
    field: int = 100_000
    record: int = 1_000_000
    unpacked: int = 2_000_000_000
    ratio: int = 100


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its row as a spreadsheet counts them (the first is 1), its cells, and why it is refused if it is."""

    row: int
    cells: list[str]
    problem: Problem | None = None


class Source:
    """A file on disk or its bytes, opened anew for each pass."""

    def __init__(self, given: str | Path | bytes, limits: Limits) -> None:
        """UnreadableFile if it is empty or larger than `limits` allow; OSError if a path cannot be read."""
        self.given = given
        self.size = len(given) if isinstance(given, bytes) else Path(given).stat().st_size
        if self.size == 0:
            raise UnreadableFile(N_("The file is empty."))
        if self.size > limits.bytes:
            raise UnreadableFile(problem(N_("The file has %(size)s bytes; at most %(most)s are read."), size=self.size,
                                         most=limits.bytes))

    def open(self) -> BinaryIO:
        """The bytes from the start; the caller closes."""
        return io.BytesIO(self.given) if isinstance(self.given, bytes) else Path(self.given).open("rb")

    def head(self, size: int) -> bytes:
        """The first `size` bytes."""
        with self.open() as stream:
            return stream.read(size)
