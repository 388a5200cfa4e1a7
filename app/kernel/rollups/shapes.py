"""Which sums are kept: by owner, team and group of an entity's records how many there are, and what they amount to."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import current_app

from app.kernel import buckets, filters
from app.kernel.entity import Entity
from app.kernel.fields import Field, fields_of
from app.kernel.filters import EVERYTHING, Bound, Tree

KINDS = ("choice", "pointer", "user")
DATED = ("date", "moment")
MEASURED = ("integer", "money")
# Operators whose answer follows from the record alone and not from the day on which it is asked.
TIMELESS = ("eq", "ne", "in", "not_in", "is_empty", "is_not_empty")
MOST_GROUPS = 2


class Key(NamedTuple):
    """One cell: whose records, and of which group; `currency` is None where no money is added up."""

    owner_id: int | None
    team_id: int | None
    first: str | None
    second: str | None
    currency: str | None


@dataclass(frozen=True)
class Group:
    """A field by which records are told apart, and the step of time into which its days or moments are put."""

    field: Field
    step: str = ""

    def text(self, value: Any, zone: ZoneInfo) -> str | None:
        """How a cell names the group of a value: a stored value as text, the first day of a step."""
        if value is None:
            return None
        if self.step:
            return buckets.first_day_of(value, buckets.step_of(self.step), zone).isoformat()
        return str(value)

    def value(self, text: str | None) -> Any:
        """The value, or the first day of the step, that `text` names."""
        if text is None:
            return None
        if self.step:
            return dt.date.fromisoformat(text)
        return text if self.field.kind == "choice" else int(text)


@dataclass(frozen=True, eq=False)
class Rollup:
    """One kept sum. `measure` is the field that is added up beside the number, None where records are only counted."""

    name: str
    model: type[Entity]
    groups: tuple[Group, ...]
    measure: Field | None = None
    where: Tree = EVERYTHING

    @cached_property
    def bound(self) -> Bound:
        """The filter over the model; no word in it depends on the day."""
        return filters.bind(self.where, self.model)

    @cached_property
    def is_money(self) -> bool:
        """Whether its sums are of a currency."""
        return self.measure is not None and self.measure.kind == "money" and "currency" in fields_of(self.model)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field on which the cell of a record depends, by name."""
        known = fields_of(self.model)
        asked = {leaf.field for leaf in filters.leaves(self.where)}
        named = {"owner", "team", *asked, *(group.field.name for group in self.groups)}
        named |= {self.measure.name} if self.measure else set()
        named |= {"currency"} if self.is_money else set()
        return {name: known[name] for name in sorted(named)}

    def columns(self) -> list[Any]:
        """The columns of the groups, in order."""
        return [getattr(self.model, group.field.column) for group in self.groups]

    def key(self, values: Mapping[str, Any], zone: ZoneInfo) -> Key:
        """The cell of a record with these values by column."""
        first, second = self.texts([values[group.field.column] for group in self.groups], zone)
        return Key(values["owner_id"], values["team_id"], first, second,
                   values["currency"] if self.is_money else None)

    def texts(self, values: list[Any], zone: ZoneInfo) -> tuple[str | None, str | None]:
        """How a cell names the groups of these values."""
        made = [group.text(value, zone) for group, value in zip(self.groups, values, strict=True)]
        return made[0], made[1] if len(made) > 1 else None

    def amount(self, values: Mapping[str, Any]) -> int:
        """What a record adds to the sum."""
        return values[self.measure.column] or 0 if self.measure else 0

    def form(self) -> str:
        """What the cells depend on besides the records; cells of another form are wrong."""
        told = {"groups": [[group.field.column, group.step] for group in self.groups],
                "measure": self.measure.column if self.measure else "", "where": filters.to_dict(self.where),
                "zone": str(zone_of_house()) if self.is_zoned else ""}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]

    @cached_property
    def is_zoned(self) -> bool:
        """Whether moments are put into days, which begin elsewhere in another zone."""
        return any(group.step and group.field.kind == "moment" for group in self.groups)


_declared: dict[str, Rollup] = {}


def declare(rollup: Rollup) -> None:
    """Keep this sum. ValueError where its cells would not follow from the record's own fields and their events."""
    known = fields_of(rollup.model)
    leaves = list(filters.leaves(rollup.where))
    wrong = [name for name in (leaf.field for leaf in leaves) if name not in known]
    wrong += [leaf.field for leaf in leaves if leaf.operator not in TIMELESS]
    wrong += [group.field.name for group in rollup.groups
              if group.field.kind not in (DATED if group.step else KINDS)]
    wrong += [rollup.measure.name] if rollup.measure and rollup.measure.kind not in MEASURED else []
    if wrong or not 1 <= len(rollup.groups) <= MOST_GROUPS:
        raise ValueError(f"{rollup.name} cannot be kept: {', '.join(wrong) or 'one or two groups'}")
    if quiet := [name for name, field in rollup.fields.items() if field.quiet]:
        raise ValueError(f"{rollup.name} cannot be kept: no event tells of {', '.join(quiet)}")
    _declared[rollup.name] = rollup


def declared(entity: str | None = None) -> list[Rollup]:
    """The kept sums in order of their names, those of one entity where it is named."""
    return [_declared[name] for name in sorted(_declared)
            if entity is None or _declared[name].model.entity_name() == entity]


def find(name: str) -> Rollup | None:
    """The kept sum of this name."""
    return _declared.get(name)


def zone_of_house() -> ZoneInfo:
    """The zone in which the days of kept sums begin."""
    return ZoneInfo(current_app.config.get("CRM_TIMEZONE") or "Asia/Shanghai")
