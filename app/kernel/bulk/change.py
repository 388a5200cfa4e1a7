"""Many rows changed at once."""

import functools
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.kernel import clock, gate
from app.kernel.actor import Actor, acting
from app.kernel.bulk.found import each_with_its_finds
from app.kernel.bulk.keys import Keys, sound
from app.kernel.bulk.outcome import CHUNK, Outcome
from app.kernel.bulk.rows import (
    REFUSED,
    column_values,
    differences,
    judged,
    many_fields,
    pointer_problems,
    read_links,
    read_rows,
    unknown_targets,
    write_links,
)
from app.kernel.bulk.step import undone_if_refused
from app.kernel.database import UnitSession, session
from app.kernel.entity import Entity, Find
from app.kernel.events import Change, note_all
from app.kernel.pour import correct_rows
from app.kernel.problems import N_, Problems, problem
from app.kernel.rights import states

Changes = Mapping[int, Mapping[str, Any]]
_Changed = tuple[int, dict[str, Any], dict[str, Any]]


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
    asking = []
    for record_id in changes:
        stale = record_id in rows and versions.get(record_id, rows[record_id]["version"]) != rows[record_id]["version"]
        if record_id not in allowed or stale:
            outcome.refused[record_id] = {REFUSED: problem(_why(record_id in allowed))}
        else:
            asking.append((record_id, {**rows[record_id], **{name: known[record_id] for name, known in links.items()}}))
    wrong, whole = {}, _with_consequences(current, model, asking, changes)
    for record_id, before, after in whole:
        problems = _problems(model, actor, before, after, changes[record_id], verb)
        wrong[record_id] = problems | pointer_problems(unknown, changes[record_id])
    _judge_keys(current, model, whole, wrong)
    for record_id, before, after in whole:
        if wrong[record_id]:
            outcome.refused[record_id] = wrong[record_id]
        elif not _moved(before, after):
            outcome.unchanged.append(record_id)
    ready = [each for each in whole if not wrong[each[0]] and _moved(each[1], each[2])]
    write(current, model, actor, verb, ready, outcome)


def _with_consequences(current: UnitSession, model: type[Entity], asking: list[tuple[int, dict[str, Any]]],
                       changes: Changes) -> list[_Changed]:
    makers = [functools.partial(_complete, model, before, changes[record_id]) for record_id, before in asking]
    after = each_with_its_finds(current, makers)
    return [(*each, whole) for each, whole in zip(asking, after, strict=True)]


def _judge_keys(current: UnitSession, model: type[Entity], changed: list[_Changed], wrong: dict[int, Problems]) -> None:
    """Add the problem of a taken key to the rows that move to it."""
    # What is wrong by itself is not looked up: no database takes every number and every character.
    moving = {record_id: sound(after, wrong[record_id]) for record_id, before, after in changed
              if _moved(before, after) & set(model.natural_key)}
    keys = Keys(current, model, moving.values())
    for record_id, values in moving.items():
        wrong[record_id] |= keys.take(values, record_id)


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The names whose values differ."""
    return {name for name, value in after.items() if value != before.get(name)}


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
    return {field.name: read_links(model, field, list(changes)) for field in many_fields(model) if field.name in asked}


def _complete(model: type[Entity], before: Mapping[str, Any], asked: Mapping[str, Any], find: Find) -> dict[str, Any]:
    many = {field.name for field in many_fields(model)}
    after = {**before, **{name: sorted(set(value or ())) if name in many else value for name, value in asked.items()}}
    if after.get("owner") != before.get("owner") and "team" not in asked and after.get("owner"):
        after["team"] = gate.team_of(after["owner"]) or after.get("team")
    derived = model.derive(after, before, find)
    after.update(gate.follow_owner(after, derived, team_is_given="team" in asked))
    return after


def write(current: UnitSession, model: type[Entity], actor: Actor, verb: str, ready: list[_Changed],
          outcome: Outcome) -> None:
    """Store the judged states (id, before, after) and note them; refused is what would leave the actor's reach."""
    if not ready:
        return
    ids = [record_id for record_id, _before, _after in ready]
    with undone_if_refused(current, actor) as step:
        _update(model, ready)
        if not actor.is_system:
            step.outside = set(ids) - states.matching_ids(current, model, states.reach(model, actor, verb), ids)
    if step.outside:
        for record_id in step.outside:
            outcome.refused[record_id] = {REFUSED: problem(N_("You are not allowed to do this."))}
        write(current, model, actor, verb, [entry for entry in ready if entry[0] not in step.outside], outcome)
        return
    outcome.done += ids
    note_all([_changed(model, record_id, before, after, verb) for record_id, before, after in ready])
    _expire(current, model, set(ids))


def _update(model: type[Entity], ready: list[_Changed]) -> None:
    """One statement for each set of columns that move together, and two for each relation to many."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for record_id, before, after in ready:
        stored = column_values(model, {name: after[name] for name in _moved(before, after) if name != "version"})
        stored |= {"version": before["version"] + 1, "updated_at": clock.now(), "updated_by_id": acting().id}
        alike.setdefault(tuple(sorted(stored)), []).append({**stored, "id": record_id})
    for rows in alike.values():
        correct_rows(model, rows)
    for field in many_fields(model):
        links = {record_id: after[field.name] for record_id, before, after in ready
                 if after.get(field.name) != before.get(field.name)}
        if links:
            write_links(model, field, links)


def _changed(model: type[Entity], record_id: int, before: Mapping[str, Any], after: Mapping[str, Any],
             verb: str) -> Change:
    changes = differences(model, before, after)
    changes |= {field.name: [before[field.name], after[field.name]] for field in many_fields(model)
                if field.name in after and before[field.name] != after[field.name]}
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
