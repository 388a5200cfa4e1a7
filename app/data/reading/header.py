"""The header row: which columns a table has, and where their cells stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.data.reading.basis import Limits, UnreadableFile
from app.data.rules.texts import clean_header, listed
from app.kernel.problems import N_, Problem, problem

# The columns that a file of rejected rows adds; read again, they say nothing about the record.
ROW_COLUMN, PROBLEM_COLUMN = "_row", "_problem"


@dataclass(frozen=True)
class Header:
    """The columns of a table.

    `names` are distinct and stand at the `places` of a row. A row has `width` cells, of which those from `named` on
    belong to nameless columns at the end and may be absent.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]
    named: int
    width: int
    warnings: tuple[Problem, ...]


def read_header(cells: Sequence[str], limits: Limits) -> Header:
    """The header that `cells` make. UnreadableFile if there are too many, or none has a name."""
    bare = [clean_header(cell) for cell in cells]
    named = max((place for place, name in enumerate(bare, 1) if name), default=0)
    if not named:
        raise UnreadableFile(N_("The file has no header row."))
    if named > limits.columns:
        raise UnreadableFile(problem(N_("The file has more than %(most)s columns."), most=limits.columns))
    places = [place for place in range(named) if bare[place] not in (ROW_COLUMN, PROBLEM_COLUMN)]
    if not places:
        raise UnreadableFile(N_("The file has no header row."))
    names, warnings = _distinct([bare[place] for place in places], places)
    return Header(tuple(names), tuple(places), named, len(cells), tuple(warnings))


def _distinct(bare: list[str], places: list[int]) -> tuple[list[str], list[Problem]]:
    """Different names for all columns, and what had to be renamed: ``phone`` twice becomes ``phone (2)``."""
    taken, names, renamed = set(bare), [], []
    seen: set[str] = set()
    for name, place in zip(bare, places, strict=True):
        if not name:
            renamed.append(problem(N_("Column %(place)s has no header."), place=place + 1))
        wanted = name or f"column {place + 1}"
        made, count = wanted, 2
        while made in seen or (made != name and made in taken):
            made, count = f"{wanted} ({count})", count + 1
        seen.add(made)
        names.append(made)
    twice = list(dict.fromkeys(name for name in bare if name and bare.count(name) > 1))
    if twice:
        renamed.append(problem(N_("These headers stand more than once and are read as separate columns: %(names)s."),
                               names=listed(twice)))
    return names, renamed
