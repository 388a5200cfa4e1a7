"""A tree that knows its entity: every name is a column, every text a value, every word of time a span.

Made by `app.kernel.filters.bind` only; compiled by `sql`, evaluated by `python`, spoken by `say`. And, Or and Not are
those of `tree`, with leaves of this module, part for part in the order of the tree that was bound. Words such as
``today`` and ``me`` were resolved when it was bound: bind anew for every use, store the tree instead.
"""

from dataclasses import dataclass
from typing import Any

from app.kernel.fields import Field
from app.kernel.filters.tree import And, Not, Or, Where


@dataclass(frozen=True)
class Step:
    """One step from a record to a related one, through a pointer or a many-to-many relation.

    `name` is the field's outer name, `column` the attribute that holds the id (the relation's own name where `many`),
    `relation` the attribute that holds the related record or list, None if the mapper has none; `target` the related
    class, None where no mapped class is known; `keys` the attributes by which people name its rows (``code, name``).
    """

    name: str
    label: Any
    column: str
    relation: str | None
    target: Any
    many: bool
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Ref:
    """A related row as the asker named it: by `id`, or by its `name`. `word` is "me" where that was said."""

    id: int | None = None
    name: str | None = None
    word: str = ""


@dataclass(frozen=True)
class Leaf:
    """One bound question: the `test` on `field` of `model`, reached through `steps`, denied if `denied`.

    `values` is what the test compares with: values and spans for ``among`` (None stands for a missing value), one
    value for the ordering and text tests, Refs for relations, nothing for ``filled``. `said` are the values as the
    asker gave them, typed, one by one; `step` is the Step of a field that is a relation, with those keys alone that the
    asker may use, else None.
    """

    where: Where
    steps: tuple[Step, ...]
    model: type
    field: Field
    test: str
    denied: bool
    values: tuple[Any, ...]
    said: tuple[Any, ...]
    step: Any = None


Bound = Leaf | And | Or | Not
