"""Many new rows at once."""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.kernel import clock, gate
from app.kernel.actor import Actor, acting, circumstance
from app.kernel.bulk.found import each_with_its_finds
from app.kernel.bulk.keys import Keys, sound
from app.kernel.bulk.outcome import CHUNK, Outcome
from app.kernel.bulk.rows import (
    REFUSED,
    column_values,
    judged,
    many_fields,
    plain_fields,
    pointer_problems,
    unknown_targets,
    write_links,
)
from app.kernel.bulk.step import undone_if_refused
from app.kernel.database import UnitSession, session
from app.kernel.entity import Entity
from app.kernel.events import Change, note_all
from app.kernel.fields import default_of, has_default
from app.kernel.pour import put_rows, take_ids
from app.kernel.problems import N_, problem
from app.kernel.rights import states
from app.kernel.stored import tellers


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
    whole = _complete(current, model, rows)
    wrong = [judged(model, actor, values, None, asked) | pointer_problems(unknown, asked)
             for asked, values in zip(rows, whole, strict=True)]
    keyed = [sound(values, problems) for values, problems in zip(whole, wrong, strict=True)]
    keys = Keys(current, model, keyed)
    for place, values in enumerate(whole):
        problems = wrong[place] | keys.take(keyed[place])
        if problems:
            outcome.refused[start + place] = problems
        else:
            ready.append((start + place, values, rows[place]))
    if ready:
        _write(current, model, actor, ready, outcome)


@functools.cache
def _defaults(model: type[Entity]) -> list[tuple[str, Callable[[], Any] | None]]:
    """Every plain field with what makes its default, None where there is none."""
    return [(field.name, functools.partial(default_of, model, field) if has_default(model, field) else None)
            for field in plain_fields(model)]


def _complete(current: UnitSession, model: type[Entity], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The asked values with defaults, owner, team, stamps and derived fields."""
    now, person = clock.now(), acting()
    whole = [_filled(model, asked, person, now) for asked in rows]
    derived = each_with_its_finds(current, [functools.partial(model.derive, values, None) for values in whole])
    for asked, values, following in zip(rows, whole, derived, strict=True):
        values.update(gate.follow_owner(values, following, team_is_given=asked.get("team") is not None))
    return whole


def _filled(model: type[Entity], asked: Mapping[str, Any], person: Actor, now: Any) -> dict[str, Any]:
    values: dict[str, Any] = {name: asked[name] if name in asked else default() if default is not None else None
                              for name, default in _defaults(model)}
    values["created_at"], values["updated_at"] = asked.get("created_at") or now, now
    values["created_by"] = values["updated_by"] = person.id
    if "owner" not in asked and gate.owned_by_maker(model):
        values["owner"] = person.id
    values["team"] = asked.get("team") or gate.team_of(values["owner"])
    return values


def _write(current: UnitSession, model: type[Entity], actor: Actor,
           ready: list[tuple[int, dict[str, Any], Mapping[str, Any]]], outcome: Outcome) -> None:
    with undone_if_refused(current, actor) as step:
        ids = take_ids(model, len(ready))
        put_rows(model, [{**column_values(model, _stated(values)), "id": record_id, "version": 1}
                         for record_id, (_position, values, _asked) in zip(ids, ready, strict=True)])
        step.outside = _outside(current, model, actor, ready, ids)
    if step.outside:
        for index in step.outside:
            outcome.refused[ready[index][0]] = {REFUSED: problem(N_("You are not allowed to do this."))}
        kept = [entry for index, entry in enumerate(ready) if index not in step.outside]
        if kept:
            _write(current, model, actor, kept, outcome)
        return
    _link(model, ready, ids)
    outcome.done += ids
    outcome.created |= {position: record_id for (position, _v, _a), record_id in zip(ready, ids, strict=True)}
    note_all([_created(model, record_id, values, asked)
              for (_position, values, asked), record_id in zip(ready, ids, strict=True)])


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


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
    for field in many_fields(model):
        wanted = {record_id: asked[field.name] for (_p, _v, asked), record_id in zip(ready, ids, strict=True)
                  if asked.get(field.name)}
        if wanted:
            write_links(model, field, wanted)


def _created(model: type[Entity], record_id: int, values: Mapping[str, Any], asked: Mapping[str, Any]) -> Change:
    changes: dict[str, list[Any]] = {}
    for name, teller in tellers(model):
        value = values.get(name)
        if value is not None:
            changes[name] = [None, value if teller is None else teller(value)]
    changes |= {field.name: [[], sorted(set(asked[field.name]))] for field in many_fields(model)
                if asked.get(field.name)}
    return Change(model.entity_name(), record_id, "create", changes, values.get("owner"), values.get("team"), 1,
                  circumstance().verb)
