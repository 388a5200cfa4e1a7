"""The one search box: the index says which records can match, few others, and which match for certain.

Where few records can match they are judged one by one. Of many the index would gather all before the first one could
be shown: then the rows are better walked in the order of the list, each judged by itself (`views.walk`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.dialects import among, united
from app.kernel.entity import Scoped
from app.kernel.fields import fields_of
from app.kernel.rights import columns
from app.kernel.search import parts
from app.kernel.search.content import column_of, hashed, indexed, normal_of, spoken, target_of
from app.kernel.search.entries import holding, holds, sounding
from app.kernel.search.grams import wanted
from app.kernel.search.spoken import heard

# So many records are judged one by one rather than walked to. A list of N rows is then walked for N / MANY of them
# until it has another row to show: at a million about as much work.
MANY = 2_000

# ``exactly(model, names)`` is the SQL condition that fields of `model`, a class or an alias of one, contain the text.
Exactly = Callable[[Any, list[str]], Any]


@dataclass(frozen=True)
class Sure:
    """What the index alone judges: the sound of the names of `at`, or hashes of parts of a personal value of its own.

    `way` is the pointer that leads to `at`, "" for the records themselves.
    """

    way: str
    at: type[Scoped]
    letters: str = ""
    hashes: tuple[str, ...] = ()

    def found(self, model: type[Scoped]) -> "Found":
        """The records of `model` for which it is so."""
        name = self.at.entity_name()
        if self.hashes:
            return Found(model, "", holding(name, *([each] for each in self.hashes)))
        return Found(model, self.way, _of_readable(self.at, self.way, sounding(name, self.letters)))

    def beside(self, model: Any) -> Any:
        """Whether it is so for the row of `model` at hand."""
        pointer = getattr(model, fields_of(model)[self.way].column) if self.way else model.id
        found = holds(self.at.entity_name(), pointer, [[each] for each in self.hashes], self.letters)
        return sa.and_(found, _at_row(model, self.way, lambda _alias: sa.true())) if self.way else found


@dataclass
class Search:
    """A text that is looked for in the fields `names` of `model`, which must all be open to the actor.

    Once `ask_index` was called, `possible` are the records that can match.
    """

    model: type[Scoped]
    names: Sequence[str]
    text: str
    exactly: Exactly
    possible: list[int] | None = None
    # More records can match than were asked for: `possible` are some of them.
    is_wide: bool = False

    @property
    def is_narrow(self) -> bool:
        """Whether all records that can match are known."""
        return self.possible is not None and not self.is_wide

    @cached_property
    def sure(self) -> list[Sure]:
        return _sure(self.model, self.names, self.text)

    @cached_property
    def certain(self) -> list[int] | None:
        """The records that match by what the index alone judges; None if they are more than MANY. One statement."""
        (ids, is_wide), = _asked([part.found(self.model) for part in self.sure])
        return None if is_wide else ids

    def ask_index(self) -> None:
        """Ask for the records that can match, at most MANY in each way, and for `certain` with them. One statement."""
        if self.possible is not None:
            return
        sure = [] if "certain" in vars(self) else [part.found(self.model) for part in self.sure]
        likely = candidates(self.model, self.names, self.text, self.exactly)
        (ids, is_wide), (certain, many) = _asked(likely, sure)
        if "certain" not in vars(self):
            self.certain = None if many else certain
        self.possible = list(dict.fromkeys([*ids, *(self.certain or ())]))
        self.is_wide = is_wide or not likely or self.certain is None or len(self.possible) > MANY

    def conditions(self) -> tuple[Any, ...]:
        """The conditions under which a record matches, by the known ids or by the index itself. Asks the index."""
        self.ask_index()
        return (self.sample(),) if self.is_narrow else self.by_index()

    def by_index(self) -> tuple[Any, ...]:
        """The conditions with the index inside them: no statement of its own, but all candidates are gathered."""
        exact = self.exactly(self.model, list(self.names))
        possible = [each.ids for each in candidates(self.model, self.names, self.text, self.exactly)]
        if not possible:
            return (exact,)
        certain = [each.found(self.model).ids for each in self.sure]
        if not certain:
            return exact, self.model.id.in_(together(possible))
        return (self.model.id.in_(together([*possible, *certain])),
                sa.or_(exact, self.model.id.in_(together(certain))))

    def sample(self) -> Any:
        """The condition of being one of the known records that can match, and of matching."""
        return sa.and_(among(self.model.id, self.possible or []), self.beside())

    def beside(self) -> Any:
        """Whether the row at hand matches: it reads no more than the row and what that points at."""
        near, far = _by_way(self.model, self.names)
        tests = [self.exactly(self.model, near)] if near else []
        for way, names in far.items():
            tests.append(_at_row(self.model, way, lambda alias, asked=names: self.exactly(alias, asked)))
        if self.certain is None:
            tests += [each.beside(self.model) for each in self.sure]
        elif self.certain:
            tests.append(among(self.model.id, self.certain))
        return sa.or_(sa.false(), *tests)


class Found(NamedTuple):
    """SELECT of the ids of records, by the entries of the index that they point at where `way` is a pointer."""

    model: type[Scoped]
    way: str
    entries: Any

    @property
    def ids(self) -> Any:
        if not self.way:
            return self.entries
        # The table, not the class: the records are judged outside, once.
        table: Any = self.model.__table__
        pointer = getattr(self.model, fields_of(self.model)[self.way].column).property.columns[0]
        return sa.select(table.c.id).where(pointer.table.c[pointer.name].in_(self.entries))


# What a row of an answer of the index is: a record, or the number of entries that a pointer may lead to.
RECORD, HELD = range(2)


def _asked(*groups: Sequence[Found]) -> list[tuple[list[int], bool]]:
    """Of each group the ids of its records, and whether there may be more. One statement."""
    selects = [each for number, parts in enumerate(groups) for part in parts for each in _limited(part, number)]
    rows = session().execute(united(selects)).all() if selects else []
    told = []
    for number in range(len(groups)):
        ids = list(dict.fromkeys(row.id for row in rows if row.part == number and row.sort == RECORD))
        held = max((row.id for row in rows if row.part == number and row.sort == HELD), default=0)
        told.append((ids, len(ids) > MANY or held > MANY))
    return told


def _limited(found: Found, group: int) -> list[Any]:
    """SELECTs of the first of them, and of how many entries stand behind a pointer: those are not followed further."""
    if not found.way:
        return [_first(found.entries, group)]
    few = found.entries.limit(MANY + 1).cte()
    held = sa.select(sa.literal(group).label("part"), sa.literal(HELD).label("sort"), sa.func.count().label("id"))
    return [_first(found._replace(entries=sa.select(few.c[0])).ids, group), held.select_from(few)]


def _first(ids: Any, group: int) -> Any:
    (found,) = ids.selected_columns
    told = sa.literal(group).label("part"), sa.literal(RECORD).label("sort"), found.label("id")
    return ids.with_only_columns(*told).limit(MANY + 1)


def together(selects: list[Any]) -> Any:
    """One select of all their ids, never an OR: each part stays a range of its own."""
    return sa.union(*selects) if len(selects) > 1 else selects[0]


def candidates(model: type[Scoped], names: Iterable[str], text: str, exactly: Exactly) -> list[Found]:
    """The records of which a field of `names` may contain `text`; none if all may.

    Fields outside the index are asked by ``exactly(model, names)``. The caller judges the candidates under the rights
    of the reader: these selects bear none.
    """
    grams = wanted(text)
    if not grams:
        return []
    found: dict[str, Found] = {}
    rest = []
    for dotted in names:
        way, _dot, name = dotted.rpartition(".")
        at = model if not way else target_of(model, way)
        if at is None or name not in indexed(at.entity_name()):
            rest.append(dotted)
        elif way not in found:
            found[way] = Found(model, way, holding(at.entity_name(), grams))
    if rest:
        found["/"] = Found(model, "", sa.select(model.id).where(exactly(model, rest)))
    return list(found.values())


def _sure(model: type[Scoped], names: Iterable[str], text: str) -> list[Sure]:
    """What the index holds of `names` by which records match `text`: a name's sound, a part's hash."""
    found: dict[str, Sure] = {}
    letters = heard(text)
    for dotted in names:
        way, _dot, name = dotted.rpartition(".")
        at = model if not way else target_of(model, way)
        if at is None:
            continue
        if letters and name in spoken(at) and f"{way}." not in found and may_hear(at):
            found[f"{way}."] = Sure(way, at, letters=letters)
        asked = asked_hashes(at, name, text) if not way else []
        if asked:
            found[dotted] = Sure(way, at, hashes=tuple(asked))
    return list(found.values())


def may_hear(model: type[Scoped]) -> bool:
    """Whether the actor may find records of `model` by the sound of their names: the index does not keep them apart."""
    return bool(spoken(model)) and all(columns.may_use(acting(), model, name) for name in spoken(model))


def asked_hashes(model: type[Scoped], name: str, text: str) -> list[str]:
    """What the index holds of the values of an encrypted field that `text` may ask for in part."""
    if name not in hashed(model.entity_name()):
        return []
    return parts.asked_hashes(column_of(model, name), normal_of(model, name), text)


def _by_way(model: type[Scoped], names: Iterable[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The names that are asked at the record itself, and by pointer those of the record that it points at."""
    near, far = [], {}
    for dotted in names:
        way, _dot, name = dotted.rpartition(".")
        if way and target_of(model, way) is not None:
            far.setdefault(way, []).append(name)
        else:
            near.append(dotted)
    return near, far


def _at_row(model: Any, way: str, condition: Callable[[Any], Any]) -> Any:
    """Whether the one record that the pointer `way` of a row leads to is there for the reader and meets a condition."""
    # As a class it is read under the rights of the actor; as a scalar it is read once for the row, never all of them.
    at: Any = orm.aliased(target_of(model, way))
    found = sa.select(condition(at)).where(at.id == getattr(model, fields_of(model)[way].column))
    return sa.func.coalesce(found.correlate(model).scalar_subquery(), sa.false())


def _of_readable(model: Any, way: str, ids: Any) -> Any:
    # Nobody compares the record behind a pointer any more: as a class it is read under the actor's rights.
    return sa.select(model.id).where(model.id.in_(ids)) if way else ids

