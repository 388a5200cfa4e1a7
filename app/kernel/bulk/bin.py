"""Many rows into the recycle bin and out of it, each with what hangs on it."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.kernel import about, clock
from app.kernel.actor import SYSTEM, Actor, acting
from app.kernel.bulk.change import change_rows, write
from app.kernel.bulk.keys import Keys
from app.kernel.bulk.outcome import CHUNK, Outcome
from app.kernel.bulk.rows import REFUSED, read_rows
from app.kernel.database import UnitSession, session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import fields_of
from app.kernel.problems import N_, problem
from app.kernel.rights import states

# By id the name under which a record went into the bin with another; None for one that went by itself.
Roots = Mapping[int, str | None]


def delete_rows(model: type[Entity], ids: Sequence[int], *, as_actor: Actor | None = None,
                root: str | None = None, versions: Mapping[int, int] | None = None) -> Outcome:
    """Move records to the recycle bin, and with each what hangs on it."""
    return _delete(model, dict.fromkeys(ids, root), as_actor, versions)


def _delete(model: type[Entity], roots: Roots, as_actor: Actor | None,
            versions: Mapping[int, int] | None = None) -> Outcome:
    at = clock.now()
    changes = {record_id: {"deleted_at": at, "deleted_with": root} for record_id, root in roots.items()}
    outcome = change_rows(model, changes, verb="delete", as_actor=as_actor, versions=versions)
    # What hangs on a record goes where it goes: the right was judged on the record.
    for child, hanging in _hanging(model, {each: roots[each] for each in outcome.done}, delete=True):
        _delete(child, hanging, SYSTEM)
    return outcome


def undelete_rows(model: type[Entity], ids: Sequence[int], *, as_actor: Actor | None = None,
                  root: str | None = None) -> Outcome:
    """Restore records from the recycle bin with what was deleted with them; a taken key refuses and names itself."""
    return _undelete(model, dict.fromkeys(ids, root), as_actor or acting())


def _undelete(model: type[Entity], roots: Roots, actor: Actor) -> Outcome:
    outcome, ids = Outcome(), list(roots)
    for start in range(0, len(ids), CHUNK):
        _undelete_chunk(session(), model, actor, ids[start:start + CHUNK], outcome)
    for child, hanging in _hanging(model, {each: roots[each] for each in outcome.done}, delete=False):
        _undelete(child, hanging, SYSTEM)
    return outcome


def _undelete_chunk(current: UnitSession, model: type[Entity], actor: Actor, ids: Sequence[int],
                    outcome: Outcome) -> None:
    rows = read_rows(model, ids, with_deleted=True)
    allowed = set(rows) if actor.is_system else states.allowed_ids(current, model, actor, "delete", list(rows))
    keys, ready = Keys(current, model, rows.values()), []
    for record_id in ids:
        before = rows.get(record_id)
        if before is None or record_id not in allowed or before["deleted_at"] is None:
            outcome.refused[record_id] = {REFUSED: problem(N_("You are not allowed to do this."))}
            continue
        taken = keys.take(before, record_id)
        if taken:
            outcome.refused[record_id] = taken
            continue
        ready.append((record_id, before, {**before, "deleted_at": None, "deleted_with": None}))
    write(current, model, actor, "delete", ready, outcome)


def _hanging(model: type[Entity], roots: Roots, *, delete: bool) -> Iterator[tuple[type[Entity], dict[int, str]]]:
    """By entity what hangs on the records now, with the name under which it goes and comes back."""
    for child, pointer, held in hanging_on(model.entity_name()):
        names = {held(parent): root or f"{model.entity_name()}:{parent}" for parent, root in roots.items()}
        hanging: dict[int, str] = {}
        parents = list(names)
        for start in range(0, len(parents), CHUNK):
            hanging |= _hanging_part(child, pointer, parents[start:start + CHUNK], names, delete=delete)
        if hanging:
            yield child, hanging


def _hanging_part(child: type[Entity], pointer: Any, parents: Sequence[Any], names: Mapping[Any, str], *,
                  delete: bool) -> dict[int, str]:
    living = child.deleted_at.is_(None) if delete else child.deleted_with.in_({names[each] for each in parents})
    rows = session().execute(sa.select(child.id, pointer, child.deleted_with).where(pointer.in_(parents), living),
                             execution_options={"unscoped": True})
    return {record_id: names[parent] for record_id, parent, deleted_with in rows
            if delete or deleted_with == names[parent]}


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
