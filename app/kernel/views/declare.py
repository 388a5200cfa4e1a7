"""The small vocabulary in which a view class states what an entity's screens offer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.kernel.fields import Field
from app.kernel.filters import Tree, from_keywords


@dataclass(frozen=True)
class Measure:
    """What a chart adds up: `kind` count, sum or average, over `field` unless it counts."""

    kind: str
    field: str = ""


def count() -> Measure:
    """The number of records."""
    return Measure("count")


def sum_of(field: str) -> Measure:
    """The sum of a number or money field; money is converted at dated rates or split by currency."""
    return Measure("sum", field)


def average_of(field: str) -> Measure:
    """The mean of a number field over the records that have it."""
    return Measure("average", field)


@dataclass(frozen=True)
class Chart:
    """One chart of an entity. `group` and `split` are fields, dotted or with a step of time (``closed_at:month``).

    `where` narrows the records, `period` is the date or moment field that the period filter is about. `query` replaces
    the aggregate by a named read: called with a `charts.Asked`, it answers a list of row mappings. `rollup` keeps the
    sums with every change, for a chart of the first page: a count or sum over choices, pointers or steps of time of the
    record itself, whose `where` asks for no day.
    """

    name: str
    label: Any
    group: str = ""
    measure: Measure = Measure("count")
    kind: str = "bar"
    split: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    period: str = ""
    query: Callable[..., list[dict[str, Any]]] | None = None
    help: Any = ""
    rollup: bool = False

    def tree(self) -> Tree:
        return from_keywords(self.where)


class View:
    """A saved view that every user finds: a label and filters as keywords."""

    def __init__(self, label: Any, **filters: Any) -> None:
        self.label = label
        self.filters = filters

    def tree(self) -> Tree:
        return from_keywords(self.filters)


@dataclass(frozen=True)
class Action:
    """A named change beyond save and delete. ``operation(ids, values)`` runs inside the unit of work.

    It answers a sentence or None. `fields` are asked for first: names of the entity's fields or Field objects.
    `verb` is the right it needs, by default its own name; ``edit`` for actions that any editor may do.
    """

    name: str
    label: Any
    operation: Callable[[list[int], dict[str, Any]], Any]
    many: bool = False
    fields: Sequence[str | Field] = ()
    verb: str = ""
    confirm: Any = ""
    help: Any = ""
    icon: str = "bolt"

    @property
    def right(self) -> str:
        return self.verb or self.name
