"""How two spellings of the same word are found equal: width, case, spaces, marks and hints."""

import re
import unicodedata
from collections.abc import Iterable

INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5, 0x2212: 0x2D}
_DROP_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))
_HINT = re.compile(r"[(（]\s*(?:选填|必填|可选|可不填|required|optional)\s*[)）]", re.IGNORECASE)
_EDGES = re.compile(rf"^[\s{INVISIBLE}]+|[\s{INVISIBLE}]+$")
_STARS = " \t\r\n\u00a0\u3000*＊"
_BETWEEN = re.compile(r"[\s_\-]+")


def half_width(text: str) -> str:
    """`text` with full-width letters, digits and signs as ASCII; superscripts stay what they are, unlike in NFKC."""
    return text.translate(_FULL_WIDTH)


def trimmed(text: str) -> str:
    """`text` without white space, no-break spaces and invisible characters at both ends."""
    return _EDGES.sub("", text)


def clean_header(text: str) -> str:
    """A header as a person reads it: no invisible characters, no ``*`` at its ends, no ``(选填)`` or ``(required)``."""
    visible = text.translate(_DROP_INVISIBLE).replace("\u00a0", " ")
    return _HINT.sub("", visible).strip(_STARS)


def word_key(text: str) -> str:
    """What two equal words share: NFKC, no case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", trimmed(text)).casefold().split())


def loose_key(text: str) -> str:
    """`word_key` without spaces, underscores and hyphens, unless nothing else is there."""
    key = word_key(text)
    return _BETWEEN.sub("", key) or key


def header_key(text: str) -> str:
    """What two equal headers share: `loose_key` without hints, star marks and a colon at the end."""
    return loose_key(unicodedata.normalize("NFKC", clean_header(text)).rstrip(" :*"))


def short(text: str, most: int = 60) -> str:
    """`text` cut for a sentence to at most `most` characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def listed(words: Iterable[str], most: int = 10) -> str:
    """The first `most` words in one line, with a sign that there are more."""
    known = list(words)
    return ", ".join(known[:most]) + (", …" if len(known) > most else "")
