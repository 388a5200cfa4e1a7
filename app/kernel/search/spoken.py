"""Names by their sound: 王小伟 is found by ``wangxiaowei``, ``wang x``, ``xiaowei``, ``wxw`` and ``wangxw``.

A name is kept as what may be typed from each of its signs onward, so that a plain LIKE compares: every beginning of a
kept word is a way to ask for the name. `grams_of_spoken` are what the text index holds of it.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from app.kernel.filters.text import fold
from app.kernel.search.readings import readings_of

# A query is judged by so many letters, and a name by so many signs.
MOST_LETTERS = 16
MOST_SIGNS = 40
# Of a name with signs of several readings; those that stray least from the usual readings are kept.
MOST_SPELLINGS = 8
_BETWEEN = re.compile(r"[\s'’·.\-]+")

Unit = tuple[str, ...]


def spoken_of(names: Iterable[str | None]) -> str | None:
    """What is kept of how `names` sound, None if there is no Chinese sign in them.

    ``^ word`` is what may be typed for a name from its beginning, `` word`` from a later sign.
    """
    whole: set[str] = set()
    later: set[str] = set()
    for name in names:
        units = _units(fold(name or ""))
        if units is None:
            continue
        initials = [tuple(dict.fromkeys(each[0] for each in unit)) if heard else unit for unit, heard in units]
        full = [unit for unit, _heard in units]
        whole |= _spelled([full[0], *initials[1:]])
        for ways in (full, initials):
            first, *others = _from_each(ways)
            whole |= first
            later |= set().union(*others)
    if not whole:
        return None
    return "".join([*(f"^ {word}" for word in _longest(whole)), *(f" {word}" for word in _longest(later)), " "])


def spellings(text: str) -> list[str]:
    """How the whole of a Chinese text may be spelled; of a single sign nothing, for many sound like it."""
    units = _units(fold(text)) or []
    return sorted(_spelled([unit for unit, _heard in units])) if len(units) > 1 else []


def _units(text: str) -> list[tuple[Unit, bool]] | None:
    """The ways to spell each sign (True), with words of Latin letters and digits as they are (False)."""
    found: list[tuple[Unit, bool]] = []
    for part in re.findall(r"[a-z0-9]+|[^a-z0-9]", text)[:MOST_SIGNS]:
        readings = readings_of(part) if len(part) == 1 else ()
        if readings:
            found.append((readings, True))
        elif part[0].isascii() and part.isalnum():
            found.append(((part[:MOST_LETTERS],), False))
    return found if any(heard for _unit, heard in found) else None


def _from_each(units: Sequence[Unit]) -> list[set[str]]:
    """The words from each of the units onward."""
    if any(len(unit) > 1 for unit in units):
        return [_spelled(units[start:start + MOST_LETTERS]) for start in range(len(units))]
    # Most names are read in one way only, and then every word is a piece of one text.
    text = "".join(unit[0] for unit in units)
    starts = [0, *accumulate(len(unit[0]) for unit in units[:-1])]
    return [{text[start:start + MOST_LETTERS]} for start in starts]


def _spelled(units: Sequence[Unit]) -> set[str]:
    ways = [(0, "")]
    for unit in units:
        if min(len(word) for _strays, word in ways) >= MOST_LETTERS:
            break
        if len(unit) == 1:
            ways = [(strays, word + unit[0]) for strays, word in ways]
            continue
        further = [(strays + (place > 0), word + reading) for strays, word in ways
                   for place, reading in enumerate(unit)]
        ways = sorted(further, key=lambda way: way[0])[:MOST_SPELLINGS]
    return {word[:MOST_LETTERS] for _strays, word in ways}


def _longest(words: set[str]) -> list[str]:
    """The words without those that another one begins with."""
    ordered = sorted(words)
    return [word for word, after in zip(ordered, [*ordered[1:], ""], strict=False) if not after.startswith(word)]


def grams_of_spoken(spoken: str | None) -> set[str]:
    """What the index holds of a spoken name: how its words begin, and their threes. All are three signs long."""
    return {gram for word in (spoken or "").replace("^", " ").split() for gram in wanted_spoken(word)}


def heard(text: str) -> str:
    """The letters by which `text` asks for the sound of a name, "" if it cannot: fewer than two, or other signs."""
    letters = _BETWEEN.sub("", fold(text)).replace("ü", "v")
    asks = letters.isascii() and letters.isalnum() and len(letters) > 1 and not letters.isdigit()
    return letters[:MOST_LETTERS] if asks else ""


def wanted_spoken(letters: str) -> list[str]:
    """The grams that every spoken name that `letters` asks for holds; those of written text are shorter."""
    return sorted({f"^{letters[:2]}", *(letters[start:start + 3] for start in range(len(letters) - 2))})
