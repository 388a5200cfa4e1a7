"""What an import has come to, and what becomes of a batch that is taken back in the background."""

import sqlalchemy as sa

from app.customers.models import Customer
from app.data import operations
from app.kernel.database import session, unit
from tests.data.imports import run, staged


def living():
    return session().scalars(sa.select(Customer.name).order_by(Customer.id)).all()


def test_a_batch_that_nobody_takes_back_is_left_as_it_is(company):
    with company.acting("manager"):
        _, number = run("customer", "name,code\nNew,N\n")
        before = operations.batch_of(number).state, operations.batch_of(number).message
        assert operations.take_back_on(number) is False
        with unit():
            operations.rest_undo(number, "It failed.")
        assert (operations.batch_of(number).state, operations.batch_of(number).message) == before
        assert living() == ["New"]


def test_a_batch_that_rests_while_it_is_taken_back_says_why(company):
    with company.acting("manager"):
        _, number = run("customer", "name,code\nNew,N\n")
        operations.take_back_later(number)
        with unit():
            operations.rest_undo(number, "It failed at every try.")
        batch = operations.batch_of(number)
        assert (batch.state, batch.message) == ("stopped", "It failed at every try.")


def test_the_first_rows_of_a_file_are_shown_and_the_rejected_ones_alone(company):
    with company.acting("manager"):
        number = staged("customer", "name,code\nNew,N\n,E\nLater,L\n")
        shown = operations.shown_rows(number, 10)
        assert [row.row for row in shown] == [2, 3, 4]
        assert operations.shown_rows(number, 2) == shown[:2]
        assert operations.shown_rows(number, 10, rejected=True) == []
        operations.apply(number)
        assert [(row.row, row.status, row.cells) for row in operations.shown_rows(number, 10, rejected=True)] == [
            (3, "rejected", ["", "E"])]


def test_a_template_is_a_file_of_its_headers_alone():
    text = b"".join(operations.template_file(["Name", "Visited on"])).decode("utf-8-sig")
    assert text.splitlines() == ["Name,Visited on"]
