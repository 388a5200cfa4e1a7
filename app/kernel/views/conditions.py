"""The conditions of a list: each in words, with the address of the list without it, and a form that adds one more."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask_babel import gettext

from app.kernel import filters
from app.kernel.actor import acting
from app.kernel.errors import Malformed, RuleError
from app.kernel.fields import Field
from app.kernel.filters import EVERYTHING, And, Chip, Not, Or, Tree, times
from app.kernel.filters.bound import Bound, Leaf, Ref
from app.kernel.filters.say import TIME_WORDS
from app.kernel.filters.tree import BARE_OPERATORS
from app.kernel.views import asked as ask
from app.kernel.views.forms import form_for
from app.kernel.views.titles import Titles

# Asked by two values, or by several: said better as two conditions, or by the choice of one at a time.
NOT_OFFERED = frozenset({"between", "has", "has_not", "in", "not_in"})
COUNTED = ("last_7_days", "last_30_days", "last_90_days", "next_7_days", "next_30_days", "older_than_30_days",
           "older_than_90_days")
# What an address keeps beside the conditions while these change.
KEPT = ("q", "sort", "page_size", "columns")


@dataclass(frozen=True)
class Condition:
    """One part of the filter in words, and the query of the address without it."""

    chip: Chip
    query: str


def conditions(view: Any, asked: ask.Asked, query: str) -> list[Condition]:
    """The parts of what `query` asks of the view's list. At most one statement, for names of related records."""
    try:
        bound = filters.bind(asked.tree, view.model, ask.usable(acting(), view.model), ask.context_of(acting()))
    except RuleError:
        return []
    names = _names(bound)
    said = filters.chips(bound, ask.context_of(acting()), lambda model, each: names.get((model.__tablename__, each)))
    return [Condition(chip, tidy(query, filters.without(asked.tree, chip.position))) for chip in said]


def _names(bound: Bound) -> dict[tuple[str, int], str | None]:
    wanted = {(leaf.step.target.__tablename__, value.id) for leaf in _leaves(bound) if leaf.step is not None
              and leaf.step.target is not None for value in leaf.said if isinstance(value, Ref) and value.id}
    titles = Titles(acting())
    for table, record_id in wanted:
        titles.want(table, [record_id])
    titles.fetch()
    return {each: titles.of(*each) for each in wanted}


def _leaves(bound: Any) -> Iterator[Leaf]:
    if isinstance(bound, Leaf):
        yield bound
    elif isinstance(bound, Not):
        yield from _leaves(bound.part)
    else:
        for part in bound.parts:
            yield from _leaves(part)


def tidy(query: str, tree: Tree | None = None) -> str:
    """The query of a list without what belongs to one page of it, with another filter if one is given. Malformed."""
    kept = [(name, text) for name, text in parse_qsl(query) if name in KEPT]
    asked = filters.to_query(filters.parse(query) if tree is None else tree)
    return "&".join(part for part in (asked, urlencode(kept)) if part)


def offered(view: Any) -> dict[str, Field]:
    """The fields of the list that a condition may ask, dotted ones that the view declares included."""
    may_use = ask.usable(acting(), view.model)
    names = [*dict.fromkeys([*view.search_columns, *view.list_columns, *view.form_columns()])]
    found = {name: field for name, (_at, field) in ask.declared_fields(view.model, names).items() if may_use(name)}
    return {name: field for name, field in found.items() if filters.operators_for(field) and field.kind != "json"}


def operators(field: Field) -> dict[str, str]:
    """The operators of a field that are offered, each with its word."""
    return {each: filters.operator_word(field.kind, each) for each in filters.operators_for(field)
            if each not in NOT_OFFERED or (field.kind == "many" and each == "has")}


def time_words() -> dict[str, str]:
    """The words for spans of time that are offered for dates."""
    return {word: str(label) for word, label in TIME_WORDS.items()} | {word: _counted(word) for word in COUNTED}


def _counted(word: str) -> str:
    kind, days = times.counted(word)
    said = {"last": gettext("the last %(days)s days", days=days), "next": gettext("the next %(days)s days", days=days)}
    return said.get(kind) or gettext("more than %(days)s days ago", days=days)


def value_input(view: Any, name: str, field: Field) -> Any:
    """The input for the value that a condition compares with, called ``value``."""
    plain = dataclasses.replace(field, required=False, readonly=False, help="")
    if field.kind == "boolean":
        # A box that is not ticked sends nothing: yes and no are chosen.
        plain = dataclasses.replace(plain, kind="choice", choices={"true": gettext("Yes"), "false": gettext("No")})
    elif field.kind == "long_text":
        plain = dataclasses.replace(plain, kind="text")
    (found,) = form_for(view.model, [name], acting(), entity=view.entity, extra={name: plain})
    found.name, found.id = "value", "condition-value"
    return found


def with_condition(view: Any, given: Any) -> str:
    """The query of the list with one more condition.

    `given` are ``field``, ``operator``, ``value``, ``day``, ``join`` and the query before it as ``back``. RuleError by
    field where it cannot be asked, Malformed where the query before it cannot be read.
    """
    name, operator = str(given.get("field", "")), str(given.get("operator", ""))
    query = str(given.get("back", ""))[:ask.LONGEST_PLACE]
    field = offered(view).get(name)
    if field is None or operator not in operators(field):
        raise Malformed()
    values = [text for text in (*given.getlist("day"), *given.getlist("value")) if text][:1]
    if not values and operator not in BARE_OPERATORS:
        return tidy(query)
    parsed = filters.parse([(f"{name}__{operator}", values[0] if values else "true")])
    tree = _joined(filters.parse(query), parsed, or_last=given.get("join") == "or")
    ask.condition(view.model, tree)
    return tidy(query, tree)


def _joined(tree: Tree, more: Tree, *, or_last: bool) -> Tree:
    """`more` besides the rest, or as an alternative to what was asked last."""
    parts = tree.parts if isinstance(tree, And) else (tree,)
    if not or_last or not parts or tree == EVERYTHING:
        return filters.all_of(tree, more)
    last = parts[-1]
    others = last.parts if isinstance(last, Or) else (last,)
    return filters.all_of(*parts[:-1], Or((*others, more)))
