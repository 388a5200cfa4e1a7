"""Rows as plain mappings: reading them for a change, judging them, writing many-to-many links."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.kernel import gate
from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.dialects import locked
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.judge import is_id, judge
from app.kernel.problems import N_, Problems, problem
from app.kernel.rights import columns
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rights.predicates import visible
from app.kernel.stored import encode

REFUSED = ""


def plain_fields(model: type[Entity]) -> list[Field]:
    """The fields that lie in a column of the row itself."""
    return [field for field in fields_of(model).values() if field.kind != "many"]


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

    For a field of kind about they are texts, asked for one by one.
    """
    found = {}
    rows = list(rows)
    for field in fields_of(model).values():
        if field.kind not in ("pointer", "user", "many", "about") or field.readonly:
            continue
        asked = _asked_ids(field, rows)
        if field.kind == "about":
            found[field.name] = {text for text in asked if not gate.is_subject(session(), actor, model, text)}
        elif asked:
            found[field.name] = asked - _known_ids(actor, field, asked)
    return found


def _asked_ids(field: Field, rows: Iterable[Mapping[str, Any]]) -> set[Any]:
    if field.kind == "many":
        return {each for row in rows for each in row.get(field.name) or ()}
    return {row[field.name] for row in rows if row.get(field.name) is not None}


def _known_ids(actor: Actor, field: Field, asked: set[int]) -> set[int]:
    target = scoped_by_table().get(field.target or "")
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


def column_values(model: type[Entity], values: Mapping[str, Any]) -> dict[str, Any]:
    """Outer names to column attribute keys, blind indexes kept in step."""
    fields, stored = fields_of(model), {}
    for name, value in values.items():
        if name not in fields:
            stored[name] = value
        elif fields[name].kind != "many":
            field = fields[name]
            stored[field.column] = value
            blind = getattr(model, field.column).property.columns[0].info.get("blind_index")
            if blind:
                stored[blind] = gate.key_value(model, field, value) if value else None
    return stored


def differences(model: type[Entity], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """JSON [before, after] by field where they differ."""
    return {field.name: [encode(model, field, before.get(field.name)), encode(model, field, after.get(field.name))]
            for field in plain_fields(model)
            if field.name not in ("id", "updated_at", "updated_by") and field.name in after
            and before.get(field.name) != after[field.name]}


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
