"""Staged rows become records in short units, exactly once, whatever happens in between."""

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from app.customers.models import Customer
from app.data import operations
from app.data.models import ImportRow
from app.data.operations import applying
from app.kernel.batches import Batch
from app.kernel.database import in_unit, session, unit
from app.kernel.errors import Missing, NotAllowed, RuleError, Unavailable
from app.kernel.events import DomainEvent
from app.security.models import AuditEntry
from tests.data.imports import reasons, refused, run, staged
from tests.kernel.test_gate import add_customer, the

MIXED = "name,code,city\nNew,N,\nKnown,K,Wuhan\nSame,S,Xi'an\n,E,\nLater,L,\n"


@pytest.fixture
def mixed(company):
    """A file of which one row is new, one changes a record, one leaves it, one is wrong."""
    add_customer(company, "Old", owner="manager", code="K", city="Beijing")
    add_customer(company, "Same", owner="manager", code="S", city="Xi'an")
    return company


def count(model, *conditions):
    """How many rows of the model meet the conditions."""
    return session().scalars(sa.select(sa.func.count()).select_from(model).where(*conditions)).one()


def test_the_counts_add_up_to_the_rows_read(mixed):
    with mixed.acting("manager"):
        counts, number = run("customer", MIXED)
        assert counts == {"created": 2, "updated": 1, "unchanged": 1, "skipped": 0, "rejected": 1}
        batch = operations.batch_of(number)
        assert (batch.state, batch.rows_read, batch.rows_created, batch.rows_updated) == ("done", 5, 2, 1)
        assert operations.as_facts(counts, batch.rows_read) == {"read": 5, **counts}
        assert batch.finished_at is not None
        assert reasons(number).keys() == {5}


def test_a_trial_tells_the_same_and_changes_nothing(mixed):
    with mixed.acting("manager"):
        number = staged("customer", MIXED)
        before = count(DomainEvent, DomainEvent.entity == "customer")
        told = []
        expected = operations.try_out(number, lambda done, total: told.append((done, total)))
        assert count(Customer) == 2
        assert count(DomainEvent, DomainEvent.entity == "customer") == before
        assert operations.batch_of(number).state == "staged"
        assert refused(number)[1][0] == "5"
        assert told == [(5, 5)]
        assert operations.apply(number) == expected


def test_the_audit_tells_of_the_import_and_of_every_record(mixed):
    with mixed.acting("manager"):
        _counts, number = run("customer", MIXED)
    with mixed.acting("admin"):
        entry = session().scalars(sa.select(AuditEntry).where(AuditEntry.kind == "import")).one()
        assert (entry.entity, entry.batch_id, entry.changes["created"]) == ("customer", number, 2)
        assert "rows.csv" in entry.note
        made = session().scalars(sa.select(DomainEvent).where(DomainEvent.batch_id == number)).all()
        assert [(each.kind, each.channel) for each in made if each.entity == "customer"] == [
            ("update", "import"), ("create", "import"), ("create", "import")]


def test_undo_takes_creations_and_updates_back(mixed):
    with mixed.acting("manager"):
        _counts, number = run("customer", MIXED)
        outcome = operations.take_back(number)
        assert (outcome.reversed, outcome.kept, outcome.conflicting) == (3, 0, 0)
        rows = session().execute(sa.select(Customer.name, Customer.city).order_by(Customer.id)).all()
        assert [tuple(row) for row in rows] == [("Old", "Beijing"), ("Same", "Xi'an")]
        with pytest.raises(RuleError):
            operations.take_back(number)
    with mixed.acting("admin"):
        assert session().scalars(sa.select(AuditEntry.batch_id).where(AuditEntry.kind == "undo")).all() == [number]


def test_only_who_imported_and_may_undo_takes_a_batch_back(mixed):
    with mixed.acting("manager"):
        _counts, number = run("customer", "name\nA\n")
    with mixed.acting("sales2"), pytest.raises(Missing):
        operations.take_back(number)
    with mixed.acting("admin"), pytest.raises(NotAllowed):
        operations.take_back(number)
    with mixed.acting("system"):
        assert operations.take_back(number).reversed == 1


def test_rows_outside_of_the_reach_are_rejected_and_the_others_are_not(company):
    add_customer(company, "Far", owner="admin", code="F")
    with company.acting("manager"):
        counts, number = run("customer", "name,code\nTaken,F\nNear,N\n")
        assert (counts["created"], counts["rejected"]) == (1, 1)
        assert "taken" in reasons(number)[2]


def test_an_interrupted_import_goes_on_where_it_stood(mixed, monkeypatch):
    lines = "".join(f"C{number},{number}\n" for number in range(45))
    monkeypatch.setattr(applying, "FIRST", 10)
    monkeypatch.setattr(applying, "MOST", 10)
    done = []

    def stop(count, total):
        done.append(count)
        if len(done) == 2:
            raise KeyboardInterrupt

    with mixed.acting("manager"):
        number = staged("customer", "name,code\n" + lines)
        with pytest.raises(KeyboardInterrupt):
            operations.apply(number, stop)
        assert operations.batch_of(number).state == "running"
        assert count(Customer) == 2 + 20
        assert operations.apply(number)["created"] == 45
        assert count(Customer) == 2 + 45
        assert done == [10, 20]
        assert operations.apply(number)["created"] == 45
        assert count(Customer) == 2 + 45


def test_a_row_that_another_worker_applied_meanwhile_is_left_alone(company):
    with company.acting("manager"):
        number = staged("customer", "name\nA\nB\n")
        ids = session().scalars(sa.select(ImportRow.id)).all()
        in_unit(applying._start, number)
        for _turn in range(2):
            applying._settle(Customer, number, ids)
        assert count(Customer) == 2


def test_whoever_asks_again_hears_the_first_answer_and_nothing_more_happens(mixed):
    with mixed.acting("manager"):
        counts, number = run("customer", MIXED)
        finished, events = operations.batch_of(number).finished_at, count(DomainEvent)
        told = []
        assert operations.apply(number, lambda done, total: told.append(done)) == counts
        assert (operations.batch_of(number).finished_at, count(DomainEvent), told) == (finished, events, [])
    with mixed.acting("admin"):
        assert count(AuditEntry, AuditEntry.kind == "import") == 1


def test_a_batch_that_was_taken_back_is_not_applied_again(mixed):
    with mixed.acting("manager"):
        _counts, number = run("customer", MIXED)
        operations.take_back(number)
        with pytest.raises(RuleError):
            operations.apply(number)


def test_a_batch_that_was_not_read_to_its_end_cannot_be_applied(company):
    with company.acting("manager"):
        number = staged("customer", "name\nA\n")
        with unit() as current:
            current.scalars(sa.select(Batch)).one().state = "failed"
        with pytest.raises(RuleError):
            operations.apply(number)
        with pytest.raises(Missing):
            operations.apply(number + 1)


def test_one_row_that_a_consequence_refuses_does_not_take_the_others_along(company, monkeypatch):
    real = applying.bulk.add_rows

    def refusing(model, rows):
        if any(row["name"] == "C3" for row in rows):
            raise RuleError(problems={"name": applying.problem("Not this one.")})
        if any(row["name"] == "C5" for row in rows):
            raise exc.IntegrityError("insert", {}, Exception())
        if any(row["name"] == "C6" for row in rows):
            raise RuleError("Nor this one.")
        return real(model, rows)

    monkeypatch.setattr(applying.bulk, "add_rows", refusing)
    with company.acting("manager"):
        counts, number = run("customer", "name\n" + "".join(f"C{place}\n" for place in range(8)))
        assert (counts["created"], counts["rejected"]) == (5, 3)
        told = reasons(number)
        assert (told[5], told[8]) == ("name: Not this one.", "Nor this one.")
        assert "taken" in told[7]


def test_a_busy_database_stops_the_import_without_rejecting_anything(company, monkeypatch):
    def busy(*_args):
        raise Unavailable

    with company.acting("manager"):
        number = staged("customer", "name\nA\n")
        with monkeypatch.context() as patch:
            patch.setattr(applying.bulk, "add_rows", busy)
            with pytest.raises(Unavailable):
                operations.apply(number)
        assert operations.apply(number)["created"] == 1


def test_a_record_that_was_deleted_between_is_rejected(mixed):
    with mixed.acting("manager"):
        number = staged("customer", "name,code\nX,K\n")
        pk = session().scalars(sa.select(Customer.id).where(Customer.code == "K")).one()
        with unit():
            the(Customer, pk).deleted_at = applying.clock.now()
        assert operations.apply(number)["rejected"] == 1


def test_the_size_of_a_unit_follows_what_the_last_one_took():
    assert applying._next_size(100, 0.2) == 50
    assert applying._next_size(100, 0.0) == 200
    assert applying._next_size(400, 0.001) == applying.MOST
    assert applying._next_size(20, 60) == applying.LEAST
