"""The index follows every change in its own transaction."""

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel import clock
from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import in_unit, session
from app.kernel.search import upkeep
from app.kernel.search.content import column_of
from app.kernel.search.entries import SearchEntry, holding, sounding
from app.kernel.search.grams import wanted
from app.kernel.search.parts import asked_hashes


def found(text):
    return set(session().scalars(holding("customer", wanted(text))))


def test_a_new_record_is_found_and_a_renamed_one_by_its_new_name_alone(desk):
    with desk.acting("system"):
        assert found("acme") == {desk.mine}
        in_unit(lambda: setattr(session().get(Customer, desk.mine), "name", "Globex"))
        assert (found("acme"), found("globex")) == (set(), {desk.mine})


def test_a_deleted_record_leaves_and_an_undeleted_one_returns(desk):
    with desk.acting("system"):
        in_unit(change_rows, Customer, {desk.mine: {}})
        in_unit(lambda: setattr(session().get(Customer, desk.mine), "deleted_at", clock.now()))
        assert found("acme") == set()
        row = sa.select(Customer).where(Customer.id == desk.mine)
        in_unit(lambda: setattr(session().scalars(row, execution_options={"with_deleted": True}).one(),
                                "deleted_at", None))
        assert found("acme") == {desk.mine}


def heard(letters):
    return set(session().scalars(sounding("customer", letters)))


def parted(text):
    """Who has the text as a part of his phone number."""
    hashes = asked_hashes(column_of(Customer, "phone"), "phone", text)
    return set(session().scalars(holding("customer", *([each] for each in hashes))))


def test_a_new_name_sounds_otherwise_and_a_new_number_has_other_parts(desk):
    with desk.acting("system"):
        assert (heard("wangwei"), parted("8000")) == (set(), {desk.mine})
        in_unit(change_rows, Customer, {desk.mine: {"name": "王伟"}})
        assert (heard("wangwei"), parted("8000")) == ({desk.mine}, {desk.mine})
        in_unit(change_rows, Customer, {desk.mine: {"name": "李娜", "phone": "13912345678"}})
        assert (heard("wangwei"), heard("lina")) == (set(), {desk.mine})
        assert (parted("8000"), parted("5678")) == (set(), {desk.mine})
        in_unit(change_rows, Customer, {desk.mine: {"phone": None}})
        assert parted("5678") == set()
        assert not any(upkeep.verify().values())


def test_a_change_that_fails_leaves_the_index_as_it_was(desk):
    def work():
        session().get(Customer, desk.mine).name = "Globex"
        session().flush()
        raise ZeroDivisionError

    with desk.acting("system"):
        with pytest.raises(ZeroDivisionError):
            in_unit(work)
        assert (found("acme"), found("globex")) == ({desk.mine}, set())


def test_a_change_of_other_fields_does_not_touch_the_entry(desk):
    entry = sa.select(SearchEntry.id).where(SearchEntry.entity == "customer", SearchEntry.record_id == desk.mine)
    with desk.acting("system"):
        before = session().scalars(entry).one()
        in_unit(change_rows, Customer, {desk.mine: {"city": "Beijing"}})
        assert session().scalars(entry).one() == before


def test_many_records_at_once_are_indexed_by_two_statements(desk):
    seen = []

    def watch(connection, cursor, statement, parameters, context, executemany):
        if "search_entry" in statement:
            seen.append(statement.split()[0])

    with desk.acting("system"):
        engine = session().get_bind()
        sa.event.listen(engine, "before_cursor_execute", watch)
        try:
            in_unit(add_rows, Customer, [{"name": f"Mass {each}"} for each in range(50)])
        finally:
            sa.event.remove(engine, "before_cursor_execute", watch)
        assert seen == ["DELETE", "INSERT"]
        assert len(found("mass")) == 50
        assert not any(upkeep.verify().values())
