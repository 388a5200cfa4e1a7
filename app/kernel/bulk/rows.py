"""Rows as plain mappings: reading them for a change, judging them, writing many-to-many links."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.kernel import about, gate
from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.dialects import locked
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.judge import is_id, judge
from app.kernel.problems import N_, Problems, problem
from app.kernel.rights import columns
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rights.predicates import visible
from app.kernel.stored import tellers

REFUSED = ""


@cache
def plain_fields(model: type[Entity]) -> tuple[Field, ...]:
    """The fields that lie in a column of the row itself."""
    return tuple(field for field in fields_of(model).values() if field.kind != "many")


@cache
def many_fields(model: type[Entity]) -> tuple[Field, ...]:
    """The fields that lie in a table of links."""
    return tuple(field for field in fields_of(model).values() if field.kind == "many")


def read_rows(model: type[Entity], ids: Sequence[int], *, with_deleted: bool = False) -> dict[int, dict[str, Any]]:
    """Typed values by outer field name (with ``version``, ``deleted_at``, ``deleted_with``), locked for the unit."""
    chosen = {field.name: getattr(model, field.column) for field in plain_fields(model)}
    chosen |= {name: getattr(model, name) for name in ("version", "deleted_at", "deleted_with")}
    statement = sa.select(*[column.label(f"f_{name}") for name, column in chosen.items()]).where(
        model.id.in_([each for each in ids if is_id(each)]))
    if not with_deleted:
        statement = statement.where(model.deleted_at.is_(None))
    rows = session().execute(locked(statement.order_by(model.id)), execution_options={UNSCOPED: True})
    return {row[list(chosen).index("id")]: dict(zip(chosen, row, strict=True)) for row in rows}


def judged(model: type[Entity], actor: Actor, values: Mapping[str, Any], before: Mapping[str, Any] | None,
           asked: Mapping[str, Any]) -> Problems:
    """Everything that speaks against one row but its reach and its pointers (those are asked for a whole chunk)."""
    problems = judge(model, values, before)
    if not actor.is_system:
        for name in asked:
            if not columns.may_write(actor, model, name):
                problems[name] = problem(N_("You may not change this field."))
    return problems


def unknown_targets(actor: Actor, model: type[Entity], rows: Iterable[Mapping[str, Any]]) -> dict[str, set[Any]]:
    """For each pointer and many field the ids that do not exist or that the actor may not read; one query a field.

    For a field of kind about they are texts, with one query for each entity that they name.
    """
    found = {}
    rows = list(rows)
    for field in fields_of(model).values():
        if field.kind not in ("pointer", "user", "many", "about") or field.readonly:
            continue
        asked = _asked_ids(field, rows)
        if field.kind == "about":
            found[field.name] = _unknown_subjects(actor, model, asked)
        elif asked:
            found[field.name] = asked - _known_ids(actor, scoped_by_table().get(field.target or ""), asked)
    return found


def _unknown_subjects(actor: Actor, model: type[Entity], texts: set[str]) -> set[str]:
    unknown, named = set(texts), {}
    for text in texts:
        entity, record_id = about.split(text) or ("", 0)
        target = about.subject(model, entity)
        if target is not None:
            named.setdefault(target, {})[record_id] = text
    for target, ids in named.items():
        unknown -= {ids[known] for known in _known_ids(actor, target, set(ids))}
    return unknown


def _asked_ids(field: Field, rows: Iterable[Mapping[str, Any]]) -> set[Any]:
    if field.kind == "many":
        return {each for row in rows for each in row.get(field.name) or ()}
    return {row[field.name] for row in rows if row.get(field.name) is not None}


def _known_ids(actor: Actor, target: type[Scoped] | None, asked: set[int]) -> set[int]:
    """Which of the ids the actor may point at; without a target they are those of users."""
    known: set[int] = set()
    ids = sorted(each for each in asked if is_id(each))
    for start in range(0, len(ids), 900):
        part = ids[start:start + 900]
        if target is None:
            statement = sa.select(gate.User.id).where(gate.User.id.in_(part), gate.User.active)
        else:
            statement = sa.select(target.id).where(target.id.in_(part), visible(target, actor))
        known |= set(session().execute(statement, execution_options={UNSCOPED: True}).scalars())
    return known


def pointer_problems(unknown: Mapping[str, set[Any]], asked: Mapping[str, Any]) -> Problems:
    """The problems of one row that asks for any of the unknown targets."""
    found = {}
    for name, missing in unknown.items():
        value = asked.get(name)
        ids = set(value or ()) if isinstance(value, (list, tuple, set)) else {value}
        if ids & missing:
            found[name] = problem(gate.UNKNOWN)
    return found


class _Place(NamedTuple):
    """The column that stores a field, and the one of its blind index with what computes it."""

    column: str
    blind: str | None = None
    index_of: Any = None


@cache
def _places(model: type[Entity]) -> dict[str, _Place | None]:
    places: dict[str, _Place | None] = dict.fromkeys(field.name for field in many_fields(model))
    for field in plain_fields(model):
        column = getattr(model, field.column).property.columns[0]
        blind = column.info.get("blind_index")
        places[field.name] = _Place(column.key, blind, column.type.index_value if blind else None)
    for column in model.__table__.columns:
        places.setdefault(column.key, _Place(column.key))
    return places


def column_values(model: type[Entity], values: Mapping[str, Any]) -> dict[str, Any]:
    """Outer names to columns, blind indexes kept in step; a name that is no field is a column already."""
    places, stored = _places(model), {}
    for name, value in values.items():
        place = places[name]
        if place is not None:
            stored[place.column] = value
            if place.blind:
                stored[place.blind] = place.index_of(value) if value else None
    return stored


def differences(model: type[Entity], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """JSON [before, after] by field where they differ."""
    found = {}
    for name, teller in tellers(model):
        pair = [before.get(name), after.get(name)]
        if name in after and pair[0] != pair[1]:
            found[name] = [value if value is None or teller is None else teller(value) for value in pair]
    return found


def read_links(model: type[Entity], field: Field, ids: Sequence[int]) -> dict[int, list[int]]:
    """The linked ids of a many field by record id."""
    links = _links(model, field)
    statement = sa.select(*links).where(links[0].in_(ids)).order_by(*links)
    found: dict[int, list[int]] = {record_id: [] for record_id in ids}
    for record_id, target_id in session().execute(statement):
        found[record_id].append(target_id)
    return found


def write_links(model: type[Entity], field: Field, wanted: Mapping[int, Sequence[int]]) -> None:
    """Replace the links of each record by the wanted ids."""
    left, right = _links(model, field)
    table = left.table
    session().execute(sa.delete(table).where(left.in_(list(wanted))))
    rows = [{left.name: record_id, right.name: target}
            for record_id, ids in wanted.items() for target in sorted(set(ids))]
    if rows:
        session().execute(sa.insert(table), rows)


def _links(model: type[Entity], field: Field) -> tuple[Any, Any]:
    relation = sa.inspect(model).relationships[field.column]
    own = next(pair[1] for pair in relation.synchronize_pairs)
    other = next(pair[1] for pair in relation.secondary_synchronize_pairs)
    return own, other
