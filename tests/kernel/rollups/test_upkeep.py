"""Whether the sums are right, setting them right, and making few rows of many."""

import pytest
import sqlalchemy as sa

from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import in_unit, session
from app.kernel.rollups import upkeep
from app.kernel.rollups.cells import RollupCell, RollupState, put
from app.kernel.rollups.shapes import Key, declared
from app.sales.models import Opportunity
from tests.kernel.rollups.business import Business

TABLE = RollupCell.__table__
NAME = "opportunity.pipeline"


@pytest.fixture
def business(company):
    """The business with thirty deals that were moved once."""
    made = Business(company, 11)
    with company.acting("system"):
        in_unit(lambda: add_rows(Opportunity, made.rows(Opportunity, 30)).insist())
        in_unit(made.give_away, Opportunity)
        in_unit(made.edit_many, Opportunity)
    return made


def spoil():
    """Cells gone, a cell too many, one of somebody who has no record, and those of a sum that nobody keeps."""
    session().execute(sa.delete(TABLE).where(TABLE.c.rollup == "order.by_month"))
    put({(NAME, Key(999, None, "1", None, "CNY")): (2, 5), (NAME, Key(None, None, None, None, None)): (1, 0),
         ("gone.by_then", Key(1, None, "x", None, None)): (1, 1)})


def test_every_difference_is_told_and_set_right(business):
    with business.company.acting("system"):
        assert not any(upkeep.verify().values())
        in_unit(spoil)
        assert upkeep.verify()[NAME] == 2
        held, there = upkeep.counts()[NAME]
        assert held == there + 3
        assert upkeep.rebuild()[NAME] == 2
        assert not any(upkeep.verify().values())
        assert not any(upkeep.rebuild().values())
        names = set(session().scalars(sa.select(TABLE.c.rollup)))
        assert names <= {rollup.name for rollup in declared()}


def test_sums_are_built_from_records_that_no_event_told_of(business):
    with business.company.acting("system"):
        in_unit(lambda: session().execute(sa.delete(TABLE)))
        in_unit(lambda: session().execute(sa.delete(RollupState.__table__)))
        assert NAME in upkeep.unbuilt()
        assert upkeep.rebuild()[NAME] > 0
        assert upkeep.unbuilt() == []
        assert not any(upkeep.verify().values())


def rows():
    return session().execute(sa.select(sa.func.count(TABLE.c.id))).scalar_one()


def test_folding_leaves_one_row_of_each_cell_and_the_same_sums(business, monkeypatch):
    monkeypatch.setattr(upkeep, "FOLDED_AT_ONCE", 2)
    keys = [column for column in TABLE.c if column.name not in ("id", "number", "amount", "fresh")]
    with business.company.acting("system"):
        ids = business.ids(Opportunity)
        in_unit(lambda: change_rows(Opportunity, {each: {"amount": 3} for each in ids}).insist())
        before = rows()
        assert upkeep.fold() > 0
        assert rows() < before
        doubled = sa.select(*keys).group_by(*keys).having(sa.func.count() > 1)
        assert session().execute(doubled).all() == []
        assert session().execute(sa.select(TABLE.c.id).where(TABLE.c.fresh)).all() == []
        assert not any(upkeep.verify().values())
        assert upkeep.fold() == 0


def test_folding_ends_though_others_go_on_writing(business, monkeypatch):
    monkeypatch.setattr(upkeep, "FOLDED_AT_ONCE", 1)
    monkeypatch.setattr(upkeep, "MOST_ROUNDS", 1)
    with business.company.acting("system"):
        assert upkeep.fold() > 0
        assert session().execute(sa.select(TABLE.c.id).where(TABLE.c.fresh).limit(1)).first() is not None


def test_where_another_process_folds_this_one_has_nothing_to_do(business, monkeypatch):
    monkeypatch.setattr(upkeep, "try_lock", lambda name: False)
    with business.company.acting("system"):
        assert upkeep.fold() == 0
