"""A bound filter in words, in the reader's language: chips above a list, and one sentence for a rule.

The words of a question are `Chip(field, operator, value)`; a group within the filter is one chip that holds its whole
sentence in `field`. Nothing here is HTML: escaping is the template's.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l

from app.kernel.filters import times
from app.kernel.filters.bound import Bound, Leaf, Ref
from app.kernel.filters.operators import kind_of
from app.kernel.filters.times import Span
from app.kernel.filters.tree import EVERYTHING, And, Not
from app.kernel.filters.values import Context

NameOf = Callable[[Any, int], str | None]

_MOST_VALUES = 5

OPERATOR_WORDS = {
    "eq": _l("is"), "ne": _l("is not"), "lt": _l("is less than"), "lte": _l("is at most"), "gt": _l("is more than"),
    "gte": _l("is at least"), "in": _l("is one of"), "not_in": _l("is none of"), "between": _l("is between"),
    "contains": _l("contains"), "not_contains": _l("does not contain"), "starts_with": _l("starts with"),
    "ends_with": _l("ends with"), "has": _l("includes"), "has_any": _l("includes one of"),
    "has_not": _l("does not include"), "is_empty": _l("is empty"), "is_not_empty": _l("is not empty"),
}
_TIME_OPERATOR_WORDS = {"lt": _l("is before"), "lte": _l("is no later than"), "gt": _l("is after"),
                        "gte": _l("is no earlier than")}
_MANY_OPERATOR_WORDS = {"eq": OPERATOR_WORDS["has"], "ne": OPERATOR_WORDS["has_not"],
                        "in": OPERATOR_WORDS["has_any"], "not_in": OPERATOR_WORDS["has_not"]}

TIME_WORDS = {
    "yesterday": _l("yesterday"), "today": _l("today"), "tomorrow": _l("tomorrow"), "last_week": _l("last week"),
    "this_week": _l("this week"), "next_week": _l("next week"), "last_month": _l("last month"),
    "this_month": _l("this month"), "next_month": _l("next month"), "last_quarter": _l("last quarter"),
    "this_quarter": _l("this quarter"), "next_quarter": _l("next quarter"), "last_year": _l("last year"),
    "this_year": _l("this year"), "overdue": _l("overdue"),
}


@dataclass(frozen=True)
class Chip:
    """The words of one part of a filter; `position` is its place among the parts, for the link that removes it."""

    field: str
    operator: str
    value: str
    position: int

    def __str__(self) -> str:
        if not self.operator:
            return self.field
        words = {"field": self.field, "operator": self.operator, "value": self.value}
        return gettext("%(field)s %(operator)s %(value)s", **words) if self.value else gettext(
            "%(field)s %(operator)s", **words)


def operator_word(kind: str, operator: str) -> str:
    """What `operator` is called on a field of `kind`: days come before, numbers are less."""
    special: dict[str, Any] = {"date": _TIME_OPERATOR_WORDS, "moment": _TIME_OPERATOR_WORDS,
                               "many": _MANY_OPERATOR_WORDS}.get(kind, {})
    return str(special.get(operator, OPERATOR_WORDS[operator]))


def chips(bound: Bound, context: Context | None = None, name_of: NameOf | None = None) -> list[Chip]:
    """One chip per part of the filter, or one in all where it is no list of parts.

    `name_of(class, id)` names a related row that the reader may see; without it, or for None, the number stands.
    """
    speaker = _Speaker(context or Context(), name_of)
    parts = bound.parts if isinstance(bound, And) else (bound,)
    return [speaker.chip(part, position) for position, part in enumerate(parts)]


def say(bound: Bound, context: Context | None = None, name_of: NameOf | None = None) -> str:
    """The whole filter as one clause: ``Stage is Won and (Amount is at least 100 or Tags includes VIP)``."""
    return _Speaker(context or Context(), name_of).clause(bound, nested=False)


class _Speaker:
    def __init__(self, context: Context, name_of: NameOf | None) -> None:
        self.context, self.name_of = context, name_of
        # Outside a request, as in a log line of a job, there is no reader and the catalogue's own language stands.
        self.locale = get_locale() or Locale("en")

    def clause(self, bound: Bound, nested: bool = True) -> str:
        if isinstance(bound, Leaf):
            return str(self.chip(bound, 0))
        if isinstance(bound, Not):
            return gettext("not (%(clause)s)", clause=self.clause(bound.part, nested=False))
        if not bound.parts:
            return gettext("everything") if bound == EVERYTHING else gettext("nothing")
        if len(bound.parts) == 1:
            return self.clause(bound.parts[0], nested)
        clauses = [self.clause(part) for part in bound.parts]
        joined = (gettext(" and ") if isinstance(bound, And) else gettext(" or ")).join(clauses)
        return gettext("(%(clause)s)", clause=joined) if nested else joined

    def chip(self, bound: Bound, position: int) -> Chip:
        if not isinstance(bound, Leaf):
            return Chip(self.clause(bound, nested=False), "", "", position)
        # Chinese and English both read the way from the outside in: Customer › Region.
        label = " › ".join(str(step.label) for step in bound.steps) + (" › " if bound.steps else "")
        return Chip(label + str(bound.field.label), operator_word(bound.field.kind, bound.where.operator),
                    self.values(bound), position)

    def values(self, leaf: Leaf) -> str:
        words = [self.value(leaf, value) for value in leaf.said]
        if leaf.where.operator == "between":
            return gettext("%(low)s and %(high)s", low=words[0], high=words[1])
        listed = gettext(", ").join(words[:_MOST_VALUES])
        if len(words) > _MOST_VALUES:
            return gettext("%(values)s and %(more)s more", values=listed, more=len(words) - _MOST_VALUES)
        return listed

    def value(self, leaf: Leaf, value: Any) -> str:
        if value is None:
            return gettext("empty")
        if isinstance(value, Ref):
            return self.reference(leaf, value)
        if isinstance(value, Span):
            return self.span(value)
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        kind = kind_of(leaf.field)
        if kind == "choice" and leaf.field.choices is not None:
            return str(leaf.field.choices[value])
        if kind == "money":
            return self.number(Decimal(value).scaleb(-self.context.money_places))
        return self.plain(value)

    def number(self, value: int | Decimal) -> str:
        return format_decimal(value, locale=self.locale, decimal_quantization=False)

    def plain(self, value: Any) -> str:
        if isinstance(value, dt.datetime):
            return format_datetime(value, "short", ZoneInfo(self.context.zone), self.locale)
        if isinstance(value, dt.date):
            return format_date(value, "medium", self.locale)
        if isinstance(value, int | Decimal):
            return self.number(value)
        # Marked, so that a text cannot be read as a part of the sentence.
        return gettext('"%(text)s"', text=value)

    def span(self, span: Span) -> str:
        if span.word in TIME_WORDS:
            return str(TIME_WORDS[span.word])
        match times.counted(span.word):
            case ("last", days):
                return gettext("the last %(days)s days", days=days)
            case ("next", days):
                return gettext("the next %(days)s days", days=days)
            case ("older_than", days):
                return gettext("more than %(days)s days ago", days=days)
        return self.plain(dt.date.fromisoformat(span.word))

    def reference(self, leaf: Leaf, ref: Ref) -> str:
        if ref.word:
            return gettext("me")
        if ref.id is None:
            return str(ref.name)
        known = self.name_of(leaf.step.target, ref.id) if self.name_of is not None else None
        return known or f"#{ref.id}"
