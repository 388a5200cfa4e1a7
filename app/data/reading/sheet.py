"""One sheet as a stream of rows, its cells as the text that a person sees."""

import datetime as dt
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from app.data.reading.archive import local_name
from app.data.reading.basis import Limits, Record
from app.kernel.problems import N_, Problem, problem

_DIGITS = re.compile(r"-?[0-9]{1,40}")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_ZERO_PADDED = re.compile(r"0{2,}")
_MIDNIGHT = re.compile(r"T00:00(?::00(?:\.0+)?)?Z?$")
_NO_RESULT = N_("A formula has no stored result. Open the file in a spreadsheet program and save it.")
# A spreadsheet keeps 15 digits of a number.
_LARGEST = 10**15


def unescaped(text: str) -> str:
    """Text of a workbook with ``_x000D_`` as the character that it stands for."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class SharedStrings:
    """The texts that cells point to, in one block of bytes: a list of them would take several times the memory."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        """Append one text."""
        self._block += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._block))

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self._ends) - 1:
            raise IndexError(index)
        return self._block[self._ends[index] : self._ends[index + 1]].decode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class NumberFormat:
    """What a number format means for the text of a number: a date, a duration, leading zeros, per cent, or nothing."""

    is_date: bool = False
    is_duration: bool = False
    is_percent: bool = False
    digits: int = 0

    @staticmethod
    def of(code: str) -> "NumberFormat":
        """The meaning of the format `code`, for instance ``yyyy-mm-dd``, ``00000`` or ``0.0%``."""
        if is_date_format(code):
            return NumberFormat(is_date=True, is_duration=is_timedelta_format(code))
        bare = _QUOTED.sub("", code)
        return NumberFormat(is_percent="%" in bare, digits=len(bare) if _ZERO_PADDED.fullmatch(bare) else 0)


GENERAL = NumberFormat()


class CellFault(Exception):
    """A cell without a usable value."""

    def __init__(self, reason: Problem) -> None:
        super().__init__(str(reason))
        self.reason = reason


def number_text(raw: str, written: NumberFormat, epoch: dt.datetime = WINDOWS_EPOCH) -> str:
    """The text of a stored number: 15 digits without exponent, ISO dates, ``15.5%``, leading zeros of its format.

    CellFault for what is no number or date, and for a number whose last digits the spreadsheet has lost.
    """
    if not written.is_date and _DIGITS.fullmatch(raw) and not written.is_percent:
        return raw.zfill(written.digits)
    try:
        number = float(raw)
        if written.is_date:
            return _date_text(from_excel(number, epoch, timedelta=written.is_duration))
        exact = Decimal(format(number, ".15g"))
        text = format(exact * 100 if written.is_percent else exact, "f")
    except (ValueError, OverflowError, ArithmeticError):
        raise CellFault(problem(N_("“%(value)s” is not a number or date."), value=raw[:40])) from None
    if not exact.is_finite() or abs(exact) >= _LARGEST:
        raise CellFault(problem(N_("“%(value)s” has more digits than a spreadsheet keeps; format the column as text."),
                                value=raw[:40]))
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return plain + "%" if written.is_percent else plain.zfill(written.digits)


def _date_text(value: dt.datetime | dt.date | dt.time | dt.timedelta) -> str:
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return _MIDNIGHT.sub("", value.isoformat())


@dataclass(frozen=True)
class SheetContext:
    """What the cells of a sheet refer to: shared texts, number formats by style, and the first day of its calendar."""

    strings: SharedStrings
    formats: Sequence[NumberFormat]
    epoch: dt.datetime = WINDOWS_EPOCH


class SheetHandler(ContentHandler):
    """Turns the XML of a sheet into records, which the caller takes from `finished`."""

    def __init__(self, context: SheetContext, limits: Limits) -> None:
        super().__init__()
        self.finished: list[Record] = []
        self._context = context
        self._limits = limits
        self._row = self._column = 0
        self._cells: list[str] = []
        self._fault: Problem | None = None
        self._attributes: AttributesImpl | dict[str, str] = {}
        self._text: list[str] = []
        self._length = 0
        self._taking = self._formula = self._phonetic = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name that SAX calls
        """Begin a row, a cell, or the text of a cell."""
        tag = local_name(name) if ":" in name else name
        if tag == "c":
            self._attributes, self._text, self._length, self._formula = attrs, [], 0, False
            self._column = self._column_of(attrs)
        elif tag in ("v", "t"):
            self._taking = not self._phonetic
        elif tag == "row":
            self._row = int(attrs.get("r", str(self._row + 1)))
            self._column, self._cells, self._fault = 0, [], None
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._phonetic = True

    def characters(self, content: str) -> None:
        """Collect the text of a cell, of an endless one only as much as shows that it is too long."""
        if self._taking and self._length <= self._limits.field:
            self._text.append(content)
            self._length += len(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - the name that SAX calls
        """Finish a cell or a row."""
        tag = local_name(name) if ":" in name else name
        if tag in ("v", "t"):
            self._taking = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self.finished.append(Record(self._row, self._cells, self._fault))
        elif tag == "rPh":
            self._phonetic = False

    def _column_of(self, attrs: AttributesImpl) -> int:
        """The column, counted from 1, by the cell's address or else after the one before."""
        letters = attrs.get("r", "").rstrip("0123456789")
        return column_index_from_string(letters) if letters else self._column + 1

    def _end_cell(self) -> None:
        try:
            text = self._cell_text("".join(self._text))
        except CellFault as fault:
            text, self._fault = "".join(self._text), self._fault or fault.reason
        if not text:
            return
        # Rows may have a cell at column 16,384; the cells up to it are not made.
        if self._column > self._limits.columns:
            beyond = problem(N_("A value stands beyond column %(most)s."), most=self._limits.columns)
            self._fault = self._fault or beyond
            return
        self._cells += [""] * (self._column - len(self._cells))
        self._cells[self._column - 1] = text

    def _cell_text(self, raw: str) -> str:
        kind = self._attributes.get("t", "n")
        if self._formula and not raw and kind != "str":
            raise CellFault(problem(_NO_RESULT))
        if not raw or kind in ("inlineStr", "str"):
            return unescaped(raw)
        if kind == "s":
            return self._shared(raw)
        if kind == "b":
            return "FALSE" if raw == "0" else "TRUE"
        if kind == "e":
            raise CellFault(problem(N_("A cell holds the error %(error)s."), error=raw[:40]))
        if kind == "d":
            return _MIDNIGHT.sub("", raw)
        return number_text(raw, self._format(), self._context.epoch)

    def _shared(self, raw: str) -> str:
        try:
            return self._context.strings[int(raw)]
        except (IndexError, ValueError):
            raise CellFault(problem(N_("A cell points to a text that the workbook does not have."))) from None

    def _format(self) -> NumberFormat:
        style = self._attributes.get("s", "0")
        formats = self._context.formats
        return formats[int(style)] if style.isdecimal() and int(style) < len(formats) else GENERAL
