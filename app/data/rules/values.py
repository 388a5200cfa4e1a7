"""The text of one cell as a value of its field, and the value as text again: `parse_value` undoes `show_value`."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.data.rules.dates import ISO, DateFormat, read_date, read_moment
from app.data.rules.mapping import NO_MAPPING, MappingFile
from app.data.rules.numbers import read_decimal, read_integer, read_money
from app.data.rules.texts import listed, loose_key, short, word_key
from app.kernel import money
from app.kernel.file_text import BETWEEN_MANY, many_text, moment_text
from app.kernel.problems import N_, Problem, problem

if TYPE_CHECKING:
    from app.kernel.fields import Field

ChoiceLabels = Callable[["Field", str], Iterable[str]]

_TRUE = frozenset({"是", "yes", "y", "true", "t", "1", "on", "√", "✓"})
_FALSE = frozenset({"否", "no", "n", "false", "f", "0", "off", "×", "✗"})
_BETWEEN_PARTS = re.compile(r"\s+/\s+")
_EXTERNAL = re.compile(r"([a-z][a-z0-9_-]{0,39}):(\S.*)", re.DOTALL)


@dataclass(frozen=True)
class Reference:
    """A record that a cell names, to be found later: by natural key, or by external id.

    `parts` are the pieces of a natural key of several fields, written as ``Sales / Won``.
    """

    text: str
    parts: tuple[str, ...] = ()

    @property
    def external(self) -> tuple[str, str] | None:
        """System and id if the text may be an external id such as ``salesforce:0015g00000X``."""
        match = _EXTERNAL.fullmatch(self.text)
        return (match[1], match[2]) if match else None


@dataclass(frozen=True)
class Context:
    """What the text of a column means beyond its field.

    `currency` is the record's, an ISO 4217 code; `zone` (IANA) holds for moments without one; `blanks` and the keys of
    `values` are word keys; `choices` leads from loose key to stored value, to None where two choices share the word.
    """

    currency: str = "CNY"
    zone: str = "UTC"
    dates: DateFormat = ISO
    decimal_mark: str = "."
    blanks: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str | None] | None = None


def column_context(field: Field, mapping: MappingFile = NO_MAPPING, labels: ChoiceLabels | None = None,
                   currency: str = "CNY", zone: str = "UTC", dates: DateFormat = ISO) -> Context:
    """The context of the column of `field`; `dates` is what the column itself shows, the mapping file's word prevails.

    `labels` gives a choice's label in every language.
    """
    return Context(currency=currency, zone=zone, dates=mapping.date_format(field.name) or dates,
                   decimal_mark=mapping.decimal_mark(field.name), blanks=mapping.blanks_of(field.name),
                   values=mapping.values.get(field.name, {}), choices=choice_words(field, labels))


def choice_words(field: Field, labels: ChoiceLabels | None = None) -> dict[str, str | None]:
    """Stored value by every word for it; the stored values themselves win over labels."""
    words: dict[str, str | None] = {}
    for stored in field.choices or {}:
        for label in labels(field, stored) if labels else ():
            key = loose_key(label)
            words[key] = stored if words.get(key, stored) == stored else None
    return words | {loose_key(stored): stored for stored in field.choices or {}}


def parse_value(field: Field, text: str, context: Context) -> Any:
    """The typed value of `text` for `field`, None for no value (an empty tuple for many), or a Problem.

    Types: str, int, Decimal, money as int minor units, bool, date, aware UTC datetime, stored choice, `Reference`,
    tuple of `Reference`, or what JSON holds. Length, range and being required are the gate's to judge.
    """
    bare = unicodedata.normalize("NFC", text).strip()
    if context.values:
        bare = context.values.get(word_key(bare), bare)
    if not bare or (context.blanks and word_key(bare) in context.blanks):
        return () if field.kind == "many" else None
    return _READERS[field.kind](field, bare, context)


def _text(field: Field, text: str, context: Context) -> str:
    return text.replace("\r\n", "\n")


def _boolean(field: Field, text: str, context: Context) -> bool | Problem:
    key = word_key(text)
    if key in _TRUE or key in _FALSE:
        return key in _TRUE
    return problem(N_("“%(value)s” is neither yes nor no."), value=short(text))


def _choice(field: Field, text: str, context: Context) -> str | Problem:
    if field.choices and text in field.choices:
        return text
    words = context.choices if context.choices is not None else choice_words(field)
    key = loose_key(text)
    if key not in words:
        return problem(N_("“%(value)s” is not one of the choices: %(choices)s."), value=short(text),
                       choices=listed(field.choices or ()))
    return words[key] or problem(N_("“%(value)s” is the name of more than one choice."), value=short(text))


def _reference(field: Field, text: str, context: Context) -> Reference:
    return Reference(text, tuple(part for part in map(str.strip, _BETWEEN_PARTS.split(text)) if part))


def _many(field: Field, text: str, context: Context) -> tuple[Reference, ...] | Problem:
    """Records divided by ``;``, ``；``, ``、`` or ``|``, or a JSON list where names hold such signs; each one once."""
    names: Any = None
    if text.startswith("["):
        names = _json(field, text, context)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        names = BETWEEN_MANY.split(text)
    distinct = dict.fromkeys(name.strip() for name in names if name.strip())
    return tuple(_reference(field, name, context) for name in distinct)


def _json(field: Field, text: str, context: Context) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return problem(N_("“%(value)s” is not JSON."), value=short(text))


def _no_number(word: str) -> Any:
    # Python reads NaN and Infinity, which JSON does not have and PostgreSQL refuses.
    raise ValueError(word)


_READERS: Mapping[str, Callable[[Field, str, Context], Any]] = {
    "text": _text, "long_text": _text, "personal": _text, "boolean": _boolean, "choice": _choice, "json": _json,
    "integer": lambda field, text, context: read_integer(text, context.decimal_mark),
    "decimal": lambda field, text, context: read_decimal(text, context.decimal_mark),
    "money": lambda field, text, context: read_money(text, context.currency, context.decimal_mark),
    "date": lambda field, text, context: read_date(text, context.dates, context.zone),
    "moment": lambda field, text, context: read_moment(text, context.dates, context.zone),
    "pointer": _reference, "user": _reference, "about": _reference, "many": _many,
}


def show_value(field: Field, value: Any, context: Context) -> str:
    """`value` as the text of an exported cell, from which `parse_value` makes the same value again.

    Choices and references are given as the texts to be written: a stored value or label, a natural key.
    """
    if value is None:
        return ""
    return _WRITERS.get(field.kind, _plain)(value, context)


def _plain(value: Any, context: Context) -> str:
    return value.text if isinstance(value, Reference) else str(value)


_WRITERS: Mapping[str, Callable[[Any, Context], str]] = {
    "boolean": lambda value, context: "yes" if value else "no",
    "decimal": lambda value, context: format(value, "f"),
    "money": lambda value, context: money.plain(value, context.currency),
    "date": lambda value, context: value.isoformat(),
    "moment": lambda value, context: moment_text(value, context.zone),
    "json": lambda value, context: json.dumps(value, ensure_ascii=False),
    "many": lambda value, context: many_text([_plain(each, context) for each in value]),
}
