"""Which characters the bytes of a text file are: its mark, then what they can only be, then what they plausibly are.

Bytes that are no character of the encoding become `UNDECODED`, so that their row is refused and no other.
"""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from app.data.reading.basis import Source, UnreadableFile
from app.kernel.problems import N_, Problem, problem

# A lone surrogate: no decoder makes one of valid bytes, and no text that may be stored holds one.
UNDECODED = "\udcff"
SURROGATE = re.compile("[\ud800-\udfff]")
_ERRORS = "undecoded_marked"
codecs.register_error(_ERRORS, lambda fault: (UNDECODED, fault.end))  # type: ignore[attr-defined]

_SAMPLE = 65_536
_CHUNK = 1_048_576
_MARKS = [(codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")]
_TEXT_ENCODINGS = re.compile(
    r"ascii|utf-?(8|16|32).*|gb.*|hz|big5.*|cp\d+|iso8859.*|latin.*|shift_.*|euc_.*|koi8.*|mac.*")
# Programs that say one of the narrow ones write the wide one; without a mark, UTF-16 is what Windows writes.
_WIDENED = {"gbk": "gb18030", "gb2312": "gb18030", "ascii": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
_DAMAGED = N_("The file is UTF-8, but some bytes are damaged; their rows are rejected.")
_CHINESE = N_("The file was read as GB18030. If names look wrong, state its encoding.")
_UNRECOGNISED = N_("The encoding of the file could not be recognised. Save it as UTF-8 or state its encoding.")
_WIDE = re.compile("[\u0800-\ud7ff\ue000-\U0010ffff]")


@dataclass(frozen=True)
class Encoding:
    """A Python codec name and what the reader of the file should know about the choice."""

    name: str
    warnings: tuple[Problem, ...] = ()


def find_encoding(source: Source, wanted: str | None = None) -> Encoding:
    """The encoding of `source`: `wanted`, else by byte order mark, else UTF-8, UTF-16 or GB18030 by their bytes.

    UnreadableFile if `wanted` is unknown, or nothing fits.
    """
    head = source.head(_SAMPLE)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if wanted:
        return Encoding(_known(wanted, marked))
    if marked:
        return Encoding(marked)
    return _guessed(source, head)


def _known(wanted: str, marked: str | None) -> str:
    try:
        name = codecs.lookup(wanted).name
    except (LookupError, ValueError):
        name = ""
    if not _TEXT_ENCODINGS.fullmatch(name):
        raise UnreadableFile(problem(N_("“%(name)s” is not an encoding."), name=wanted[:40]))
    if marked and name.startswith("utf"):
        return marked
    return _WIDENED.get(name, name)


def _guessed(source: Source, head: bytes) -> Encoding:
    by_zeros, share = _zero_bytes(head)
    # ASCII in UTF-16 is valid UTF-8 too, half of it zero bytes.
    if by_zeros and share >= 0.4:
        return Encoding(by_zeros)
    if _is_valid(source, "utf-8"):
        return Encoding("utf-8")
    if by_zeros and share >= 0.01 and _is_valid(source, by_zeros):
        return Encoding(by_zeros)
    if _is_mostly(source, "utf-8", 1):
        return Encoding("utf-8", (problem(_DAMAGED),))
    if _is_mostly(source, "gb18030", 20) and _is_plausible_chinese(head):
        return Encoding("gb18030", (problem(_CHINESE),))
    raise UnreadableFile(_UNRECOGNISED)


def _zero_bytes(head: bytes) -> tuple[str | None, float]:
    """UTF-16 with or without its high bytes in front, if zero bytes stand nearly only there, and their share."""
    high_first, low_first = head[::2].count(0), head[1::2].count(0)
    zeros = high_first + low_first
    if zeros < 3 or max(high_first, low_first) < 0.9 * zeros:
        return None, 0.0
    return ("utf-16-le" if low_first > high_first else "utf-16-be"), zeros / len(head)


def _decoded(source: Source, encoding: str, errors: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    with source.open() as stream:
        while chunk := stream.read(_CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)


def _is_valid(source: Source, encoding: str) -> bool:
    try:
        for _text in _decoded(source, encoding, "strict"):
            pass
    except UnicodeError:
        return False
    return True


def _is_mostly(source: Source, encoding: str, times: int) -> bool:
    """Whether there are at least `times` as many characters of Asia's scripts as damaged places.

    In UTF-8 they are sequences of three and more bytes, which other encodings hardly form by chance; in GB18030 nearly
    any two bytes are one.
    """
    damaged = wide = 0
    for text in _decoded(source, encoding, _ERRORS):
        damaged += text.count(UNDECODED)
        wide += sum(1 for _sign in _WIDE.finditer(text))
    return wide >= times * damaged


def _is_plausible_chinese(head: bytes) -> bool:
    """Whether at least half of the characters beyond ASCII are of GB 2312, the common ones.

    GB18030 gives a meaning to nearly every pair of bytes; Latin letters with accents turn into rare characters.
    """
    foreign = [sign for sign in head.decode("gb18030", "ignore") if sign > "\x7f"]
    common = sum(1 for sign in foreign if sign.encode("gb2312", "ignore"))
    return 2 * common >= len(foreign)


def open_text(source: Source, encoding: str) -> TextIO:
    """The characters of `source` with its line ends as they are; never a UnicodeError. The caller closes."""
    return io.TextIOWrapper(source.open(), encoding=encoding, errors=_ERRORS, newline="")
