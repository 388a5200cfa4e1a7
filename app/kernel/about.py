"""Pointing at any record: one text such as ``customer:5``, and beside it the entity and the id that rights ask by.

An entity states ``about = fields.about(...)`` with ``about_entity`` and ``about_id`` and lets `parts` fill the two.
"""

import re
from typing import Any

from app.kernel.entity import Entity, scoped_by_table

_SHAPE = re.compile(r"([a-z][a-z0-9_]{0,59}):([1-9][0-9]{0,17})")


def text_of(entity: str | None, record_id: int | None) -> str | None:
    """The text for a record; None where either part is missing."""
    return f"{entity}:{record_id}" if entity and record_id else None


def split(text: str | None) -> tuple[str, int] | None:
    """Entity and id of a text, None if it is none."""
    match = _SHAPE.fullmatch(text or "")
    return (match[1], int(match[2])) if match else None


def parts(text: str | None) -> dict[str, Any]:
    """The two fields that follow from ``about``, for `Entity.derive`."""
    entity, record_id = split(text) or (None, None)
    return {"about_entity": entity, "about_id": record_id}


def subject(model: type, entity: str) -> type[Entity] | None:
    """The entity of this name if a record of `model` may be about one of it: not about its own kind."""
    target = scoped_by_table().get(entity)
    if target is None or target is model or not issubclass(target, Entity) or not target.may_be_subject:
        return None
    return target


def subjects(model: type) -> list[type[Entity]]:
    """Every entity that a record of `model` may be about, in order of name."""
    found = [subject(model, entity) for entity in sorted(scoped_by_table())]
    return [target for target in found if target is not None]
