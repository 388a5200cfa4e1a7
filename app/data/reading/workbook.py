"""Workbooks (xlsx) at constant memory: the first visible sheet, read as it is unpacked.

openpyxl's own read-only mode was measured and is not used for the rows: it ends at a wrong ``dimension``, makes blanks
of formulas without a stored result, changes texts that hold ``x005F_``, grows with the number of rows, and takes five
times as long. Its knowledge of number formats and dates is used.
"""

import datetime as dt
import posixpath
import zipfile
from collections.abc import Iterator
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from app.data.reading.archive import check_archive, damage_refused, local_name, parse_part, parsed
from app.data.reading.basis import Limits, Record, Source, UnreadableFile
from app.data.reading.sheet import NumberFormat, SharedStrings, SheetContext, SheetHandler, unescaped
from app.kernel.problems import N_, Problem, problem

_SMALL_PART = 20_000_000
_STRINGS_PART = 256_000_000


class Workbook:
    """The records of the first visible sheet; its empty rows are left out, each row keeps its number."""

    is_grid = True

    def __init__(self, source: Source, limits: Limits) -> None:
        """UnreadableFile if it is no workbook, is damaged, or would unpack to too much."""
        check_archive(source, limits)
        self.source = source
        self.limits = limits
        with damage_refused(), source.open() as stream, zipfile.ZipFile(stream) as archive:
            self._directory = _Directory(archive)
        self.warnings: list[Problem] = self._directory.warnings

    def records(self) -> Iterator[Record]:
        """Every row that the sheet has. UnreadableFile where the archive turns out to be damaged."""
        with damage_refused(), self.source.open() as stream, zipfile.ZipFile(stream) as archive:
            handler = SheetHandler(self._context(archive), self.limits)
            with archive.open(self._directory.sheet) as sheet:
                for _turn in parsed(sheet, handler):
                    yield from handler.finished
                    handler.finished.clear()

    def _context(self, archive: zipfile.ZipFile) -> SheetContext:
        strings, styles = _StringsHandler(self.limits.field), _StylesHandler()
        if self._directory.strings in archive.namelist():
            parse_part(archive, self._directory.strings, strings, _STRINGS_PART)
        if self._directory.styles in archive.namelist():
            parse_part(archive, self._directory.styles, styles, _SMALL_PART)
        return SheetContext(strings.strings, styles.formats(), self._directory.epoch)


class _Directory:
    """Where the parts of a workbook lie."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        root = _RelationsHandler()
        parse_part(archive, "_rels/.rels", root, _SMALL_PART)
        book_path = next((path for kind, path in root.found.values() if kind == "officeDocument"), "")
        book, relations = _BookHandler(), _RelationsHandler(posixpath.dirname(book_path))
        parse_part(archive, book_path, book, _SMALL_PART)
        folder, name = posixpath.split(book_path)
        parse_part(archive, posixpath.join(folder, "_rels", f"{name}.rels"), relations, _SMALL_PART)
        by_kind = dict(relations.found.values())
        self.strings = by_kind.get("sharedStrings", "")
        self.styles = by_kind.get("styles", "")
        self.epoch = book.epoch
        sheets = [(title, shown, relations.found[key][1]) for key, title, shown in book.sheets
                  if relations.found[key][0] == "worksheet"]
        visible = [sheet for sheet in sheets if sheet[1]] or sheets
        if not visible:
            raise UnreadableFile(N_("The workbook has no sheet."))
        self.sheet = visible[0][2]
        self.warnings: list[Problem] = []
        if len(visible) > 1:
            self.warnings.append(problem(N_("Only the first sheet, “%(name)s”, was read."), name=visible[0][0]))


class _RelationsHandler(ContentHandler):
    """Relation id to kind and path inside the archive."""

    def __init__(self, folder: str = "") -> None:
        super().__init__()
        self.found: dict[str, tuple[str, str]] = {}
        self._folder = folder

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name that SAX calls
        if local_name(name) == "Relationship":
            path = posixpath.normpath(posixpath.join("/", self._folder, attrs["Target"])).lstrip("/")
            self.found[attrs["Id"]] = (attrs["Type"].rpartition("/")[2], path)


class _BookHandler(ContentHandler):
    """The sheets as relation id, title and whether shown, and the first day of the calendar."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str, bool]] = []
        self.epoch: dt.datetime = WINDOWS_EPOCH

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name that SAX calls
        tag = local_name(name)
        if tag == "sheet":
            key = next(attrs[each] for each in attrs.getNames() if each.endswith(":id"))
            self.sheets.append((key, unescaped(attrs.get("name", "")), attrs.get("state", "visible") == "visible"))
        elif tag == "workbookPr" and attrs.get("date1904", "0") in ("1", "true"):
            self.epoch = MAC_EPOCH


class _StringsHandler(ContentHandler):
    """The shared texts, without the phonetic guides beside them."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.strings = SharedStrings()
        self._most = most
        self._text: list[str] = []
        self._length = 0
        self._taking = self._phonetic = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name that SAX calls
        tag = local_name(name)
        if tag == "si":
            self._text, self._length = [], 0
        elif tag == "t":
            self._taking = not self._phonetic
        elif tag == "rPh":
            self._phonetic = True

    def characters(self, content: str) -> None:
        if self._taking and self._length <= self._most:
            self._text.append(content)
            self._length += len(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - the name that SAX calls
        tag = local_name(name)
        if tag == "si":
            self.strings.add(unescaped("".join(self._text)))
        elif tag == "t":
            self._taking = False
        elif tag == "rPh":
            self._phonetic = False


class _StylesHandler(ContentHandler):
    """Which number format each cell style has."""

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[int, str] = dict(BUILTIN_FORMATS)
        self._styles: list[int] = []
        self._in_cell_styles = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name that SAX calls
        tag = local_name(name)
        if tag == "numFmt":
            self._codes[int(attrs["numFmtId"])] = attrs["formatCode"]
        elif tag == "cellXfs":
            self._in_cell_styles = True
        elif tag == "xf" and self._in_cell_styles:
            self._styles.append(int(attrs.get("numFmtId", "0")))

    def endElement(self, name: str) -> None:  # noqa: N802 - the name that SAX calls
        if local_name(name) == "cellXfs":
            self._in_cell_styles = False

    def formats(self) -> list[NumberFormat]:
        """The formats by style index; built once for each code."""
        meanings = {number: NumberFormat.of(self._codes.get(number, "General")) for number in set(self._styles)}
        return [meanings[number] for number in self._styles]
