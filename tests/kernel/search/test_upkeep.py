"""Whether the index is right, and setting it right."""

import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.database import in_unit, session
from app.kernel.pour import put_rows
from app.kernel.search import upkeep
from app.kernel.search.entries import SearchEntry
from tests.desk.records import add

TABLE = SearchEntry.__table__


def spoil(desk):
    """One entry missing, one wrong, one of a record that is not there."""
    session().execute(sa.delete(TABLE).where(TABLE.c.entity == "customer"))
    put_rows(SearchEntry, [{"entity": "customer", "record_id": desk.mine, "grams": ["x"]},
                              {"entity": "customer", "record_id": 999_999, "grams": ["x"]}])


def test_every_difference_is_told_and_set_right_in_units(desk, monkeypatch):
    monkeypatch.setattr(upkeep, "CHUNK", 1)
    with desk.acting("system"):
        assert not any(upkeep.verify().values())
        in_unit(spoil, desk)
        assert upkeep.verify()["customer"] == 3
        assert upkeep.rebuild()["customer"] == 3
        assert not any(upkeep.verify().values())
        assert not any(upkeep.rebuild().values())


def test_a_sound_that_is_kept_wrongly_is_told_and_set_right(desk):
    made = add(desk, Customer, name="王伟", owner=desk.ids["sales1"])
    with desk.acting("system"):
        in_unit(lambda: session().execute(sa.update(TABLE).where(TABLE.c.record_id == made).values(spoken="^ li ")))
        assert upkeep.verify()["customer"] == 1
        assert upkeep.rebuild()["customer"] == 1
        entry = sa.select(TABLE.c.spoken).where(TABLE.c.entity == "customer", TABLE.c.record_id == made)
        assert session().scalars(entry).all() == ["^ wangwei^ ww wei "]


def test_an_index_without_entries_is_empty(desk):
    with desk.acting("system"):
        assert not upkeep.is_empty()
        in_unit(lambda: session().execute(sa.delete(TABLE)))
        assert upkeep.is_empty()
