"""What was done together is taken back together, and what was edited since stays."""

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Tag
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


def test_a_batch_without_any_change_is_taken_back_to_nothing(company):
    number = as_batch(company, "sales1", lambda: None)
    with company.acting("sales1"):
        outcome = batches.undo(number)
        assert (outcome.reversed, outcome.kept, outcome.conflicting) == (0, 0, 0)
        assert session().scalars(sa.select(Batch.state)).one() == "undone"


@pytest.mark.parametrize("state", ["staged", "running", "undone"])
def test_a_batch_is_taken_back_only_once_it_has_ended(company, state):
    pk = add_customer(company, "A", city="Wuhan")
    number = as_batch(company, "sales1", lambda: bulk.change_rows(Customer, {pk: {"city": "B"}}))
    with company.acting("system"), unit() as current:
        current.scalars(sa.select(Batch).where(Batch.id == number)).one().state = state
    with company.acting("sales1"), pytest.raises(RuleError) as refused:
        batches.undo(number)
    assert str(refused.value) == "This batch cannot be taken back now."
    with company.acting("system"):
        assert the(Customer, pk).city == "B"


def test_a_failed_batch_can_be_taken_back(company):
    pk = add_customer(company, "A", city="Wuhan")
    number = as_batch(company, "sales1", lambda: bulk.change_rows(Customer, {pk: {"city": "B"}}))
    with company.acting("system"), unit() as current:
        current.scalars(sa.select(Batch).where(Batch.id == number)).one().state = "failed"
    with company.acting("sales1"):
        assert batches.undo(number).reversed == 1
        assert the(Customer, pk).city == "Wuhan"


def test_a_batch_that_was_dropped_leaves_nothing_behind_and_no_change_undone(company):
    pk = add_customer(company, "A")
    with company.acting("sales1"):
        with unit() as current:
            kept, dropped = (batches.open_batch("import", label, "customer") for label in ("kept", "dropped"))
            batches.drop_batch(dropped.id)
            assert dropped not in current
            assert kept in current
        assert session().scalars(sa.select(Batch.label)).all() == ["kept"]
        with pytest.raises(Missing):
            batches.undo(10**6)
    with company.acting("system"):
        assert the(Customer, pk).name == "A"


def test_a_label_is_cut_to_its_column_and_not_refused(company):
    with company.acting("sales1"), unit():
        assert batches.open_batch("import", "长" * 500, "customer").label == "长" * 200


def test_what_the_system_keeps_is_not_taken_back_with_the_rest(company):
    made = []

    def work():
        bulk.add_rows(Customer, [{"name": "New"}])
        made.append(batches.open_batch("import", "inside", "customer").id)

    number = as_batch(company, "sales1", work)
    with company.acting("sales1"):
        assert batches.undo(number).reversed == 1
        assert session().scalars(sa.select(Customer.id)).all() == []
        assert session().scalars(sa.select(Batch.id).where(Batch.id == made[0])).one() == made[0]


def test_an_undo_respects_the_rights_of_who_takes_back(company):
    mine, theirs = add_customer(company, "A", city="Wuhan"), add_customer(company, "B", owner="sales2", city="Xi'an")
    number = as_batch(company, "manager", lambda: bulk.change_rows(
        Customer, {mine: {"city": "X"}, theirs: {"city": "Y"}}))
    with company.acting("manager"):
        outcome = batches.undo(number)
        assert (outcome.reversed, outcome.kept, outcome.conflicting) == (2, 0, 0)
    with company.acting("system"):
        assert [the(Customer, each).city for each in (mine, theirs)] == ["Wuhan", "Xi'an"]


def test_tags_that_a_batch_changed_come_back(company):
    with company.acting("system"), unit() as current:
        tags = [Tag(name=name) for name in ("old", "new")]
        current.add_all(tags)
        current.flush()
        old, new = (tag.id for tag in tags)
    pk = add_customer(company, "A")
    with company.acting("system"), unit():
        bulk.change_rows(Customer, {pk: {"tags": [old]}})
    number = as_batch(company, "sales1", lambda: bulk.change_rows(Customer, {pk: {"tags": [new], "city": "X"}}))
    with company.acting("sales1"):
        batches.undo(number)
        assert [tag.name for tag in the(Customer, pk).tags] == ["old"]
        assert the(Customer, pk).city is None


def test_an_undo_may_be_carried_out_step_by_step(company, monkeypatch):
    monkeypatch.setattr(batches, "PART", 2)
    number = as_batch(company, "sales1", lambda: bulk.add_rows(Customer, [{"name": f"N{each}"} for each in range(3)]))
    with company.acting("sales1"):
        first = batches.undo_step(number)
        assert (first.more, first.reversed) == (True, 2)
        assert session().scalars(sa.select(Batch.state)).one() == "undoing"
        last = batches.undo_step(number)
        assert (last.more, last.reversed) == (False, 3)
        assert session().scalars(sa.select(Batch.state)).one() == "undone"
        with pytest.raises(RuleError):
            batches.undo_step(number)
        assert session().scalars(sa.select(Customer.id)).all() == []
