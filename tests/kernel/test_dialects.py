"""The statements that differ between the two databases, with one meaning."""

import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel import dialects
from app.kernel.collaborators import Collaborator
from app.kernel.database import dialect, session, unit

ROW = {"entity": "customer", "record_id": 5}


def rows():
    """What stands in the table."""
    return sorted(session().execute(sa.select(Collaborator.record_id, Collaborator.user_id)).all())


def test_a_row_is_inserted_once_however_often_it_is_asked(company):
    with company.acting("system"), unit():
        user = company.ids["sales1"]
        assert dialects.insert_once(Collaborator, {**ROW, "user_id": user}) is True
        assert dialects.insert_once(Collaborator, {**ROW, "user_id": user}) is False
        assert rows() == [(5, user)]


def test_of_many_rows_those_with_a_free_key_are_inserted(company):
    with company.acting("system"), unit():
        ids = [company.ids[name] for name in ("sales1", "sales2", "admin")]
        dialects.insert_once(Collaborator, {**ROW, "user_id": ids[0]})
        assert dialects.insert_all_once(Collaborator, [{**ROW, "user_id": each} for each in ids]) == 2
        assert dialects.insert_all_once(Collaborator, []) == 0
        assert rows() == sorted((5, each) for each in ids)


def test_an_upsert_changes_the_row_that_holds_the_key(company):
    with company.acting("system"), unit():
        user = company.ids["sales1"]
        for _ in range(2):
            dialects.upsert(Collaborator, {**ROW, "user_id": user}, ("entity", "user_id", "record_id"),
                            {"record_id": 6})
        assert rows() == [(6, user)]
        dialects.upsert(Collaborator, {**ROW, "user_id": user}, ("entity", "user_id", "record_id"), {"record_id": 7})
        assert rows() == [(5, user), (6, user)]


def test_thousands_of_ids_are_one_value_of_a_statement(company):
    with company.acting("system"):
        found = sa.select(Collaborator.id).where(dialects.among(Collaborator.record_id, range(40_000)))
        assert session().scalars(found).all() == []
        assert len(found.compile(session().get_bind()).params) == 1
    with company.acting("system"), unit():
        dialects.insert_once(Collaborator, {**ROW, "user_id": company.ids["sales1"]})
        asked = sa.select(Collaborator.record_id)
        assert session().scalars(asked.where(dialects.among(Collaborator.record_id, [4, 5, 6]))).all() == [5]
        assert session().scalars(asked.where(dialects.among(Collaborator.record_id, []))).all() == []


def test_rows_are_locked_where_the_database_locks_rows(company):
    with company.acting("system"):
        plain = str(dialects.locked(sa.select(Customer.id)).compile(session().get_bind()))
        skipping = str(dialects.locked(sa.select(Customer.id), skip=True).compile(session().get_bind()))
        assert ("FOR UPDATE" in plain) is (dialect() == "postgresql")
        assert ("SKIP LOCKED" in skipping) is (dialect() == "postgresql")


def test_an_advisory_lock_is_held_until_the_unit_ends(company):
    with company.acting("system"), unit():
        dialects.hold_lock("assignment")
        assert dialects.try_lock("assignment") is True
        with company.acting("manager"):
            # SQLite has one writer at most: its answer is always yes.
            assert dialects.try_lock("assignment") is (dialect() == "sqlite")
            session().rollback()
    with company.acting("manager"):
        assert dialects.try_lock("assignment") is True
