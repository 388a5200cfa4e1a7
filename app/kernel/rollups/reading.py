"""What an actor may read of a kept sum, where owner and team tell his rights; elsewhere the plain query answers."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import Actor
from app.kernel.collaborators import Collaborator
from app.kernel.database import session
from app.kernel.entity import Scoped
from app.kernel.rollups.cells import RollupCell, RollupState
from app.kernel.rollups.shapes import Rollup, zone_of_house

_cell: Any = RollupCell.__table__.c
_state: Any = RollupState.__table__.c


@dataclass(frozen=True)
class Sum:
    """One group of what the actor may read: the values of its fields (the first day of a step), number and amount."""

    values: tuple[Any, ...]
    number: int
    amount: int


def sums(rollup: Rollup, actor: Actor, currency: str) -> list[Sum] | None:
    """The groups that hold a record which the actor may read, in two statements.

    None where the cells cannot tell: his rights depend on more than owner and team, his days begin in another zone,
    the sum is not built, or it holds money of another currency than `currency`.
    """
    reach = reach_of(rollup.model, actor)
    if reach is None or (rollup.is_zoned and actor.zone != str(zone_of_house())) or not _may_answer(rollup, actor):
        return None
    keys = (_cell.first, _cell.second, _cell.currency)
    number, amount = sa.func.sum(_cell.number), sa.func.sum(_cell.amount)
    found = sa.select(*keys, number.label("number"), amount.label("amount")).where(_cell.rollup == rollup.name, reach)
    rows = session().execute(found.group_by(*keys).having(number != 0)).all()
    if rollup.is_money and any(row.currency != currency for row in rows):
        return None
    return [Sum(tuple(group.value(text) for group, text in zip(rollup.groups, row[:2], strict=False)),
                int(row.number), int(row.amount)) for row in rows]


def reach_of(model: type[Scoped], actor: Actor) -> Any:
    """The condition on cells that stands for the actor's right to read records; None where there is none."""
    words = frozenset({"all"}) if actor.is_system else actor.grants.get((model.entity_name(), "read"), frozenset())
    if "all" in words:
        return sa.true()
    parts = []
    for word in sorted(words):
        if word in model.named_scopes or (word == "through" and model.through is not None):
            return None
        parts += _part(model, actor, word)
    return sa.or_(sa.false(), *parts)


def _part(model: type[Scoped], actor: Actor, word: str) -> list[Any]:
    """The cells that a plain scope word opens, as `rights.predicates` opens rows."""
    if word == "own":
        return [_cell.owner_id == actor.id]
    if word == "team" and actor.team_id:
        return [_cell.team_id == actor.team_id]
    if word == "tree" and actor.teams:
        return [_cell.team_id.in_(sorted(actor.teams))]
    return [_cell.owner_id.is_(None)] if word == "pool" and model.pool else []


def _may_answer(rollup: Rollup, actor: Actor) -> bool:
    """Whether the cells are built as they are declared now, and no colleague's record was shared with the actor."""
    entity = rollup.model.entity_name()
    built = sa.exists().where(_state.rollup == rollup.name, _state.form == rollup.form())
    helper: Any = Collaborator.__table__.c
    shared = sa.exists().where(helper.entity == entity, helper.user_id == actor.id)
    is_sharer = rollup.model.collaborative and "own" in actor.grants.get((entity, "read"), frozenset())
    row = session().execute(sa.select(built, shared if is_sharer else sa.false())).one()
    return bool(row[0]) and not row[1]
