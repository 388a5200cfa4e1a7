"""The ids that records have in other systems: columns such as ``external_ids.shop``, one for each system."""

import re
from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from app.kernel.database import session
from app.kernel.entity import Entity

FIELD = "external_ids"
_HEADER = re.compile(rf"{FIELD}\.([A-Za-z0-9_-]{{1,40}})")


def system_of(name: str) -> str | None:
    """The system that a header or a match names, None if it names none."""
    match = _HEADER.fullmatch(name.strip())
    return match[1] if match else None


def systems_in(headers: Sequence[str]) -> dict[str, int]:
    """By system the place of its column; of two for one system the first counts."""
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        system = system_of(header)
        if system is not None:
            found.setdefault(system, place)
    return found


def ids_in(cells: Sequence[str], systems: Mapping[str, int]) -> dict[str, str]:
    """The ids that a row states, without the blank ones."""
    stated = {system: cells[place].strip() for system, place in systems.items()}
    return {system: text for system, text in stated.items() if text}


def records_of(model: type[Entity], system: str, texts: Iterable[str]) -> dict[str, list[int]]:
    """By id in the other system the living records that carry it and that the actor may read; one scan for all texts.

    No index answers it: which systems there are only the files know, and SQLite has none over all keys of a JSON value.
    """
    column = model.external_ids[system].as_string()
    rows = session().execute(sa.select(column, model.id).where(column.in_(sorted(set(texts)))).order_by(model.id))
    found: dict[str, list[int]] = {}
    for text, record_id in rows:
        found.setdefault(text, []).append(record_id)
    return found
