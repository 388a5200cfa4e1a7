"""Judging states of rows in SQL: the old state before a change, the new one after it."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import Actor
from app.kernel.entity import Entity
from app.kernel.errors import NotAllowed
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rights.predicates import predicate

_named: set[str] = set()
CHUNK = 900


def name_verb(entity: str, verb: str) -> None:
    """Declare a named action such as ``customer.claim`` that is granted and judged like a verb."""
    _named.add(f"{entity}.{verb}")


def named_verbs() -> frozenset[str]:
    """All named actions as ``entity.verb``."""
    return frozenset(_named)


def named_verbs_of(entity: str) -> list[str]:
    """The named actions of one entity."""
    return sorted(name.split(".", 1)[1] for name in _named if name.startswith(entity + "."))


def allowed_ids(session: Any, model: type[Entity], actor: Actor, verb: str, ids: Sequence[int]) -> set[int]:
    """Which of `ids` stand, in their stored state, within the actor's scope for `verb`."""
    return matching_ids(session, model, predicate(model, actor, verb), ids)


def allowed_verbs(session: Any, model: type[Entity], actor: Actor, verbs: Iterable[str], record_id: int) -> set[str]:
    """Which of `verbs` the actor holds on one stored record, in one statement; in none where his grants tell it."""
    conditions = {verb: predicate(model, actor, verb) for verb in verbs}
    allowed = {verb for verb, condition in conditions.items() if isinstance(condition, sa.True_)}
    asked = [verb for verb, condition in conditions.items() if not isinstance(condition, (sa.True_, sa.False_))]
    if asked:
        held = [sa.case((conditions[verb], 1), else_=0) for verb in asked]
        row = session.execute(sa.select(*held).where(model.id == record_id), execution_options={UNSCOPED: True}).one()
        allowed |= {verb for verb, is_held in zip(asked, row, strict=True) if is_held}
    return allowed


def matching_ids(session: Any, model: type[Entity], condition: Any, ids: Sequence[int]) -> set[int]:
    """Which of `ids` meet `condition` as they are stored now."""
    found: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        statement = sa.select(model.id).where(model.id.in_(ids[start:start + CHUNK]), condition)
        found |= set(session.execute(statement, execution_options={UNSCOPED: True}).scalars())
    return found


def judge_new(session: Any, actor: Actor, rows: Iterable[tuple[Entity, str]]) -> None:
    """Raise NotAllowed when a flushed row left the writer's reach without the right to put it there."""
    groups: dict[tuple[type[Entity], str, bool], list[int]] = {}
    for record, verb in rows:
        foreign = verb == "create" and record.owner_id not in (None, actor.id)
        groups.setdefault((type(record), verb, foreign), []).append(record.id)
    for (model, verb, foreign), ids in groups.items():
        if set(ids) - matching_ids(session, model, reach(model, actor, verb, for_another=foreign), ids):
            raise NotAllowed()


def reach(model: type[Entity], actor: Actor, verb: str, *, for_another: bool = False) -> Any:
    """Where a row may stand after `verb`: within the scope of writing, or where the actor may assign to.

    A row created for somebody else needs the right to assign; a release may end in the pool.
    """
    assign = predicate(model, actor, "assign")
    if verb == "create":
        return assign if for_another else sa.or_(predicate(model, actor, "create"), assign)
    parts = [predicate(model, actor, "edit"), assign]
    if verb not in ("edit", "assign"):
        parts.append(predicate(model, actor, verb))
    if verb == "release":
        parts.append(model.owner_id.is_(None))
    return sa.or_(*parts)
