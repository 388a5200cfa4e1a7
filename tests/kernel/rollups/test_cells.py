"""Rows of cells: only added, in one order, and never larger than a column."""

import sqlalchemy as sa

from app.kernel.database import in_unit, session
from app.kernel.rollups.cells import LARGEST, RollupCell, add, put
from app.kernel.rollups.shapes import Key

HERE, THERE = Key(1, None, "a", None, "CNY"), Key(1, 2, "a", None, "CNY")


def rows():
    table = RollupCell.__table__.c
    found = sa.select(table.team_id, table.number, table.amount, table.fresh).order_by(table.id)
    return [tuple(row) for row in session().execute(found)]


def test_what_adds_up_to_nothing_leaves_no_row(company):
    totals = {}
    for sign in (1, -1):
        add(totals, "test", HERE, sign, sign * 5)
    add(totals, "test", THERE, 1, 7)
    add(totals, "test", THERE, 1, 0)
    with company.acting("system"):
        in_unit(put, totals)
        assert rows() == [(2, 2, 7, True)]


def test_an_amount_that_no_column_holds_is_put_into_several_rows(company):
    with company.acting("system"):
        in_unit(put, {("test", HERE): (3, 2 * LARGEST + 5), ("test", THERE): (-1, -LARGEST - 1)}, fresh=False)
        assert sorted(rows(), key=repr) == sorted([
            (None, 3, LARGEST, False), (None, 0, LARGEST, False), (None, 0, 5, False), (2, -1, -LARGEST, False),
            (2, 0, -1, False)], key=repr)
