"""Whether the cells hold what the records add up to, setting that right, and making one row of many.

Each part is the records and cells of one owner: cells tell owners apart, so that each owner's are right or wrong by
themselves. Records and cells are read by one statement, hence as they stood at one moment, and what is missing is added
like any change; whoever writes meanwhile neither waits nor is counted twice.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from app.kernel import clock, filters
from app.kernel.database import in_unit, session
from app.kernel.dialects import hold_lock, try_lock, upsert
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rollups.cells import RollupCell, RollupState, Totals, add, put
from app.kernel.rollups.shapes import Key, Rollup, declared, zone_of_house

LOCK = "rollups"
FOLDED_AT_ONCE = 20
MOST_ROUNDS = 1_000
_table: Any = RollupCell.__table__
_cell: Any = _table.c
_state: Any = RollupState.__table__.c


def verify() -> dict[str, int]:
    """How many cells of each kept sum differ from what the records add up to."""
    return {rollup.name: sum(len(_missing(rollup, owner)) for owner in _owners(rollup)) for rollup in declared()}


def rebuild() -> dict[str, int]:
    """Set right what `verify` would tell; how many cells by kept sum. Broken off, it is simply called again.

    From its end on charts answer from the cells.
    """
    mended = {rollup.name: _rebuild(rollup) for rollup in declared()}
    in_unit(_forget_others)
    return mended


def unbuilt() -> list[str]:
    """The names of the kept sums from which no chart may answer: they were not built since they were declared so."""
    built = dict(session().execute(sa.select(_state.rollup, _state.form)).all())
    return [rollup.name for rollup in declared() if built.get(rollup.name) != rollup.form()]


def counts() -> dict[str, tuple[int, int]]:
    """By kept sum how many records the cells hold, and how many there are: a quick look, without groups and amounts."""
    return {rollup.name: _counted(rollup) for rollup in declared()}


def fold() -> int:
    """Make one row of the rows of a cell wherever one was added; how many rows went. One process at a time does."""
    gone = 0
    # Where others go on writing there is always something left: that waits for the next time.
    for _round in range(MOST_ROUNDS):
        part = in_unit(_fold_some)
        if part is None:
            break
        gone += part
    return gone


def _rebuild(rollup: Rollup) -> int:
    number = sum(in_unit(_mend, rollup, owner) for owner in in_unit(_owners, rollup))
    values = {"form": rollup.form(), "built_at": clock.now()}
    in_unit(lambda: upsert(RollupState, {"rollup": rollup.name, **values}, ["rollup"], values))
    return number


def _mend(rollup: Rollup, owner: int | None) -> int:
    # Taken before reading: two that mended the same at once would add it twice.
    hold_lock(LOCK)
    missing = _missing(rollup, owner)
    put(missing)
    return len(missing)


def _forget_others() -> None:
    """Remove the cells of sums that are not kept any more."""
    names = [rollup.name for rollup in declared()]
    session().execute(sa.delete(_table).where(_cell.rollup.not_in(names)))
    session().execute(sa.delete(RollupState.__table__).where(_state.rollup.not_in(names)))


def _owners(rollup: Rollup) -> list[int | None]:
    """Everybody who has records or cells, and nobody."""
    model: Any = rollup.model
    held = sa.select(_cell.owner_id).where(_cell.rollup == rollup.name)
    return list(session().scalars(sa.select(model.owner_id).union(held), execution_options={UNSCOPED: True}))


def _missing(rollup: Rollup, owner: int | None) -> Totals:
    """What the cells of an owner lack for holding his records; below zero where they hold too much."""
    totals: Totals = {}
    zone, place = zone_of_house(), len(rollup.groups)
    found = sa.union_all(_records(rollup, owner), _cells(rollup, owner))
    for is_cell, team_id, currency, first, second, number, amount, *values in session().execute(
            found, execution_options={UNSCOPED: True}):
        sign = -1 if is_cell else 1
        texts = (first, second) if is_cell else rollup.texts(values[:place], zone)
        add(totals, rollup.name, Key(owner, team_id, *texts, currency), sign * int(number), sign * int(amount))
    return {cell: total for cell, total in totals.items() if any(total)}


def _same(column: Any, owner: int | None) -> Any:
    # Not IS NOT DISTINCT FROM, for which PostgreSQL walks no index.
    return column.is_(None) if owner is None else column == owner


def _records(rollup: Rollup, owner: int | None) -> Any:
    model: Any = rollup.model
    amount = getattr(model, rollup.measure.column) if rollup.measure else sa.literal(0, sa.BigInteger)
    currency = model.currency if rollup.is_money else sa.cast(sa.null(), sa.String(3))
    keys = [model.team_id, *([currency] if rollup.is_money else []), *rollup.columns()]
    nothing = sa.cast(sa.null(), sa.String(40))
    return sa.select(
        sa.literal(0), model.team_id, currency, nothing.label("first"), nothing.label("second"),
        sa.func.count().label("number"), sa.func.coalesce(sa.func.sum(amount), 0).label("amount"), *rollup.columns(),
    ).where(_same(model.owner_id, owner), model.deleted_at.is_(None),
            filters.compile_filter(rollup.bound, model)).group_by(*keys)


def _cells(rollup: Rollup, owner: int | None) -> Any:
    keys = (_cell.team_id, _cell.currency, _cell.first, _cell.second)
    return sa.select(sa.literal(1), *keys, sa.func.sum(_cell.number), sa.func.sum(_cell.amount),
                     *(sa.cast(sa.null(), column.type) for column in rollup.columns())).where(
        _cell.rollup == rollup.name, _same(_cell.owner_id, owner)).group_by(*keys)


def _counted(rollup: Rollup) -> tuple[int, int]:
    model: Any = rollup.model
    held = sa.select(sa.func.coalesce(sa.func.sum(_cell.number), 0)).where(_cell.rollup == rollup.name)
    there = sa.select(sa.func.count()).select_from(model).where(model.deleted_at.is_(None),
                                                                filters.compile_filter(rollup.bound, model))
    row = session().execute(sa.select(held.scalar_subquery(), there.scalar_subquery()),
                            execution_options={UNSCOPED: True}).one()
    return int(row[0]), int(row[1])


def _fold_some() -> int | None:
    """Fold the rows of a few owners; how many went, None where there is nothing to do or another process is at it."""
    if not try_lock(LOCK):
        return None
    wanted = sa.select(_cell.rollup, _cell.owner_id).where(_cell.fresh).distinct().limit(FOLDED_AT_ONCE)
    parts = session().execute(wanted).all()
    return sum(_fold_part(rollup, owner) for rollup, owner in parts) if parts else None


def _fold_part(rollup: str, owner: int | None) -> int:
    found = sa.select(_table).where(_cell.rollup == rollup, _same(_cell.owner_id, owner))
    rows: dict[Key, list[Any]] = {}
    for row in session().execute(found):
        rows.setdefault(Key(owner, row.team_id, row.first, row.second, row.currency), []).append(row)
    moved = {key: parts for key, parts in rows.items() if any(part.fresh for part in parts)}
    gone = [part.id for parts in moved.values() for part in parts]
    _remove(gone)
    put({(rollup, key): (sum(part.number for part in parts), sum(part.amount for part in parts))
         for key, parts in moved.items()}, fresh=False)
    return len(gone)


def _remove(ids: Iterable[int]) -> None:
    ordered = sorted(ids)
    for start in range(0, len(ordered), 900):
        session().execute(sa.delete(_table).where(_cell.id.in_(ordered[start:start + 900])))
