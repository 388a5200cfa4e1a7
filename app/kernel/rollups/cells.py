"""The tables of kept sums.

Rows are only ever added: what a change takes away from a group is a row with numbers below zero. So no two writers
meet at one, and none waits for another; `upkeep.fold` makes one row of many now and then.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel import fields
from app.kernel.database import db
from app.kernel.pour import put_rows
from app.kernel.rollups.shapes import Key

FRESH = sa.text("fresh")
# A row may be added to any other without leaving 64 bits; money may be so large that two thousand records do.
LARGEST = 2**61


class RollupCell(db.Model):
    """A part of the sum of one group; the group's sum is that of its rows."""

    __tablename__ = "rollup_cell"
    __table_args__ = (sa.Index("ix_rollup_cell_rollup_owner_id", "rollup", "owner_id"),
                      sa.Index("ix_rollup_cell_fresh", "rollup", "owner_id", sqlite_where=FRESH,
                               postgresql_where=FRESH))

    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    rollup: orm.Mapped[str] = orm.mapped_column(sa.String(120), nullable=False)
    owner_id: orm.Mapped[int | None] = orm.mapped_column(sa.Integer)
    team_id: orm.Mapped[int | None] = orm.mapped_column(sa.Integer)
    first: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    second: orm.Mapped[str | None] = orm.mapped_column(sa.String(40))
    currency: orm.Mapped[str | None] = orm.mapped_column(sa.String(3))
    number: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, nullable=False)
    amount: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, nullable=False)
    # Whether it was added since the last fold.
    fresh: orm.Mapped[bool] = orm.mapped_column(sa.Boolean, nullable=False)


class RollupState(db.Model):
    """That the cells of a kept sum hold all records; `form` tells by which declaration."""

    __tablename__ = "rollup_state"

    rollup: orm.Mapped[str] = orm.mapped_column(sa.String(120), primary_key=True)
    form: orm.Mapped[str] = orm.mapped_column(sa.String(32), nullable=False)
    built_at: orm.Mapped[Any] = orm.mapped_column(fields.Moment(), nullable=False)


# (rollup, cell) -> (number, amount)
Totals = dict[tuple[str, Key], tuple[int, int]]


def add(totals: Totals, rollup: str, key: Key, number: int, amount: int) -> None:
    """Add to one cell."""
    known = totals.get((rollup, key), (0, 0))
    totals[rollup, key] = (known[0] + number, known[1] + amount)


def put(totals: Mapping[tuple[str, Key], tuple[int, int]], *, fresh: bool = True) -> None:
    """Add the rows of these cells, in one order for all writers; nothing for what is nought."""
    ordered = sorted(totals.items(), key=lambda each: repr(each[0]))
    put_rows(RollupCell, [row for (rollup, key), (number, amount) in ordered
                          for row in _rows(rollup, key, number, amount, fresh)])


def _rows(rollup: str, key: Key, number: int, amount: int, fresh: bool) -> list[dict[str, Any]]:
    rows = []
    while number or amount:
        part = max(-LARGEST, min(LARGEST, amount))
        rows.append({"rollup": rollup, **key._asdict(), "number": number, "amount": part, "fresh": fresh})
        number, amount = 0, amount - part
    return rows
