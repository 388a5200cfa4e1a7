"""Filters as they arrive and leave: URL arguments, keyword arguments of a declaration, REST filters.

A URL names fields and operators, never positions: ``?stage.category=won&amount__gte=100&tags=vip&tags=new``; a field
given twice means any of its values, and what no such pair can say travels as JSON in ``filter``.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from werkzeug.datastructures import MultiDict

from app.kernel.errors import Malformed
from app.kernel.filters.operators import OPERATORS
from app.kernel.filters.tree import (
    BARE_OPERATORS,
    EVERYTHING,
    LIST_OPERATORS,
    And,
    Not,
    Tree,
    Where,
    all_of,
    check,
    from_dict,
    to_dict,
)
from app.kernel.problems import N_, problem

RESERVED = frozenset({"q", "sort", "page", "page_size", "after", "before", "view", "format", "columns", "count"})
JSON_KEY = "filter"

Arguments = MultiDict | Mapping[str, Any] | Iterable[tuple[str, str]] | str

# A whole number as Python would write it back; "007" and "+1" are texts that must keep their shape.
_WHOLE = re.compile(r"-?[1-9][0-9]{0,17}|0")
# Given twice, the question becomes the one over a list.
_PLURAL = {"eq": "in", "ne": "not_in"}

# Flask-AppBuilder's names for its REST filters; a pair is the operator and whether it is denied.
_REST = {"eq": ("eq", False), "neq": ("ne", False), "gt": ("gt", False), "lt": ("lt", False),
         "sw": ("starts_with", False), "nsw": ("starts_with", True), "ew": ("ends_with", False),
         "new": ("ends_with", True), "ct": ("contains", False), "nct": ("not_contains", False),
         "rel_o_m": ("eq", False), "nrel_o_m": ("ne", False), "rel_m_m": ("has", False)}


def parse(args: Arguments, reserved: frozenset[str] = RESERVED) -> Tree:
    """The tree that URL arguments (MultiDict, mapping, pairs or a query string) describe; EVERYTHING if none do.

    Blank values are left out, as an untouched field of a filter form sends them. Names in `reserved` and those that
    begin with an underscore belong to the page. Malformed if the JSON or a limit is broken; whether the fields exist
    is judged by `bind`.
    """
    grouped: dict[str, list[str]] = {}
    trees: list[Tree] = []
    for key, text in _pairs(args):
        if key == JSON_KEY:
            trees += [_from_json(text)] if text else []
        elif key not in reserved and not key.startswith("_"):
            grouped.setdefault(key, []).append(text)
    asked = [leaf for key, texts in grouped.items() for leaf in _leaves_of(key, texts)]
    tree = trees[0] if len(trees) == 1 and not asked else all_of(*asked, *trees)
    check(tree)
    return tree


def to_query(tree: Tree, reserved: frozenset[str] = RESERVED) -> str:
    """The URL query that `parse` reads back as an equal tree, without a leading question mark."""
    # Only a tree that begins with questions reads well as pairs, and a list of one stays JSON to be told apart from
    # its only part: parse(to_query(tree)) must be the very same tree.
    parts = (tree,) if isinstance(tree, Where) else ()
    if isinstance(tree, And) and len(tree.parts) > 1:
        parts = tree.parts
    pairs, rest = _spell_out(parts, reserved)
    if not pairs:
        return "" if tree == EVERYTHING else urlencode([(JSON_KEY, _to_json(tree))])
    if rest:
        whole = rest[0] if len(rest) == 1 and not isinstance(rest[0], And) else And(rest)
        pairs.append((JSON_KEY, _to_json(whole)))
    return urlencode(pairs)


def from_keywords(words: Mapping[str, Any]) -> Tree:
    """A tree from a declaration: ``View(..., stage__category="open", amount__gte=100)``; a list means any of it."""
    asked = []
    for key, value in words.items():
        path, _, suffix = key.rpartition("__")
        known = bool(path) and suffix in OPERATORS
        field, operator = (path, suffix) if known else (key, "eq")
        if isinstance(value, list | tuple):
            operator = _PLURAL.get(operator, operator)
        asked.append(Where(field.replace("__", "."), operator, value))
    tree = all_of(*asked)
    check(tree)
    return tree


def from_rest(filters: Any) -> Tree:
    """A tree from the REST API's ``[{"col": ..., "opr": ..., "value": ...}]``; Malformed if that is not its shape.

    Flask-AppBuilder's operators and our own are both understood; an unknown one is refused by `bind`.
    """
    if not isinstance(filters, list | tuple):
        raise Malformed(problem(N_("The filter could not be read.")))
    tree = all_of(*(_from_rest_item(item) for item in filters))
    check(tree)
    return tree


def _from_rest_item(item: Any) -> Tree:
    if not isinstance(item, Mapping) or set(item) - {"col", "opr", "value"}:
        raise Malformed(problem(N_("The filter could not be read.")))
    name = item.get("opr", "eq")
    operator, denied = _REST.get(name, (name, False)) if isinstance(name, str) else (name, False)
    leaf = from_dict({"field": item.get("col"), "operator": operator, "value": item.get("value")})
    return Not(leaf) if denied else leaf


def _pairs(args: Arguments) -> list[tuple[str, str]]:
    if isinstance(args, str):
        return parse_qsl(args.removeprefix("?"), keep_blank_values=True)
    if isinstance(args, MultiDict):
        return list(args.items(multi=True))
    if isinstance(args, Mapping):
        return [(key, str(text)) for key, given in args.items()
                for text in (given if isinstance(given, list | tuple) else (given,))]
    return list(args)


def _leaves_of(key: str, texts: list[str]) -> list[Where]:
    field, _, suffix = key.rpartition("__")
    field, operator = (field, suffix) if field else (key, "eq")
    if operator in BARE_OPERATORS:
        return [_bare(field, operator, texts[-1])]
    values = [_literal(text) for text in texts if text != ""]
    if not values:
        return []
    if len(values) > 1:
        operator = _PLURAL.get(operator, operator)
    if operator == "between" and len(values) == 1 and str(values[0]).count(",") == 1:
        values = [_literal(text) for text in str(values[0]).split(",")]
    if operator in LIST_OPERATORS:
        return [Where(field, operator, values)]
    return [Where(field, operator, value) for value in values]


def _bare(field: str, operator: str, text: str) -> Where:
    if text.strip().lower() in ("false", "0", "no"):
        operator = "is_not_empty" if operator == "is_empty" else "is_empty"
    return Where(field, operator)


def _literal(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _WHOLE.fullmatch(text) else text


def _spell_out(parts: tuple[Tree, ...], reserved: frozenset[str]) -> tuple[list[tuple[str, str]], tuple[Tree, ...]]:
    """As many of the first parts as can be said in pairs, a key only once, and the parts that are left."""
    pairs: list[tuple[str, str]] = []
    used: set[str] = set()
    for position, part in enumerate(parts):
        found = _pairs_of(part, reserved) if isinstance(part, Where) else None
        if found is None or found[0][0] in used:
            return pairs, parts[position:]
        used.add(found[0][0])
        pairs += found
    return pairs, ()


def _pairs_of(leaf: Where, reserved: frozenset[str]) -> list[tuple[str, str]] | None:
    """The pairs that `parse` reads back as just this question, by the shortest key; None if there are none."""
    if leaf.operator in BARE_OPERATORS:
        texts = ["true"]
    else:
        values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        texts = [_spelled(value) for value in values]
    keys = [leaf.field] if leaf.operator in ("eq", "in") else []
    for key in (*keys, f"{leaf.field}__{leaf.operator}"):
        pairs = [(key, text) for text in texts]
        if pairs and key != JSON_KEY and parse(pairs, reserved) == leaf:
            return pairs
    return None


def _spelled(value: Any) -> str:
    """The value as text, blank where text cannot say it: a blank one is not read back, which gives it away."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else ""


def _to_json(tree: Tree) -> str:
    return json.dumps(to_dict(tree), separators=(",", ":"))


def _from_json(text: str) -> Tree:
    try:
        return from_dict(json.loads(text))
    except (ValueError, RecursionError):
        raise Malformed(problem(N_("The filter could not be read."))) from None
