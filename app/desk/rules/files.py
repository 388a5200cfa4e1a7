"""What may be uploaded: the content says what a file is, its name is nothing but a label.

Whatever is taken is served as a download in a sandbox, so that a file which is two things at once stays harmless.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import NamedTuple

import filetype

from app.kernel.problems import N_, Problem, problem

# How much of the beginning is looked at.
HEAD = 65_536
MOST_NAME, MOST_ENDING = 150, 20

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."

# Type of the content -> endings that a name may have with it; the first is added to a name that has none.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "image/jpeg": ("jpg", "jpeg", "jfif"), "image/png": ("png",), "image/gif": ("gif",), "image/webp": ("webp",),
    "image/bmp": ("bmp",), "image/tiff": ("tif", "tiff"), "image/heic": ("heic", "heif"),
    "application/pdf": ("pdf",), "application/rtf": ("rtf",), "application/zip": ("zip",),
    "audio/mpeg": ("mp3",), "audio/mp4": ("m4a",), "audio/ogg": ("ogg", "oga"), "audio/x-wav": ("wav",),
    "audio/amr": ("amr",), "audio/aac": ("aac",),
    "video/mp4": ("mp4", "m4v"), "video/x-m4v": ("m4v", "mp4"), "video/quicktime": ("mov",), "video/webm": ("webm",),
    "text/plain": ("txt", "log", "md", "eml", "ics", "vcf", "json"), "text/csv": ("csv", "tsv"),
}
# Documents that are archives: the ending, its type, and the member that makes it one.
ARCHIVED: Mapping[str, tuple[str, str]] = {
    "docx": (_OFFICE + "wordprocessingml.document", "word/document.xml"),
    "xlsx": (_OFFICE + "spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": (_OFFICE + "presentationml.presentation", "ppt/presentation.xml"),
    "odt": (_OPEN + "text", "content.xml"), "ods": (_OPEN + "spreadsheet", "content.xml"),
    "odp": (_OPEN + "presentation", "content.xml"), "ofd": ("application/ofd", "OFD.xml"),
    "zip": ("application/zip", ""),
}
# Older documents all begin alike and are told apart by their ending.
COMPOUND: Mapping[str, str] = {
    "doc": "application/msword", "wps": "application/msword", "xls": "application/vnd.ms-excel",
    "et": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint", "dps": "application/vnd.ms-powerpoint",
}
_ARCHIVE_SIGN, _COMPOUND_SIGN = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(rb"\s*<\s*[!?a-z]", re.IGNORECASE)
_ALLOWED_CONTROLS = frozenset(b"\t\n\r\f\x1b")
_TEXT = "text"
# Documents that may consist of nothing but readable signs.
_TEXTUAL = ("application/pdf", "application/rtf")


class Accepted(NamedTuple):
    """A file that may be kept: the name for people, and the type by which it is served."""

    name: str
    mime: str


def safe_name(given: str) -> str:
    """`given` as a label: no folders, no invisible or direction-turning signs, of bearable length, never empty."""
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C")
    stem, dot, ending = plain.strip(" .").rpartition(".")
    if not dot:
        return ending.strip()[:MOST_NAME] or "file"
    ending = ending[:MOST_ENDING]
    return f"{stem.strip()[:MOST_NAME - 1 - len(ending)] or 'file'}.{ending}"


def ending_of(name: str) -> str:
    """The ending in lower case, "" if there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_archive(head: bytes) -> bool:
    """Whether the members of the file must be known to judge it."""
    return head.startswith(_ARCHIVE_SIGN)


def judge_file(name: str, head: bytes, members: Collection[str] = ()) -> Accepted | Problem:
    """What a file of this name (already a `safe_name`), beginning and archive `members` is, or why it is refused."""
    if not head:
        return problem(N_("This file is empty."))
    ending, sort = ending_of(name), _sort_of(head)
    if not ending and sort == _TEXT:
        return Accepted(f"{name}.txt", "text/plain")
    if not ending and sort in ENDINGS:
        return Accepted(f"{name}.{ENDINGS[sort][0]}", sort)
    if ending not in _known_endings():
        return problem(N_("Files of this kind are not taken: “%(name)s”."), name=name)
    mime = _type_for(ending, sort, members)
    if mime is None:
        return problem(N_("The content of “%(name)s” is not what its name says."), name=name)
    return Accepted(name, mime)


def _known_endings() -> set[str]:
    return {ending for endings in ENDINGS.values() for ending in endings} | set(ARCHIVED) | set(COMPOUND)


def _sort_of(head: bytes) -> str:
    """A type of `ENDINGS`, "archive", "compound", "text", or "" for what is not taken."""
    if is_archive(head):
        return "archive"
    if head.startswith(_COMPOUND_SIGN):
        return "compound"
    found = filetype.guess(head)
    mime = found.mime if found is not None else ""
    # Two letters make a picture or a program for the detector, also where a list begins with "BMW".
    if mime not in _TEXTUAL and _is_plain_text(head):
        return _TEXT
    return mime if mime in ENDINGS else ""


def _type_for(ending: str, sort: str, members: Collection[str]) -> str | None:
    if sort == "archive":
        mime, needed = ARCHIVED.get(ending, ("", ""))
        return mime if mime and members and (not needed or needed in members) else None
    if sort == "compound":
        return COMPOUND.get(ending)
    if sort == _TEXT:
        return next((mime for mime in ("text/plain", "text/csv") if ending in ENDINGS[mime]), None)
    return sort if ending in ENDINGS.get(sort, ()) else None


def _is_plain_text(head: bytes) -> bool:
    """Text in any of the usual encodings that is no page, drawing or other markup."""
    if head.startswith(_BYTE_ORDER_MARKS):
        return not _MARKUP.match(head[2:].replace(b"\x00", b""))
    if any(byte < 32 and byte not in _ALLOWED_CONTROLS for byte in head) or b"\x7f" in head:
        return False
    return not _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf"))
