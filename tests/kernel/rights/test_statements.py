"""What is put together once for a reader: never for another, never for longer than his rights hold."""

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.actor import SYSTEM, Actor
from app.kernel.database import session
from app.kernel.rights import statements
from app.kernel.rights.statements import kept, once
from tests.desk.records import add, delete

NAMED = sa.select(Customer.name).where(Customer.city == sa.bindparam("place"))


def reader():
    return Actor(kind="user", id=1)


def names(actor, place, **options):
    """The names that the statement kept for the actor finds."""
    found = kept(actor, ("named",), lambda: NAMED)
    return sorted(session().scalars(found, {"place": place}, execution_options=options))


def test_a_statement_is_put_together_once_for_each_reader(app):
    built = []

    def build():
        built.append(1)
        return NAMED

    first, second = reader(), reader()
    with app.app_context():
        assert kept(first, ("a",), build) is kept(first, ("a",), build)
        assert len(built) == 1
        assert kept(second, ("a",), build) is not kept(first, ("a",), build)
        kept(first, ("b",), build)
    assert len(built) == 3


def test_without_an_app_nothing_is_remembered():
    made = []
    for _ in range(2):
        once(SYSTEM, ("a",), lambda: made.append(1))
    assert len(made) == 2


def test_what_has_become_too_much_is_forgotten(app, monkeypatch):
    monkeypatch.setattr(statements, "MOST", 3)
    with app.app_context():
        known = app.extensions["statements"] = {}
        for number in range(10):
            assert once(SYSTEM, (number,), lambda made=number: made * 2 or "") == (number * 2 or "")
            assert len(known) <= 3


def test_a_kept_statement_shows_each_reader_his_own_rows(desk):
    for _again in range(2):
        for user, city, found in (("sales1", "Wuhan", ["Acme"]), ("sales1", "Berlin", []), ("sales2", "Wuhan", []),
                                  ("sales2", "Berlin", ["Zenith"]), ("manager", "Berlin", ["Zenith"])):
            with desk.acting(user) as actor:
                assert names(actor, city) == found


def test_a_kept_statement_shows_the_recycle_bin_only_to_who_asks_for_it(desk):
    gone = add(desk, Customer, name="Gone", city="Wuhan", owner=desk.ids["sales1"])
    delete(desk, Customer, gone)
    for _again in range(2):
        with desk.acting("sales1") as actor:
            assert names(actor, "Wuhan") == ["Acme"]
            assert names(actor, "Wuhan", with_deleted=True) == ["Acme", "Gone"]


def test_a_kept_statement_is_judged_for_who_acts_and_not_for_whom_it_was_kept(desk):
    with desk.acting("sales1") as first:
        names(first, "Wuhan")
    with desk.acting("sales2"):
        assert names(first, "Wuhan") == []


def test_what_is_made_of_a_kept_statement_is_not_remembered(desk):
    with desk.acting("sales1") as actor:
        known = desk.app.extensions["statements"] = {}
        found = kept(actor, ("plain",), lambda: sa.select(Customer.name))
        session().scalars(found).all()
        before = len(known)
        session().scalars(found).all()
        assert len(known) == before == 2


@pytest.mark.parametrize("user", ["sales1", "manager"])
def test_the_rows_of_relations_are_judged_anew(desk, user):
    def build():
        return sa.select(Customer).where(Customer.id == sa.bindparam("wanted"))

    for _again in range(2):
        with desk.acting(user) as actor:
            record = session().scalars(kept(actor, ("one",), build), {"wanted": desk.mine}).one()
            assert [each.name for each in record.tags] == ["vip"]
            assert record.industry.name == "Steel"
