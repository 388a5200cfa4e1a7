"""The cells follow every change in the same transaction: they are never out of step, whatever crashes when."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.kernel import filters
from app.kernel.database import session
from app.kernel.events import Change, add_sink
from app.kernel.fields import fields_of
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rollups.cells import Totals, add, put
from app.kernel.rollups.shapes import Rollup, declared, zone_of_house
from app.kernel.stored import decode

CHUNK = 2_000
Values = Mapping[str, Any]


def follow(written: Sequence[tuple[int, Change]]) -> None:
    """Add what the changes give to cells and take from them: one read for each entity and chunk, one insert for all."""
    kept = {entity: declared(entity) for entity in {change.entity for _event_id, change in written}}
    moved: dict[str, list[Change]] = {}
    for _event_id, change in written:
        if any(change.kind != "update" or change.changed(*rollup.fields) for rollup in kept[change.entity]):
            moved.setdefault(change.entity, []).append(change)
    totals: Totals = {}
    for entity, changes in sorted(moved.items()):
        rollups = kept[entity]
        for start in range(0, len(changes), CHUNK):
            part = changes[start:start + CHUNK]
            standing = _standing(rollups, [change.record_id for change in part])
            for change in part:
                _count(totals, rollups, change, *standing[change.record_id])
    if totals:
        put(totals)


def _standing(rollups: Sequence[Rollup], ids: Iterable[int]) -> dict[int, tuple[bool, Values]]:
    """By record whether it lives, and what its columns hold, as it is now within the unit."""
    model: Any = rollups[0].model
    names = sorted({field.column for rollup in rollups for field in rollup.fields.values()})
    chosen = [getattr(model, name) for name in names]
    found = sa.select(model.id, model.deleted_at, *chosen).where(model.id.in_(list(ids)))
    # The cells are nobody's view: they hold every record, and rights are asked when they are read.
    rows = session().execute(found, execution_options={UNSCOPED: True})
    return {record_id: (deleted_at is None, dict(zip(names, values, strict=True)))
            for record_id, deleted_at, *values in rows}


def _count(totals: Totals, rollups: Sequence[Rollup], change: Change, lives: bool, now: Values) -> None:
    known = fields_of(rollups[0].model)
    # An update is of a record that lived or lay in the bin all along.
    lived = {"create": False, "undelete": False, "delete": True}.get(change.began, lives)
    then = {**now, **{known[name].column: decode(rollups[0].model, known[name], pair[0])
                      for name, pair in change.changes.items() if name in known and known[name].column in now}}
    zone = zone_of_house()
    for rollup in rollups:
        for counts, values, sign in ((lived, then, -1), (lives, now, 1)):
            if counts and filters.matches(rollup.bound, values):
                add(totals, rollup.name, rollup.key(values, zone), sign, sign * rollup.amount(values))


add_sink(follow)
