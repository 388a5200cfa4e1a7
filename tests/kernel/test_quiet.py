"""What a clock keeps in a row is no change of the record: no version, no event, no stamp."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.kernel.database import OutsideUnit, session, unit
from app.kernel.events import DomainEvent
from app.kernel.quiet import keep_quietly
from app.workflows.models import Schedule
from tests.desk.records import edit, stored

AT = dt.datetime(2026, 3, 2, 2, 0, tzinfo=dt.UTC)


def first(company):
    return session().scalars(sa.select(Schedule).order_by(Schedule.id)).first()


def events(company):
    return len(stored(company, DomainEvent, "id"))


def test_a_quiet_value_is_kept_without_a_trace(company):
    before, told = stored(company, Schedule, "version", "updated_at"), events(company)
    with company.acting("system"), unit():
        row = first(company)
        keep_quietly(row, next_at=AT)
        assert row.next_at == AT
        assert not session().is_modified(row)
    assert stored(company, Schedule, "next_at")[0] == AT
    assert stored(company, Schedule, "version", "updated_at") == before
    assert events(company) == told


def test_who_had_the_row_open_may_still_save_it(company):
    with company.acting("admin"):
        row = first(company)
        version, record_id = row.version, row.id
    with company.acting("system"), unit():
        keep_quietly(first(company), next_at=AT)
    edit(company, Schedule, record_id, who="admin", name="Mine")
    assert stored(company, Schedule, "version", "name", "next_at")[0] == (version + 1, "Mine", AT)


@pytest.mark.parametrize("values", [{"name": "x"}, {"next_at": AT, "active": False}, {"nothing": 1}])
def test_only_quiet_columns_are_kept_so(company, values):
    with company.acting("system"), unit(), pytest.raises(ValueError, match="not quiet"):
        keep_quietly(first(company), **values)
    assert AT not in stored(company, Schedule, "next_at")


def test_outside_of_a_unit_nothing_is_kept(company):
    with company.acting("system"), pytest.raises(OutsideUnit):
        keep_quietly(first(company), next_at=AT)


def test_a_unit_that_fails_takes_it_back(company):
    with company.acting("system"), pytest.raises(KeyError), unit():
        keep_quietly(first(company), next_at=AT)
        raise KeyError("later")
    assert AT not in stored(company, Schedule, "next_at")
