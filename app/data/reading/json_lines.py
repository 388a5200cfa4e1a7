"""JSON Lines: one object per line, its values as text like those of every other format."""

import json
from collections.abc import Iterator
from typing import Any

from app.data.reading.basis import Limits, Record, Source, UnreadableFile
from app.data.reading.encoding import SURROGATE, open_text
from app.kernel.problems import N_, Problem, problem

_HEADER_ROW = 0


class _Refused(Exception):
    """Carries the reason why a line cannot be read."""

    def __init__(self, reason: Problem) -> None:
        super().__init__(str(reason))
        self.reason = reason


class JsonLines:
    """The records of a JSON Lines text; the first one is the header: every key of the file, in order of appearance."""

    is_grid = False

    def __init__(self, source: Source, encoding: str, limits: Limits) -> None:
        """UnreadableFile if the objects have no key, or more keys than columns are allowed."""
        self.source = source
        self.encoding = encoding
        self.limits = limits
        self.keys = self._all_keys()

    def _all_keys(self) -> list[str]:
        keys: dict[str, None] = {}
        for _row, line in self._lines():
            try:
                keys.update(dict.fromkeys(_object(line, self.limits)))
            except _Refused:
                continue
            if len(keys) > self.limits.columns:
                raise UnreadableFile(problem(N_("The file has more than %(most)s columns."), most=self.limits.columns))
        if not keys:
            raise UnreadableFile(N_("The file holds no JSON object."))
        return list(keys)

    def _lines(self) -> Iterator[tuple[int, str]]:
        """Row and line; of a line that is too long, more than the limit but not all."""
        most = self.limits.record
        with open_text(self.source, self.encoding) as stream:
            row = 0
            while line := stream.readline(most + 1):
                row += 1
                yield row, line
                while line and not line.endswith(("\r", "\n")):
                    line = stream.readline(most)

    def records(self) -> Iterator[Record]:
        """The header, then one record per line; a key that a line does not have is an empty cell."""
        yield Record(_HEADER_ROW, list(self.keys))
        for row, line in self._lines():
            if not line.strip():
                yield Record(row, [])
                continue
            try:
                values = _object(line, self.limits)
                yield Record(row, [values.get(key, "") for key in self.keys])
            except _Refused as refused:
                yield Record(row, [line.rstrip("\r\n")[: self.limits.field]], refused.reason)


def _object(line: str, limits: Limits) -> dict[str, str]:
    """The object in `line` with its values as text: numbers as they are written, null as no text."""
    if len(line) > limits.record:
        raise _Refused(problem(N_("The row is longer than %(most)s characters."), most=limits.record))
    try:
        found = json.loads(line, object_pairs_hook=_distinct, parse_int=_Number, parse_float=_Number,
                           parse_constant=_no_number)
        values = {key: _text(value) for key, value in found.items()} if isinstance(found, dict) else {}
    except (ValueError, RecursionError):
        found, values = None, {}
    if not isinstance(found, dict) or any(map(SURROGATE.search, values)):
        raise _Refused(problem(N_("This line is not a JSON object.")))
    return values


class _Number(str):
    """The digits of a number as they are written, told from a text of digits where a list is written again."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _Refused(problem(N_("This line gives one key twice.")))
    return made


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    """A nested value as JSON again, its numbers digit by digit as they were."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_json(key)}: {_json(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)
