"""Many new rows at once."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.kernel import clock, gate
from app.kernel.actor import Actor, acting, circumstance
from app.kernel.bulk.outcome import CHUNK, Outcome
from app.kernel.bulk.rows import (
    REFUSED,
    column_values,
    judged,
    plain_fields,
    pointer_problems,
    unknown_targets,
    write_links,
)
from app.kernel.database import UnitSession, session
from app.kernel.entity import Entity, Find
from app.kernel.events import Change, note
from app.kernel.fields import default_of, fields_of
from app.kernel.problems import N_, Problems, problem
from app.kernel.rights import states
from app.kernel.rights.hook import UNSCOPED
from app.kernel.stored import encode


def add_rows(model: type[Entity], rows: Sequence[Mapping[str, Any]], *, as_actor: Actor | None = None) -> Outcome:
    """Create a record for each mapping of outer field names to typed values, inside the unit in force.

    Refused rows are told by position and not written; the rest is. `as_actor` (SYSTEM) judges consequences that the
    acting person may not write himself; the event still names the person.
    """
    outcome = Outcome()
    actor = as_actor or acting()
    for start in range(0, len(rows), CHUNK):
        _add_chunk(session(), model, actor, start, rows[start:start + CHUNK], outcome)
    return outcome


def _add_chunk(current: UnitSession, model: type[Entity], actor: Actor, start: int, rows: Sequence[Mapping[str, Any]],
               outcome: Outcome) -> None:
    ready: list[tuple[int, dict[str, Any], Mapping[str, Any]]] = []
    unknown = {} if actor.is_system else unknown_targets(actor, model, rows)
    taken = _taken_keys(current, model, rows)
    if len(rows) > 1:
        _find_ahead(current, model, rows)
    for position, asked in enumerate(rows, start):
        values = _complete(model, asked, gate.finder(current))
        problems = judged(model, actor, values, None, asked) | pointer_problems(unknown, asked)
        problems |= _key_problem(model, values, taken)
        if problems:
            outcome.refused[position] = problems
        else:
            ready.append((position, values, asked))
    if ready:
        _write(current, model, actor, ready, outcome)


def _find_ahead(current: UnitSession, model: type[Entity], rows: Sequence[Mapping[str, Any]]) -> None:
    """Read for all rows what the derived fields of the first one ask for through its pointers."""
    asked: set[tuple[str, int | None]] = set()

    def find(table: str, record_id: int | None) -> Mapping[str, Any]:
        asked.add((table, record_id))
        return gate.finder(current)(table, record_id)

    _complete(model, rows[0], find)
    for field in fields_of(model).values():
        if field.kind == "pointer" and any(table == field.target for table, _id in asked):
            gate.find_ahead(current, field.target, (row.get(field.name) for row in rows))


def _complete(model: type[Entity], asked: Mapping[str, Any], find: Find) -> dict[str, Any]:
    """The asked values with defaults, owner, team, stamps and derived fields."""
    person = acting()
    values: dict[str, Any] = {}
    for field in plain_fields(model):
        values[field.name] = asked[field.name] if field.name in asked else default_of(model, field)
    values["created_at"] = asked.get("created_at") or clock.now()
    values["updated_at"] = clock.now()
    values["created_by"] = values["updated_by"] = person.id
    if "owner" not in asked and gate.owned_by_maker(model):
        values["owner"] = person.id
    values["team"] = asked.get("team") or gate.team_of(values["owner"])
    derived = model.derive(values, None, find)
    values.update(gate.follow_owner(values, derived, team_is_given=asked.get("team") is not None))
    return values


def _key_of(model: type[Entity], values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    if not model.natural_key or any(values.get(name) in (None, "") for name in model.natural_key):
        return None
    fields = fields_of(model)
    return tuple(gate.key_value(model, fields[name], values[name]) for name in model.natural_key)


def _taken_keys(current: UnitSession, model: type[Entity], rows: Sequence[Mapping[str, Any]]) -> set[tuple[Any, ...]]:
    keys = [key for row in rows if (key := _key_of(model, row)) is not None]
    if not keys:
        return set()
    key_columns = [gate.key_column(model, fields_of(model)[name]) for name in model.natural_key]
    statement = sa.select(*key_columns).where(model.deleted_at.is_(None), key_columns[0].in_({key[0] for key in keys}))
    return {tuple(row) for row in current.execute(statement, execution_options={UNSCOPED: True})}


def _key_problem(model: type[Entity], values: Mapping[str, Any], taken: set[tuple[Any, ...]]) -> Problems:
    key = _key_of(model, values)
    if key is None:
        return {}
    if key in taken:
        return {model.natural_key[0]: problem(N_("This is already taken by another record."))}
    taken.add(key)
    return {}


def _write(current: UnitSession, model: type[Entity], actor: Actor,
           ready: list[tuple[int, dict[str, Any], Mapping[str, Any]]], outcome: Outcome) -> None:
    savepoint = current.begin_nested()
    stored = [column_values(model, {name: value for name, value in values.items() if name != "id"})
              for _position, values, _asked in ready]
    for row in stored:
        row["version"] = 1
    statement = sa.insert(model).returning(model.id, sort_by_parameter_order=True)
    ids = list(current.scalars(statement, stored, execution_options={UNSCOPED: True}))
    outside = _outside(current, model, actor, ready, ids)
    if outside:
        savepoint.rollback()
        for index in outside:
            outcome.refused[ready[index][0]] = {REFUSED: problem(N_("You are not allowed to do this."))}
        kept = [entry for index, entry in enumerate(ready) if index not in outside]
        if kept:
            _write(current, model, actor, kept, outcome)
        return
    savepoint.commit()
    _link(model, ready, ids)
    for (position, values, asked), record_id in zip(ready, ids, strict=True):
        outcome.done.append(record_id)
        outcome.created[position] = record_id
        note(_created(model, record_id, values, asked))


def _outside(current: UnitSession, model: type[Entity], actor: Actor, ready: list[Any], ids: list[int]) -> set[int]:
    """Positions in `ready` whose new row lies outside the actor's reach."""
    if actor.is_system:
        return set()
    verb = "create"
    groups: dict[bool, list[int]] = {True: [], False: []}
    for index, (_position, values, _asked) in enumerate(ready):
        groups[values.get("owner") not in (None, actor.id)].append(index)
    outside: set[int] = set()
    for foreign, indexes in groups.items():
        wanted = [ids[index] for index in indexes]
        if wanted:
            allowed = states.matching_ids(current, model, states.reach(model, actor, verb, for_another=foreign), wanted)
            outside |= {index for index in indexes if ids[index] not in allowed}
    return outside


def _link(model: type[Entity], ready: list[Any], ids: list[int]) -> None:
    for field in fields_of(model).values():
        if field.kind != "many":
            continue
        wanted = {record_id: asked[field.name] for (_p, _v, asked), record_id in zip(ready, ids, strict=True)
                  if asked.get(field.name)}
        if wanted:
            write_links(model, field, wanted)


def _created(model: type[Entity], record_id: int, values: Mapping[str, Any], asked: Mapping[str, Any]) -> Change:
    changes = {field.name: [None, encode(model, field, values[field.name])] for field in plain_fields(model)
               if values.get(field.name) is not None and field.name not in ("id", "updated_at", "updated_by")}
    changes |= {field.name: [[], sorted(set(asked[field.name]))] for field in fields_of(model).values()
                if field.kind == "many" and asked.get(field.name)}
    return Change(model.entity_name(), record_id, "create", changes, values.get("owner"), values.get("team"), 1,
                  circumstance().verb)
