"""The one filter tree of the house: what may be asked of a record, as plain data.

Pure values that survive JSON: a saved view, a segment and a rule's condition store `to_dict`, a URL carries it, and
`app.kernel.filters.bind` gives it meaning for an entity. Nothing here knows a field from a typing error.
"""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.kernel.errors import Malformed
from app.kernel.problems import N_, problem

MAX_DEPTH = 8
MAX_LEAVES = 100
MAX_LIST = 1_000
# Both databases cap the parameters of one statement (PostgreSQL at 65,535, SQLite at 32,766).
MAX_VALUES = 10_000
MAX_TEXT = 2_000
MAX_NAME = 200

LIST_OPERATORS = frozenset({"in", "not_in", "between", "has", "has_not", "has_any"})
BARE_OPERATORS = frozenset({"is_empty", "is_not_empty"})


@dataclass(frozen=True)
class Minor:
    """An amount of money that is already in minor units (cents, fen): ``{"minor": 10000}``."""

    amount: int


@dataclass(frozen=True)
class Where:
    """One question: `field` (dotted through pointers), `operator`, `value`.

    The value is made JSON-able at once, so that a tree means the same before and after it was stored: numbers with a
    point, days and moments become text, lists become tuples, and an operator that takes a list gets one.
    """

    field: str
    operator: str
    value: Any = None

    def __post_init__(self) -> None:
        plain = _plain(self.value)
        if self.operator in BARE_OPERATORS:
            plain = None
        elif self.operator in LIST_OPERATORS and not isinstance(plain, tuple):
            plain = (plain,)
        object.__setattr__(self, "value", plain)


@dataclass(frozen=True)
class And:
    """Every part holds; without parts: everything."""

    parts: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))


@dataclass(frozen=True)
class Or:
    """At least one part holds; without parts: nothing."""

    parts: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))


@dataclass(frozen=True)
class Not:
    """The part does not hold. A value that is missing makes a question false, hence its Not true."""

    part: Any


Tree = Where | And | Or | Not
EVERYTHING = And(())


def all_of(*trees: Tree) -> Tree:
    """The trees joined by and, without needless nesting: a view's own filter with what the user adds."""
    parts: list[Tree] = []
    for tree in trees:
        parts.extend(tree.parts if isinstance(tree, And) else (tree,))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def without(tree: Tree, position: int) -> Tree:
    """The tree less its part at `position`, as the cross on a chip asks; EVERYTHING if it is no list of parts."""
    if not isinstance(tree, And):
        return EVERYTHING
    return all_of(*tree.parts[:position], *tree.parts[position + 1:])


def leaves(tree: Tree) -> Iterator[Where]:
    """Every question in the tree, in reading order."""
    if isinstance(tree, Where):
        yield tree
    elif isinstance(tree, Not):
        yield from leaves(tree.part)
    else:
        for part in tree.parts:
            yield from leaves(part)


def to_dict(tree: Tree) -> dict[str, Any]:
    """The tree as JSON-able dicts; `from_dict` gives an equal tree back."""
    if isinstance(tree, And):
        return {"and": [to_dict(part) for part in tree.parts]}
    if isinstance(tree, Or):
        return {"or": [to_dict(part) for part in tree.parts]}
    if isinstance(tree, Not):
        return {"not": to_dict(tree.part)}
    return {"field": tree.field, "operator": tree.operator, "value": _json(tree.value)}


def from_dict(given: Any) -> Tree:
    """The tree that a JSON value describes. Malformed if the shape is wrong or a limit is passed."""
    tree = _read(given, depth=1)
    check(tree)
    return tree


def check(tree: Tree) -> None:
    """Malformed if the tree is deeper, wider or longer than the limits, or holds a text no database could store."""
    if _depth(tree) > MAX_DEPTH:
        raise _too_deep()
    if _size(tree) > MAX_LEAVES:
        raise Malformed(problem(N_("A filter may hold at most %(most)s conditions."), most=MAX_LEAVES))
    total = 0
    for leaf in leaves(tree):
        total += _check_leaf(leaf)
    if total > MAX_VALUES:
        raise Malformed(problem(N_("A filter may list at most %(most)s values in all."), most=MAX_VALUES))


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            raise ValueError("a filter value must be finite")
        # Text keeps a decimal exact on its way through JSON and URL.
        return repr(value) if isinstance(value, float) else str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | Minor):
        return value
    raise ValueError(f"a filter value cannot be a {type(value).__name__}")


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return {"minor": value.amount} if isinstance(value, Minor) else value


def _too_deep() -> Malformed:
    return Malformed(problem(N_("A filter may be nested at most %(most)s levels deep."), most=MAX_DEPTH))


def _unreadable() -> Malformed:
    return Malformed(problem(N_("The filter could not be read.")))


def _read(given: Any, depth: int) -> Tree:
    # Counted on the way down, so that a hostile depth never reaches the recursion limit.
    if depth > MAX_DEPTH:
        raise _too_deep()
    if not isinstance(given, Mapping):
        raise _unreadable()
    if set(given) == {"not"}:
        return Not(_read(given["not"], depth + 1))
    for word, group in (("and", And), ("or", Or)):
        if set(given) == {word} and isinstance(given[word], list | tuple):
            return group(tuple(_read(part, depth + 1) for part in given[word]))
    return _read_leaf(given)


def _read_leaf(given: Mapping[str, Any]) -> Where:
    field, operator, value = given.get("field"), given.get("operator"), given.get("value")
    if set(given) - {"field", "operator", "value"} or not isinstance(field, str) or not isinstance(operator, str):
        raise _unreadable()
    # A forgotten value must not turn into the question whether the field is empty.
    if "value" not in given and operator not in BARE_OPERATORS:
        raise _unreadable()
    try:
        return Where(field, operator, [_read_value(item) for item in value] if isinstance(value, list | tuple)
                     else _read_value(value))
    except ValueError:
        raise _unreadable() from None


def _read_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        minor = value.get("minor")
        if set(value) != {"minor"} or not isinstance(minor, int) or isinstance(minor, bool):
            raise ValueError("only an amount in minor units is written as an object")
        return Minor(minor)
    if isinstance(value, list | tuple):
        raise ValueError("a list of lists is no filter value")
    return value


def _depth(tree: Tree) -> int:
    if isinstance(tree, Where):
        return 1
    parts = (tree.part,) if isinstance(tree, Not) else tree.parts
    return 1 + max((_depth(part) for part in parts), default=0)


def _size(tree: Tree) -> int:
    if isinstance(tree, Where):
        # "has a, b and c" is three conditions in one.
        return max(1, len(tree.value)) if tree.operator == "has" else 1
    parts = (tree.part,) if isinstance(tree, Not) else tree.parts
    return sum(_size(part) for part in parts) if parts else 1


def _check_leaf(leaf: Where) -> int:
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if len(values) > MAX_LIST:
        raise Malformed(problem(N_("A list in a filter may hold at most %(most)s values."), most=MAX_LIST))
    if len(leaf.field) > MAX_NAME or len(leaf.operator) > MAX_NAME:
        raise _unreadable()
    for text in (leaf.field, leaf.operator, *values):
        _check_text(text)
    return len(values)


def _check_text(value: Any) -> None:
    if not isinstance(value, str):
        return
    if len(value) > MAX_TEXT:
        raise Malformed(problem(N_("A text in a filter may be at most %(most)s characters long."), most=MAX_TEXT))
    # PostgreSQL refuses the null character, both databases half a surrogate pair: with a 500 if it got that far.
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise _unreadable()
