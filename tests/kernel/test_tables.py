"""Whole tables in and out: portable values, one moment, all or nothing."""

import datetime as dt
from decimal import Decimal

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel import tables
from app.kernel.database import db, session
from tests.kernel.test_gate import add_customer

ZONE = dt.timezone(dt.timedelta(hours=8))


@pytest.mark.parametrize(("value", "expected"), [
    (dt.datetime(2026, 3, 1, 8, tzinfo=ZONE), "2026-03-01T00:00:00"),
    (dt.datetime(2026, 3, 1, 8), "2026-03-01T08:00:00"),
    (dt.date(2026, 3, 1), "2026-03-01"), (Decimal("1.50"), "1.50"), (b"\x00\xff", "AP8="), ("行", "行"), (7, 7),
    (None, None), (True, True)])
def test_a_value_becomes_one_that_json_can_hold(value, expected):
    assert tables.portable(value) == expected


@pytest.mark.parametrize(("kind", "system", "text", "expected"), [
    (sa.DateTime(timezone=True), "postgresql", "2026-03-01T00:00:00", dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
    (sa.DateTime(), "postgresql", "2026-03-01T00:00:00", dt.datetime(2026, 3, 1)),
    (sa.DateTime(timezone=True), "sqlite", "2026-03-01T00:00:00", dt.datetime(2026, 3, 1)),
    (sa.Date(), "sqlite", "2026-03-01", dt.date(2026, 3, 1)), (sa.Numeric(9, 2), "sqlite", "1.50", Decimal("1.50")),
    (sa.Float(), "sqlite", 1.5, 1.5), (sa.LargeBinary(), "sqlite", "AP8=", b"\x00\xff"),
    (sa.Text(), "sqlite", "x", "x")])
def test_a_portable_value_becomes_one_for_its_column(kind, system, text, expected):
    assert tables.reader(kind, system)(text) == expected


def test_what_is_pointed_at_comes_before_what_points_at_it(app):
    with app.app_context(), tables.snapshot() as found:
        names = found.names()
    assert names.index("ab_user") < names.index("team") < names.index("customer") < names.index("contact")
    assert tables.VERSION_TABLE not in names
    assert [name for name in names if name.startswith("search_")] == []


def test_a_snapshot_does_not_see_what_is_written_meanwhile(company):
    with company.app.app_context():
        with tables.snapshot() as found:
            before = len(list(found.rows("customer")))
            add_customer(company, "Meanwhile", code="M-1")
            assert len(list(found.rows("customer"))) == before
        with tables.snapshot() as found:
            assert len(list(found.rows("customer"))) == before + 1


def test_every_table_can_be_emptied_the_sealed_audit_too(company):
    add_customer(company, "Blue River", code="B-1")
    with company.app.app_context():
        with tables.rewriting() as found:
            assert "audit_entry" in found.any_rows()
            found.clear("audit_pass", "a test")
            assert found.any_rows() == []
        with tables.snapshot() as found:
            assert found.any_rows() == []


def test_without_the_pass_the_audit_refuses_to_be_emptied(company):
    add_customer(company, "Blue River", code="B-1")
    with company.app.app_context(), pytest.raises(sa.exc.DBAPIError, match="append-only"), tables.rewriting() as found:
        found.clear("no_such_table", "a test")


def test_a_failure_in_the_middle_leaves_every_row(company):
    add_customer(company, "Blue River", code="B-1")
    with company.app.app_context(), pytest.raises(ZeroDivisionError), tables.rewriting() as found:
        found.clear("audit_pass", "a test")
        raise ZeroDivisionError
    with company.acting("system"):
        assert session().scalars(sa.select(Customer.name)).all() == ["Blue River"]


def category(number, parent):
    return {"id": number, "parent_id": parent, "name": f"c{number}", "version": 1,
            "created_at": "2026-01-01T00:00:00", "updated_at": "2026-01-01T00:00:00"}


def fill(found, rows):
    columns = [name for name in rows[0] if name in found.columns["ticket_category"]]
    return found.fill("ticket_category", columns, [[row[name] for name in columns] for row in rows])


def test_a_child_may_come_thousands_of_rows_before_its_parent(company):
    rows = [category(number, number + 1) for number in range(1000, 2500)] + [category(2500, None)]
    with company.app.app_context():
        with tables.rewriting() as found:
            assert fill(found, rows) == 1501
            found.step_sequences()
        with tables.snapshot() as found:
            assert len(list(found.rows("ticket_category"))) >= 1501


def test_a_child_whose_parent_never_comes_is_refused_at_the_end(company):
    with company.app.app_context(), pytest.raises(sa.exc.IntegrityError), tables.rewriting() as found:
        fill(found, [category(1000, 77777)])


@pytest.mark.parametrize(("name", "columns"), [("no_such_table", ["id"]), ("customer", ["id", "shoe_size"]),
                                               ("no_such_table", [])])
def test_rows_without_a_place_are_refused(company, name, columns):
    with company.app.app_context(), pytest.raises(ValueError, match="no place"), tables.rewriting() as found:
        found.fill(name, columns, [])


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_numbers_go_on_after_the_highest_and_start_at_one_in_an_empty_table(company):
    with company.app.app_context():
        with tables.rewriting() as found:
            fill(found, [category(4000, None)])
            found.step_sequences()
        with db.engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT nextval('ticket_category_id_seq')")) == 4001
            assert connection.scalar(sa.text("SELECT nextval('competitor_id_seq')")) == 1


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_keys_are_judged_at_once_again_afterwards(company):
    with company.app.app_context():
        with tables.rewriting():
            pass
        with db.engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM pg_constraint WHERE condeferrable")) == 0
