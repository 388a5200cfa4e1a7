"""The parts of an import that need no file: what is sealed opens again, names are split, the outcome is told."""

import datetime as dt
import decimal

import pytest

from app.customers.models import Contact, Customer
from app.data import operations
from app.data.operations import references, sealed
from app.data.operations.outcome import _in_one
from app.kernel.errors import Missing
from app.kernel.problems import problem
from app.sales.models import CurrencyRate
from tests.data.imports import staged
from tests.kernel.test_gate import add_customer


def test_what_was_sealed_opens_again(app):
    with app.app_context():
        given = {"name": "李", "phone": "138", "decision_maker": True, "customer": 3}
        assert sealed.open_given(Contact, sealed.seal_given(Contact, given)) == given
        rates = {"rate": decimal.Decimal("7.10"), "valid_on": dt.date(2026, 1, 31)}
        assert sealed.open_given(CurrencyRate, sealed.seal_given(CurrencyRate, rates)) == rates
        moment = {"next_contact_at": dt.datetime(2026, 1, 31, 1, 2, 3, 4, tzinfo=dt.UTC), "tags": [1, 2]}
        assert sealed.open_given(Customer, sealed.seal_given(Customer, moment)) == moment
        assert sealed.open_cells(sealed.seal_cells(["", "0012"])) == ["", "0012"]


def test_problems_keep_their_parameters_when_sealed(app):
    with app.app_context():
        found = {"name": problem("%(value)s in %(inner)s", value=3, inner=problem("row %(row)s", row=7)),
                 "city": problem("Too %(how)s.", how=["long"])}
        opened = sealed.open_problems(sealed.seal_problems(found))
        assert {name: str(each) for name, each in opened.items()} == {
            "name": "3 in row 7", "city": "Too ['long']."}
        assert sealed.open_problems(None) == {}


def test_all_problems_of_a_row_are_told_in_one_line(app):
    with app.app_context():
        told = _in_one({"": problem("Wrong."), "city": problem("100% wrong.")})
        assert str(told) == "Wrong. city: 100% wrong."


@pytest.mark.parametrize(("parts", "expected"), [
    (("A",), []), (("A", "B"), [("A", "B")]), (("A", "B", "C"), [("A", "B / C"), ("A / B", "C")])])
def test_a_name_of_two_parts_is_cut_at_every_place(parts, expected):
    assert references._splits(parts) == expected


def test_the_first_rows_are_shown_with_what_became_of_them(company):
    pk = add_customer(company, "Known", owner="manager", code="K")
    with company.acting("manager"):
        number = staged("customer", "name,code,level\nKnown,K,key\nNew,N,\nBad,B,gold\n")
        operations.try_out(number)
        shown = operations.shown_rows(number, 10)
        assert [(row.row, row.status) for row in shown] == [(2, "updated"), (3, "created"), (4, "rejected")]
        assert shown[0].record_id == pk
        assert [row.cells[0] for row in operations.shown_rows(number, 10, rejected=True)] == ["Bad"]
    with company.acting("sales2"), pytest.raises(Missing):
        operations.batch_of(number)
