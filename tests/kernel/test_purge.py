"""Rows leave the recycle bin for good: only old ones, with their links, and nothing that is still pointed at."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Tag
from app.kernel import clock
from app.kernel.collaborators import Collaborator
from app.kernel.database import in_unit, session, unit
from app.kernel.entity import Entity
from app.kernel.events import DomainEvent
from app.kernel.purge import forget_rows, old_in_bin, purge_rows, purgeable
from app.workflows.models import JobRun
from tests.desk.records import add, delete, restore, stored

THEN = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
BEFORE = THEN + dt.timedelta(days=1)


@pytest.fixture
def binned(company):
    """Three customers who were deleted then, the first with a tag and a collaborator; a fourth lives."""
    tag = add(company, Tag, name="Fair")
    company.gone = [add(company, Customer, name=f"Gone {number}", tags=[tag] if number == 0 else [])
                    for number in range(3)]
    company.kept = add(company, Customer, name="Kept", tags=[tag])
    with company.acting("system"), unit() as current:
        current.add(Collaborator(entity="customer", record_id=company.gone[0], user_id=company.ids["sales1"]))
        current.add(Collaborator(entity="customer", record_id=company.kept, user_id=company.ids["sales1"]))
    with clock.at(THEN):
        for each in company.gone:
            delete(company, Customer, each)
    return company


def purge(company, ids, before=BEFORE, model=Customer):
    with company.acting("system"):
        return in_unit(purge_rows, model, ids, before)


def test_old_rows_are_found_in_order_part_by_part(binned):
    with binned.acting("system"):
        assert old_in_bin(Customer, BEFORE, 0, 2) == binned.gone[:2]
        assert old_in_bin(Customer, BEFORE, binned.gone[1], 2) == binned.gone[2:]
        assert old_in_bin(Customer, THEN, 0, 2) == []


def test_rows_go_with_their_links_and_their_history_stays(binned):
    assert purge(binned, binned.gone) == 3
    assert stored(binned, Customer, "id") == [binned.kept]
    assert stored(binned, Collaborator, "record_id") == [binned.kept]
    with binned.acting("system"):
        links = sa.select(sa.func.count()).select_from(Customer.tags.property.secondary)
        assert session().execute(links).scalar_one() == 1
        told = sa.select(DomainEvent.record_id).where(DomainEvent.entity == "customer", DomainEvent.kind == "delete")
        assert sorted(session().scalars(told)) == binned.gone


def test_what_is_pointed_at_stays_until_that_has_gone_too(binned):
    first = binned.gone[0]
    restore(binned, Customer, first)
    contact = add(binned, Contact, name="Zhang", customer=first)
    with clock.at(THEN):
        delete(binned, Contact, contact)
    with binned.acting("system"), unit() as current:
        # As if the customer had been deleted by itself: its contact is in the bin as well, but still a row.
        current.execute(sa.update(Customer.__table__).where(Customer.__table__.c.id == first).values(deleted_at=THEN))
    assert purge(binned, binned.gone) == 2
    assert stored(binned, Customer, "id") == [first, binned.kept]
    assert purge(binned, [contact], model=Contact) == 1
    assert purge(binned, [first]) == 1


def test_what_was_restored_meanwhile_stays(binned):
    restore(binned, Customer, binned.gone[1])
    assert purge(binned, binned.gone) == 2
    assert stored(binned, Customer, "id") == [binned.gone[1], binned.kept]


def test_nothing_asked_for_is_nothing_done(binned):
    assert purge(binned, []) == 0


def test_whatever_points_at_something_comes_before_it(app):
    names = [model.entity_name() for model in purgeable()]
    assert names.index("contact") < names.index("customer")
    assert names.index("order_line") < names.index("order") < names.index("customer")
    assert all(issubclass(model, Entity) for model in purgeable())
    assert "job_run" not in names


def test_rows_of_a_log_go_part_by_part(company):
    with company.acting("system"), unit() as current:
        current.add_all(JobRun(job="upkeep", state=state) for state in ("done", "done", "done", "dead"))
    with company.acting("system"):
        assert in_unit(forget_rows, JobRun, JobRun.state == "done", 2) == 2
        assert in_unit(forget_rows, JobRun, JobRun.state == "done", 2) == 1
        assert in_unit(forget_rows, JobRun, JobRun.state == "done", 2) == 0
    assert stored(company, JobRun, "state") == ["dead"]
