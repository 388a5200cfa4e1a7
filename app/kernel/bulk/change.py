"""Many rows changed, deleted or restored at once."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.kernel import about, clock, gate
from app.kernel.actor import SYSTEM, Actor, acting
from app.kernel.bulk.outcome import CHUNK, Outcome
from app.kernel.bulk.rows import (
    REFUSED,
    column_values,
    differences,
    judged,
    pointer_problems,
    read_links,
    read_rows,
    unknown_targets,
    write_links,
)
from app.kernel.database import UnitSession, session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.events import Change, note
from app.kernel.fields import fields_of
from app.kernel.problems import N_, Problems, problem
from app.kernel.rights import states

Changes = Mapping[int, Mapping[str, Any]]


def change_rows(model: type[Entity], changes: Changes, *, verb: str = "edit", as_actor: Actor | None = None,
                versions: Mapping[int, int] | None = None) -> Outcome:
    """Set the given fields of each id, inside the unit in force; rows that already hold the values stay untouched.

    `verb` is what the actor must hold on each row. `versions` refuses rows that changed since. `as_actor` (SYSTEM)
    judges consequences that the acting person may not write himself; the event still names the person.
    """
    outcome, ids, actor = Outcome(), sorted(changes), as_actor or acting()
    session().flush()
    for start in range(0, len(ids), CHUNK):
        part = {record_id: changes[record_id] for record_id in ids[start:start + CHUNK]}
        _change_chunk(session(), model, actor, part, verb, versions or {}, outcome)
    return outcome


def _change_chunk(current: UnitSession, model: type[Entity], actor: Actor, changes: Changes, verb: str,
                  versions: Mapping[int, int], outcome: Outcome) -> None:
    rows = read_rows(model, list(changes))
    allowed = set(rows) if actor.is_system else states.allowed_ids(current, model, actor, verb, list(rows))
    unknown = {} if actor.is_system else unknown_targets(actor, model, changes.values())
    links = _links_before(model, changes)
    ready = []
    for record_id, asked in changes.items():
        stale = record_id in rows and versions.get(record_id, rows[record_id]["version"]) != rows[record_id]["version"]
        if record_id not in allowed or stale:
            outcome.refused[record_id] = {REFUSED: problem(_why(record_id in allowed))}
            continue
        before = {**rows[record_id], **{name: known[record_id] for name, known in links.items()}}
        after = _complete(current, model, before, asked)
        problems = _problems(model, actor, before, after, asked, verb) | pointer_problems(unknown, asked)
        changed = {name: after[name] for name in after if after[name] != before.get(name)}
        sound = {name: value for name, value in after.items() if name not in problems}
        problems |= gate.taken_problems(current, model, sound, record_id, changed)
        if problems:
            outcome.refused[record_id] = problems
        elif not changed:
            outcome.unchanged.append(record_id)
        else:
            ready.append((record_id, before, after))
    _write(current, model, actor, verb, ready, outcome)


def _problems(model: type[Entity], actor: Actor, before: Mapping[str, Any], after: Mapping[str, Any],
              asked: Mapping[str, Any], verb: str) -> Problems:
    # A record that breaks a rule made later can still be deleted.
    return {} if verb == "delete" else judged(model, actor, after, before, _really_asked(before, asked))


def _why(allowed: bool) -> str:
    return N_("Somebody else changed this record meanwhile.") if allowed else N_("You are not allowed to do this.")


def _really_asked(before: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value != before.get(name)}


def _links_before(model: type[Entity], changes: Changes) -> dict[str, dict[int, list[int]]]:
    asked = {name for values in changes.values() for name in values}
    return {field.name: read_links(model, field, list(changes)) for field in fields_of(model).values()
            if field.kind == "many" and field.name in asked}


def _complete(current: UnitSession, model: type[Entity], before: Mapping[str, Any],
              asked: Mapping[str, Any]) -> dict[str, Any]:
    many = {field.name for field in fields_of(model).values() if field.kind == "many"}
    after = {**before, **{name: sorted(set(value or ())) if name in many else value for name, value in asked.items()}}
    if after.get("owner") != before.get("owner") and "team" not in asked and after.get("owner"):
        after["team"] = gate.team_of(after["owner"]) or after.get("team")
    derived = model.derive(after, before, gate.finder(current))
    after.update(gate.follow_owner(after, derived, team_is_given="team" in asked))
    return after


def _write(current: UnitSession, model: type[Entity], actor: Actor, verb: str,
           ready: list[tuple[int, dict[str, Any], dict[str, Any]]], outcome: Outcome) -> None:
    if not ready:
        return
    savepoint = current.begin_nested()
    for record_id, before, after in ready:
        _update(current, model, record_id, before, after)
    ids = [record_id for record_id, _before, _after in ready]
    outside = set() if actor.is_system else set(ids) - states.matching_ids(
        current, model, states.reach(model, actor, verb), ids)
    if outside:
        savepoint.rollback()
        for record_id in outside:
            outcome.refused[record_id] = {REFUSED: problem(N_("You are not allowed to do this."))}
        _write(current, model, actor, verb, [entry for entry in ready if entry[0] not in outside], outcome)
        return
    savepoint.commit()
    for record_id, before, after in ready:
        outcome.done.append(record_id)
        note(_changed(model, record_id, before, after, verb))
    _expire(current, model, set(ids))


def _update(current: UnitSession, model: type[Entity], record_id: int, before: Mapping[str, Any],
            after: Mapping[str, Any]) -> None:
    fields = fields_of(model)
    moved = {name: value for name, value in after.items() if value != before.get(name)}
    stored = column_values(model, {name: value for name, value in moved.items() if name != "version"})
    stored |= {"version": before["version"] + 1, "updated_at": clock.now(), "updated_by_id": acting().id}
    table = model.__table__
    by_column = {getattr(model, key).property.columns[0]: value for key, value in stored.items()}
    current.execute(sa.update(table).where(table.c.id == record_id).values(by_column))
    for name in moved:
        if name in fields and fields[name].kind == "many":
            write_links(model, fields[name], {record_id: after[name]})


def _changed(model: type[Entity], record_id: int, before: Mapping[str, Any], after: Mapping[str, Any],
             verb: str) -> Change:
    changes = differences(model, before, after)
    changes |= {field.name: [before[field.name], after[field.name]] for field in fields_of(model).values()
                if field.kind == "many" and field.name in after and before[field.name] != after[field.name]}
    kind = "update"
    if before.get("deleted_at") != after.get("deleted_at"):
        kind = "delete" if after["deleted_at"] else "undelete"
    named = verb if verb not in ("edit", "delete", "mass_edit", "assign") else ""
    return Change(model.entity_name(), record_id, kind, changes, after.get("owner"), after.get("team"),
                  before["version"] + 1, named)


def _expire(current: UnitSession, model: type[Entity], ids: set[int]) -> None:
    """What the session holds of these rows is old now."""
    for record in list(current.identity_map.values()):
        if isinstance(record, model) and sa.inspect(record).identity[0] in ids:
            current.expire(record)


def hanging_on(entity: str) -> list[tuple[type[Entity], Any, Callable[[int], Any]]]:
    """The entities that are deleted and restored together with a record of `entity`.

    Each with its pointer column and what that column holds for a record's id.
    """
    found: list[tuple[type[Entity], Any, Callable[[int], Any]]] = []
    for model in scoped_by_table().values():
        for name in getattr(model, "hangs_on", ()):
            field = fields_of(model)[name]
            if field.kind == "about" and about.subject(model, entity) is not None:
                found.append((model, getattr(model, field.column), functools.partial(about.text_of, entity)))
            elif field.target == entity:
                found.append((model, getattr(model, field.column), int))
    return found


def delete_rows(model: type[Entity], ids: Sequence[int], *, as_actor: Actor | None = None,
                root: str | None = None, versions: Mapping[int, int] | None = None) -> Outcome:
    """Move records to the recycle bin, and with each what hangs on it."""
    at = clock.now()
    changes = {record_id: {"deleted_at": at, "deleted_with": root} for record_id in ids}
    outcome = change_rows(model, changes, verb="delete", as_actor=as_actor, versions=versions)
    for child, pointer, held in hanging_on(model.entity_name()):
        _cascade(child, pointer, {each: held(each) for each in outcome.done}, root or f"{model.entity_name()}:",
                 delete=True)
    return outcome


def _cascade(child: type[Entity], pointer: Any, parents: Mapping[int, Any], root: str, *, delete: bool) -> None:
    from_here = root if not root.endswith(":") else None
    for parent, held in parents.items():
        name = from_here or f"{root}{parent}"
        condition = child.deleted_at.is_(None) if delete else child.deleted_with == name
        ids = list(session().execute(sa.select(child.id).where(pointer == held, condition),
                                     execution_options={"unscoped": True}).scalars())
        # What hangs on a record goes where it goes: the right was judged on the record.
        if ids and delete:
            delete_rows(child, ids, as_actor=SYSTEM, root=name)
        elif ids:
            undelete_rows(child, ids, as_actor=SYSTEM, root=name)


def undelete_rows(model: type[Entity], ids: Sequence[int], *, as_actor: Actor | None = None,
                  root: str | None = None) -> Outcome:
    """Restore records from the recycle bin with what was deleted with them; a taken key refuses and names itself."""
    outcome, actor = Outcome(), as_actor or acting()
    current = session()
    rows = read_rows(model, list(ids), with_deleted=True)
    allowed = set(rows) if actor.is_system else states.allowed_ids(current, model, actor, "delete", list(rows))
    ready = []
    for record_id in ids:
        before = rows.get(record_id)
        if before is None or record_id not in allowed or before["deleted_at"] is None:
            outcome.refused[record_id] = {REFUSED: problem(N_("You are not allowed to do this."))}
            continue
        taken = gate.taken_problems(current, model, before, record_id, before)
        if taken:
            outcome.refused[record_id] = taken
            continue
        ready.append((record_id, before, {**before, "deleted_at": None, "deleted_with": None}))
    _write(current, model, actor, "delete", ready, outcome)
    for child, pointer, held in hanging_on(model.entity_name()):
        _cascade(child, pointer, {each: held(each) for each in outcome.done}, root or f"{model.entity_name()}:",
                 delete=False)
    return outcome
