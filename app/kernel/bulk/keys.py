"""Natural keys of many rows: who holds them among the living, and who in the same chunk asked first."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.kernel import gate
from app.kernel.database import UnitSession
from app.kernel.entity import Entity
from app.kernel.fields import fields_of
from app.kernel.problems import N_, Problems, problem
from app.kernel.rights.hook import UNSCOPED

Key = tuple[Any, ...]


def key_of(model: type[Entity], values: Mapping[str, Any]) -> Key | None:
    """The natural key as its columns hold it; None where a part is empty, and for an entity without one."""
    if not model.natural_key or any(values.get(name) in (None, "") for name in model.natural_key):
        return None
    fields = fields_of(model)
    return tuple(gate.key_value(model, fields[name], values[name]) for name in model.natural_key)


def sound(values: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    """The values against which nothing speaks."""
    return {name: value for name, value in values.items() if name not in problems}


class Keys:
    """The keys of one chunk: those that living records hold, and those that were given away meanwhile."""

    def __init__(self, current: UnitSession, model: type[Entity], asked: Iterable[Mapping[str, Any]]) -> None:
        """Read in one statement who holds the keys of `asked`."""
        self.model = model
        self._holders: dict[Key, set[int | None]] = {}
        keys = {key for values in asked if (key := key_of(model, values)) is not None}
        if not keys:
            return
        columns = [gate.key_column(model, fields_of(model)[name]) for name in model.natural_key]
        # Part by part, so that each is compared as its column's type; what fits in parts only is nobody's key.
        parts = [column.in_({key[place] for key in keys}) for place, column in enumerate(columns)]
        living = sa.select(model.id, *columns).where(*parts, model.deleted_at.is_(None))
        for record_id, *key in current.execute(living, execution_options={UNSCOPED: True}):
            self._holders.setdefault(tuple(key), set()).add(record_id)

    def take(self, values: Mapping[str, Any], record_id: int | None = None) -> Problems:
        """Give the key of `values` to the record, a new one without an id; a problem if another has it."""
        key = key_of(self.model, values)
        if key is None:
            return {}
        holders = self._holders.setdefault(key, set())
        if holders - ({record_id} if record_id is not None else set()):
            return {self.model.natural_key[0]: problem(N_("This is already taken by another record."))}
        holders.add(record_id)
        return {}
