"""The mapping file: what the headers and the values of a foreign file mean here.

JSON, every part optional::

    {"headers":   {"account": "name", "sector": "industry", "subsidiary_of": null},
     "values":    {"industry": {"technolgy": "technology"}},
     "constants": {"source": "expo"},
     "defaults":  {"currency": "USD"},
     "formats":   {"close_date": "dd/mm/yyyy", "amount": "1.234,56"},
     "blanks":    {"phone": ["-"], "*": ["Select", "?"]},
     "ignore":    ["id_old"]}

`headers` leads from a header of the file to a field, or to null if the column is left out, as `ignore` does.
`constants` stand in every record, whatever the file says, with the cells of the row where they name a header in braces
(``{product} for {account}``); `defaults` only in new records, where the file has no value.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.data.rules.dates import DateFormat
from app.data.rules.numbers import decimal_mark
from app.data.rules.texts import header_key, short, word_key
from app.kernel.problems import N_, Problem, problem

EVERY_FIELD = "*"
_TWICE = N_("The mapping file says “%(name)s” twice in one place.")
_NO_OBJECT = N_("“%(name)s” in the mapping file must be an object.")
_PARTS = ("headers", "values", "constants", "defaults", "formats", "blanks", "ignore")


@dataclass(frozen=True)
class MappingFile:
    """A parsed mapping file. Keys of `headers` and `ignore` are header keys, of `values` field name then word key."""

    headers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    blanks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()

    @staticmethod
    def parse(text: str) -> "MappingFile | Problem":
        """The mapping in the JSON `text`, or the first thing that is wrong with it."""
        try:
            given = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_distinct, parse_int=str, parse_float=str)
            return _mapping(given)
        except json.JSONDecodeError as fault:
            return problem(N_("The mapping file is not JSON: line %(line)s, column %(column)s."), line=fault.lineno,
                           column=fault.colno)
        except RecursionError:
            return problem(N_("The mapping file is nested too deeply."))
        except _Refused as refused:
            return refused.problem

    def blanks_of(self, name: str) -> frozenset[str]:
        """The word keys that mean "no value" in the field `name`."""
        return self.blanks.get(name, frozenset()) | self.blanks.get(EVERY_FIELD, frozenset())

    def fields_named(self) -> frozenset[str]:
        """Every field name that the file speaks of."""
        named = {*self.headers.values(), *self.values, *self.constants, *self.defaults, *self.formats, *self.blanks}
        return frozenset(named - {EVERY_FIELD})

    def date_format(self, name: str) -> DateFormat | None:
        """The format of the dates of field `name`, if the file gives one that describes dates."""
        found = DateFormat.parse(self.formats[name]) if name in self.formats else None
        return found if isinstance(found, DateFormat) else None

    def decimal_mark(self, name: str) -> str:
        """The decimal mark of the numbers of field `name`: ``.`` unless the file says otherwise."""
        return decimal_mark(self.formats.get(name, "")) or "."


NO_MAPPING = MappingFile()


class _Refused(Exception):
    """Carries the problem from the depth of the file to `MappingFile.parse`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ; JSON itself would silently keep the last of two."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(problem(_TWICE, name=short(twice)))
    return made


def _mapping(given: Any) -> MappingFile:
    parts = _object(given, N_("The mapping file must be a JSON object."))
    for part in parts:
        if part not in _PARTS:
            raise _Refused(problem(N_("“%(name)s” is not a part of a mapping file."), name=short(part)))
    headers = _part(parts, "headers")
    left_out = {header_key(header) for header, name in headers.items() if name is None}
    return MappingFile(
        headers=_keyed({header: name for header, name in headers.items() if name is not None}, header_key, "headers"),
        values={name: _keyed(_object(words, _NO_OBJECT, name=name), word_key, name)
                for name, words in _part(parts, "values").items()},
        constants=_words(parts, "constants"),
        defaults=_words(parts, "defaults"),
        formats=_formats(parts),
        blanks=_blanks(parts.get("blanks", {})),
        ignore=frozenset(map(header_key, _list(parts.get("ignore", []), "ignore"))) | left_out,
    )


def _object(given: Any, otherwise: str, **params: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _Refused(problem(otherwise, **params))
    return given


def _part(parts: dict[str, Any], name: str) -> dict[str, Any]:
    return _object(parts.get(name, {}), _NO_OBJECT, name=name)


def _word(given: Any, part: str) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if not isinstance(given, str):
        raise _Refused(problem(N_("“%(name)s” in the mapping file must lead to texts."), name=part))
    return given


def _words(parts: dict[str, Any], name: str) -> dict[str, str]:
    return {key: _word(value, name) for key, value in _part(parts, name).items()}


def _list(given: Any, part: str) -> list[str]:
    if not isinstance(given, list):
        raise _Refused(problem(N_("“%(name)s” in the mapping file must be a list."), name=part))
    return [_word(value, part) for value in given]


def _keyed(words: dict[str, Any], key_of: Callable[[str], str], part: str) -> dict[str, str]:
    """The words by their keys; two spellings of one word may not lead to different things."""
    made: dict[str, str] = {}
    for word, value in words.items():
        if made.setdefault(key_of(word), _word(value, part)) != _word(value, part):
            raise _Refused(problem(_TWICE, name=short(word)))
    return made


def _blanks(given: Any) -> dict[str, frozenset[str]]:
    """Blank words by field; a bare list is meant for every field."""
    by_field = {EVERY_FIELD: given} if isinstance(given, list) else _part({"blanks": given}, "blanks")
    return {name: frozenset(map(word_key, _list(words, "blanks"))) for name, words in by_field.items()}


def _formats(parts: dict[str, Any]) -> dict[str, str]:
    formats = _words(parts, "formats")
    for pattern in formats.values():
        described = DateFormat.parse(pattern)
        if isinstance(described, Problem) and decimal_mark(pattern) is None:
            raise _Refused(described)
    return formats
