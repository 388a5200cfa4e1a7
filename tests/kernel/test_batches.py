"""What was done together is taken back together, and what was edited since stays."""

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.kernel import batches, bulk
from app.kernel.actor import under
from app.kernel.batches import Batch
from app.kernel.database import session, unit
from app.kernel.errors import Missing, RuleError
from tests.kernel.test_gate import add_customer, the


def as_batch(company, who, work):
    """Run `work()` as a finished batch of `who`; its id."""
    with company.acting(who):
        with unit():
            number = batches.open_batch("import", "test", "customer").id
        with under(batch_id=number), unit():
            work()
        with unit() as current:
            current.scalars(sa.select(Batch).where(Batch.id == number)).one().state = "done"
        return number


def test_created_updated_and_deleted_records_go_back(company):
    changed, deleted = add_customer(company, "A", city="Wuhan"), add_customer(company, "B")
    with company.acting("system"), unit() as current:
        current.add(Contact(name="Li", customer_id=deleted))

    def work():
        bulk.add_rows(Customer, [{"name": "New"}])
        bulk.change_rows(Customer, {changed: {"city": "Xi'an", "level": "key"}})
        bulk.delete_rows(Customer, [deleted])

    number = as_batch(company, "sales1", work)
    with company.acting("sales1"):
        outcome = batches.undo(number)
        assert (outcome.kept, outcome.conflicting) == (0, 0)
        assert sorted(session().scalars(sa.select(Customer.name))) == ["A", "B"]
        assert (the(Customer, changed).city, the(Customer, changed).level) == ("Wuhan", None)
        assert session().scalars(sa.select(Contact.name)).all() == ["Li"]
        assert session().scalars(sa.select(Batch.state)).one() == "undone"


def test_what_was_edited_since_is_kept_field_by_field(company):
    pk = add_customer(company, "A", city="Wuhan")
    number = as_batch(company, "sales1",
                      lambda: bulk.change_rows(Customer, {pk: {"city": "Xi'an", "level": "key"}}))
    with company.acting("sales1"), unit():
        the(Customer, pk).city = "Chengdu"
    with company.acting("sales1"):
        outcome = batches.undo(number)
        assert outcome.kept == 1
        assert (the(Customer, pk).city, the(Customer, pk).level) == ("Chengdu", None)


def test_a_created_record_that_was_edited_since_stays(company):
    number = as_batch(company, "sales1", lambda: bulk.add_rows(Customer, [{"name": "New"}, {"name": "Old"}]))
    with company.acting("sales1"), unit() as current:
        current.scalars(sa.select(Customer).where(Customer.name == "New")).one().city = "Wuhan"
    with company.acting("sales1"):
        outcome = batches.undo(number)
        assert (outcome.reversed, outcome.kept) == (1, 1)
        assert session().scalars(sa.select(Customer.name)).all() == ["New"]


def test_several_changes_of_one_record_go_back_to_the_first_before(company):
    pk = add_customer(company, "A", city="Wuhan")

    def work():
        bulk.change_rows(Customer, {pk: {"city": "B"}})

    number = as_batch(company, "sales1", work)
    with company.acting("sales1"), under(batch_id=number), unit():
        bulk.change_rows(Customer, {pk: {"city": "C"}})
    with company.acting("sales1"):
        assert batches.undo(number).reversed == 1
        assert the(Customer, pk).city == "Wuhan"


def test_a_batch_cannot_be_taken_back_twice_nor_by_a_stranger(company):
    number = as_batch(company, "sales1", lambda: bulk.add_rows(Customer, [{"name": "New"}]))
    with company.acting("sales2"), pytest.raises(Missing):
        batches.undo(number)
    with company.acting("sales1"):
        batches.undo(number)
        with pytest.raises(RuleError):
            batches.undo(number)


def test_an_undo_goes_on_where_it_was_cut_off(company, monkeypatch):
    monkeypatch.setattr(batches, "PART", 2)
    number = as_batch(company, "sales1", lambda: bulk.add_rows(Customer, [{"name": f"N{each}"} for each in range(5)]))
    calls = []
    whole = batches._undo_part

    def cut_off(*args):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*args)

    with company.acting("sales1"):
        monkeypatch.setattr(batches, "_undo_part", cut_off)
        with pytest.raises(KeyboardInterrupt):
            batches.undo(number)
        assert len(session().scalars(sa.select(Customer.id)).all()) == 3
        monkeypatch.setattr(batches, "_undo_part", whole)
        assert batches.undo(number).reversed == 5
        assert session().scalars(sa.select(Customer.id)).all() == []


def test_a_key_that_was_taken_meanwhile_is_told_as_conflicting(company):
    pk = add_customer(company, "A", code="C1")
    number = as_batch(company, "sales1", lambda: bulk.change_rows(Customer, {pk: {"code": "C2"}}))
    add_customer(company, "B", code="C1")
    with company.acting("sales1"):
        assert batches.undo(number).conflicting == 1
        assert the(Customer, pk).code == "C2"
