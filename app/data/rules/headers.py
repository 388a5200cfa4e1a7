"""Which column of a file is which field. What is not certain is reported, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from app.data.rules.mapping import NO_MAPPING, MappingFile
from app.data.rules.texts import header_key, listed, short
from app.kernel.problems import N_, Problem, problem

if TYPE_CHECKING:
    from app.kernel.fields import Field

Labels = Callable[["Field"], Iterable[str]]

MAPPING, NAME, LABEL, ALIAS = "mapping", "name", "label", "alias"
_LEAST_LIKENESS = 0.6
_SUGGESTIONS = 3


@dataclass(frozen=True)
class Column:
    """Column `index` of the file, counted from 0, is `field`; `by` says how it was recognised."""

    index: int
    header: str
    field: Field
    by: str


@dataclass(frozen=True)
class Suggestion:
    """A field that a header resembles, with a likeness between 0 and 1."""

    field: str
    score: float


@dataclass(frozen=True)
class Unmatched:
    """A header without a field: the reason, and what it may have meant."""

    index: int
    header: str
    reason: Problem
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class HeaderMap:
    """What became of every header.

    `columns` are to be read; `readonly` are fields that the system keeps, useful for finding a record but never
    written; `ignored` are left out by the mapping file; `unknown` match no field; `ambiguous` match several, or a
    field that another column fills. `missing` names required fields that nothing fills. `problems` are faults of the
    mapping file itself.
    """

    columns: tuple[Column, ...] = ()
    readonly: tuple[Column, ...] = ()
    ignored: tuple[str, ...] = ()
    unknown: tuple[Unmatched, ...] = ()
    ambiguous: tuple[Unmatched, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether every header is understood or left out on purpose. `missing` is not judged: an update needs less."""
        return not (self.unknown or self.ambiguous or self.problems)


def map_headers(headers: Sequence[str], fields: Mapping[str, Field], labels: Labels,
                mapping: MappingFile | None = None) -> HeaderMap:
    """Match `headers` to `fields` by mapping file, field name, label or alias, in this order of trust.

    `labels` gives a field's label in every language. Case, spaces, width, star marks, hints and a final colon do not
    count. A field is filled once: by the column of the highest trust; two of equal trust are both ambiguous.
    """
    mapping = mapping or NO_MAPPING
    finder = _Finder(fields, labels, mapping)
    ignored = [header for header in headers if header_key(header) in mapping.ignore]
    found = [(index, header, *finder.find(header)) for index, header in enumerate(headers) if header not in ignored]
    claims = [Column(index, header, fields[names[0]], by) for index, header, names, by in found if len(names) == 1]
    columns, contested = _settled(claims)
    unclear = [Unmatched(index, header, problem(N_("May be any of: %(fields)s."), fields=listed(names)))
               for index, header, names, _by in found if len(names) > 1]
    free = {name for name, field in fields.items() if not field.readonly} - {column.field.name for column in columns}
    return HeaderMap(
        columns=tuple(column for column in columns if not column.field.readonly),
        readonly=tuple(column for column in columns if column.field.readonly),
        ignored=tuple(ignored),
        unknown=tuple(Unmatched(index, header, problem(N_("No field has this name.")), finder.suggest(header, free))
                      for index, header, names, _by in found if not names),
        ambiguous=tuple(sorted([*unclear, *contested], key=lambda unmatched: unmatched.index)),
        missing=_missing(fields, columns, mapping),
        problems=_mapping_problems(headers, fields, mapping),
    )


class _Finder:
    """The words by which each field may be called, by trust."""

    def __init__(self, fields: Mapping[str, Field], labels: Labels, mapping: MappingFile) -> None:
        self.fields = fields
        self.mapped = mapping.headers
        self.words: dict[str, dict[str, list[str]]] = {NAME: {}, LABEL: {}, ALIAS: {}}
        for name, field in fields.items():
            self._note(NAME, name, [name])
            self._note(LABEL, name, labels(field))
            self._note(ALIAS, name, field.aliases)

    def _note(self, by: str, name: str, words: Iterable[str]) -> None:
        for word in words:
            names = self.words[by].setdefault(header_key(word), [])
            if name not in names:
                names.append(name)

    def find(self, header: str) -> tuple[list[str], str]:
        """The fields that `header` may be, by the first way that knows it; none if no way does."""
        key = header_key(header)
        if key in self.mapped:
            return [name for name in [self.mapped[key]] if name in self.fields], MAPPING
        for by, words in self.words.items():
            if key in words:
                return words[key], by
        return [], ""

    def suggest(self, header: str, free: set[str]) -> tuple[Suggestion, ...]:
        """The fields of `free` that `header` resembles most, best first."""
        key, likeness = header_key(header), dict.fromkeys(free, 0.0)
        for words in self.words.values():
            for word, names in words.items():
                score = SequenceMatcher(None, key, word, autojunk=False).ratio()
                for name in free.intersection(names):
                    likeness[name] = max(likeness[name], score)
        best = sorted(likeness.items(), key=lambda pair: (-pair[1], pair[0]))[:_SUGGESTIONS]
        return tuple(Suggestion(name, round(score, 2)) for name, score in best if score >= _LEAST_LIKENESS)


def _settled(claims: Sequence[Column]) -> tuple[list[Column], list[Unmatched]]:
    """One column per field, and the columns that claim a field which another one fills or claims as well."""
    trust = [MAPPING, NAME, LABEL, ALIAS]
    by_field: dict[str, list[Column]] = {}
    for claim in claims:
        by_field.setdefault(claim.field.name, []).append(claim)
    columns, contested = [], []
    for name, rivals in by_field.items():
        best = min(trust.index(rival.by) for rival in rivals)
        winners = [rival for rival in rivals if trust.index(rival.by) == best]
        losers = [rival for rival in rivals if rival not in winners]
        if len(winners) == 1:
            columns += winners
        else:
            losers = rivals
        reason = problem(N_("Another column means the same field, “%(field)s”."), field=name)
        contested += [Unmatched(loser.index, loser.header, reason) for loser in losers]
    return sorted(columns, key=lambda column: column.index), contested


def _missing(fields: Mapping[str, Field], columns: Sequence[Column], mapping: MappingFile) -> tuple[str, ...]:
    filled = {column.field.name for column in columns} | set(mapping.constants) | set(mapping.defaults)
    return tuple(name for name, field in fields.items() if field.required and not field.readonly and name not in filled)


def _mapping_problems(headers: Sequence[str], fields: Mapping[str, Field], mapping: MappingFile) -> tuple[Problem, ...]:
    """Names in the mapping file that neither the file nor the entity has; they are mostly typing errors."""
    keys = {header_key(header) for header in headers}
    strange = [problem(N_("The mapping file speaks of a field “%(name)s”, which does not exist."), name=short(name))
               for name in sorted(mapping.fields_named() - set(fields))]
    absent = [problem(N_("The mapping file speaks of a header “%(name)s”, which the file does not have."),
                      name=short(key)) for key in mapping.headers if key not in keys]
    kept = [problem(N_("The field “%(name)s” is kept by the system and cannot be filled."), name=name)
            for name in sorted({*mapping.constants, *mapping.defaults} & set(fields)) if fields[name].readonly]
    return tuple(strange + absent + kept)
