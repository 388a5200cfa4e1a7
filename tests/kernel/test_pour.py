"""Many rows at once are stored as the columns would store them, in one statement, and refused as one would be."""

import datetime as dt
import decimal

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, OwnerChange
from app.kernel import pour
from app.kernel.database import db, session, unit
from app.kernel.search.entries import SearchEntry
from app.sales.models import OpportunityLine
from tests.kernel.counting import counted

HARD = 'quote " back \\ {brace, comma} \n line NULL 名'
NOON = dt.datetime(2026, 3, 2, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def stored(model, *columns):
    """All rows in order of id."""
    found = sa.select(*[model.__table__.c[name] for name in columns]).order_by(model.__table__.c.id)
    return [tuple(row) for row in session().execute(found)]


def test_values_come_back_as_they_went_in(company):
    rows = [{"name": HARD, "created_at": NOON, "external_ids": {"a": [1, HARD]}, "phone": HARD, "team_id": None},
            {"name": "", "created_at": NOON.replace(microsecond=7), "external_ids": None, "team_id": 1}]
    with company.acting("system"), unit():
        pour.put_rows(Customer, rows)
        assert stored(Customer, "name", "created_at", "external_ids", "phone", "team_id", "version", "kind") == [
            (HARD, NOON, {"a": [1, HARD]}, HARD, None, 1, "organisation"),
            ("", NOON.replace(microsecond=7), None, None, 1, 1, "organisation")]
        assert session().execute(sa.select(Customer.id).where(Customer.__table__.c.external_ids.is_(sa.null()),
                                                              Customer.name == "")).all() != []


def test_numbers_and_truths_come_back_as_they_went_in(company):
    with company.acting("system"), unit():
        pour.put_rows(Contact, [{"name": "A", "decision_maker": each} for each in (True, False, None)])
        assert stored(Contact, "decision_maker") == [(True,), (False,), (False,)]
        line = OpportunityLine.__table__
        given = sa.select(line.c.quantity, line.c.amount)
        _without_references()
        pour.put_rows(OpportunityLine, [{"opportunity_id": 1, "product_id": 1, "quantity": decimal.Decimal("1.2500"),
                                         "unit_price": 2**40, "amount": -5}])
        assert session().execute(given).one() == (decimal.Decimal("1.25"), -5)
        session().rollback()


def _without_references():
    # Only how a number is stored matters here, not what the line belongs to.
    system = db.engine.dialect.name
    session().connection().exec_driver_sql(
        "PRAGMA defer_foreign_keys=ON" if system == "sqlite" else
        'ALTER TABLE opportunity_line DROP CONSTRAINT "fk_opportunity_line_opportunity_id", '
        'DROP CONSTRAINT "fk_opportunity_line_product_id"')


def test_lists_of_different_lengths_come_back_as_they_went_in(company):
    grams = [["a", 'b"', "c,\\"], [], ["{x}", "NULL"]]
    with company.acting("system"), unit():
        pour.put_rows(SearchEntry, [{"entity": "nothing", "record_id": place, "grams": each}
                                    for place, each in enumerate(grams)])
        assert [row[1] for row in stored(SearchEntry, "entity", "grams") if row[0] == "nothing"] == grams


def test_json_that_is_spelled_already_is_not_spelled_again(company):
    text = pour.spell({"a": 1})
    with company.acting("system"), unit():
        pour.put_rows(Customer, [{"name": "A", "extra": text}, {"name": "B", "extra": {"a": 1}}])
        assert stored(Customer, "extra") == [({"a": 1},), ({"a": 1},)]


def test_many_rows_are_one_statement(company):
    with company.acting("system"), unit(), counted(company.app) as count:
        pour.put_rows(Customer, [{"name": f"N{each}"} for each in range(700)])
        pour.put_rows(Customer, [])
        pour.correct_rows(Customer, [])
        assert len(count) == 1, str(count)


def test_ids_are_those_that_the_database_would_give_and_never_given_twice(company):
    with company.acting("system"), unit():
        pour.put_rows(Customer, [{"name": "first"}])
        ids = pour.take_ids(Customer, 3)
        pour.put_rows(Customer, [{"id": each, "name": f"N{each}"} for each in ids])
        pour.put_rows(Customer, [{"name": "last"}])
        assert [row[0] for row in stored(Customer, "id")] == list(range(ids[0] - 1, ids[0] + 4))
        assert ids == sorted(set(ids))
        assert pour.take_ids(Customer, 0) == []


def test_what_one_insert_would_refuse_is_refused(company):
    with company.acting("system"):
        for wrong, error in (({"id": 1, "name": None}, sa.exc.IntegrityError),
                             ({"id": 1, "name": "A", "owner_id": 10**6}, sa.exc.IntegrityError)):
            with pytest.raises(error), unit():
                pour.put_rows(Customer, [wrong])
        with pytest.raises(ValueError, match="time zone"), unit():
            pour.put_rows(Customer, [{"name": "A", "created_at": dt.datetime(2026, 3, 2)}])
        with pytest.raises(KeyError, match="nickname"), unit():
            pour.put_rows(Customer, [{"name": "A"}, {"name": "B", "nickname": "C"}])


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_text_that_is_too_long_is_refused_and_not_cut_off(company):
    with company.acting("system"), pytest.raises(sa.exc.DataError), unit():
        pour.put_rows(Customer, [{"name": "x" * 201}])


def test_rows_of_a_log_are_corrected_by_their_ids_in_one_statement(company):
    with company.acting("system"), unit():
        pour.put_rows(OwnerChange, [{"entity": "customer", "record_id": each, "kind": "created", "at": NOON}
                                    for each in range(3)])
        ids = [row[0] for row in stored(OwnerChange, "id")]
        with counted(company.app) as count:
            pour.correct_rows(OwnerChange, [{"id": ids[0], "reason": "a", "at": NOON}, {"id": ids[2], "reason": "c",
                                                                                        "at": NOON}])
        assert len(count) == 1
        assert [row[0] for row in stored(OwnerChange, "reason")] == ["a", "", "c"]
