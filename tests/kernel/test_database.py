"""The unit of work: all or nothing, one commit, retried when another writer was in the way."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from app.customers.models import Customer
from app.kernel import database
from app.kernel.actor import SYSTEM
from app.kernel.database import OutsideUnit, acting_as, after_commit, in_unit, session, transactional, unit
from app.kernel.errors import Unavailable
from tests.kernel.test_gate import add_customer, the


def count(company):
    with company.acting("system"):
        return session().execute(sa.select(sa.func.count(Customer.id))).scalar()


def test_a_commit_inside_a_unit_only_flushes(company):
    with company.acting("sales1"), pytest.raises(ZeroDivisionError), unit() as current:
        current.add(Customer(name="A"))
        current.commit()
        raise ZeroDivisionError
    assert count(company) == 0


def test_a_commit_with_changes_outside_a_unit_is_a_bug(company):
    with company.acting("sales1"):
        session().add(Customer(name="A"))
        with pytest.raises(OutsideUnit):
            session().commit()
        session().rollback()
        session().commit()


def test_an_inner_unit_joins_the_outer_one(company):
    with company.acting("sales1"), pytest.raises(ZeroDivisionError), unit() as outer:
        with unit() as inner:
            assert inner is outer
            inner.add(Customer(name="A"))
        raise ZeroDivisionError
    assert count(company) == 0


def test_another_actors_unit_inside_a_unit_is_a_bug(company):
    with (company.acting("sales1"), unit(), pytest.raises(RuntimeError, match="another actor"), acting_as(SYSTEM),
          unit()):
        pass


def test_work_after_the_commit_runs_only_when_it_is_durable(company):
    done = []
    with company.acting("sales1"):
        with unit() as current:
            current.add(Customer(name="A"))
            after_commit(lambda: done.append("kept"))
            assert done == []
        with pytest.raises(ZeroDivisionError), unit():
            after_commit(lambda: done.append("lost"))
            raise ZeroDivisionError
        with unit():
            pass
    assert done == ["kept"]


def test_busy_is_tried_again_and_then_told(company, monkeypatch):
    monkeypatch.setattr(database.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(database, "is_busy", lambda error: "locked" in str(error))
    tries = []

    def work(answer_at):
        tries.append(1)
        if len(tries) < answer_at:
            raise exc.OperationalError("x", {}, Exception("locked"))
        return "done"

    with company.acting("system"):
        assert in_unit(work, 3) == "done"
        tries.clear()
        with pytest.raises(Unavailable):
            in_unit(work, 99)
        tries.clear()
        monkeypatch.setattr(database, "is_busy", lambda error: False)
        with pytest.raises(exc.OperationalError):
            transactional(work)(2)


def test_what_counts_as_busy():
    import sqlite3

    class Postgres(Exception):
        sqlstate = "40P01"

    def error(orig, invalid=False):
        return exc.DBAPIError("x", {}, orig, connection_invalidated=invalid)

    assert database.is_busy(error(sqlite3.OperationalError("database is locked")))
    assert not database.is_busy(error(sqlite3.OperationalError("no such table")))
    assert database.is_busy(error(Postgres()))
    assert not database.is_busy(error(Exception()))
    assert database.is_busy(error(Exception(), invalid=True))


def test_eight_writers_lose_no_step(company):
    pk = add_customer(company, size="micro", remark="0")

    def step():
        def work():
            customer = session().scalars(sa.select(Customer).where(Customer.id == pk).with_for_update()).one()
            customer.remark = str(int(customer.remark) + 1)
        for _ in range(5):
            with company.acting("sales1"):
                in_unit(work)

    threads = [threading.Thread(target=step) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with company.acting("system"):
        assert the(Customer, pk).remark == "40"
        assert the(Customer, pk).version == 41


def test_another_actor_reads_while_a_unit_writes(company):
    with company.acting("sales1"), unit() as current:
        current.add(Customer(name="Not yet"))
        current.flush()
        with acting_as(SYSTEM):
            assert session().scalars(sa.select(Customer.name)).all() == []
    assert count(company) == 1
