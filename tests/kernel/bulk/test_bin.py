"""Many records go into the recycle bin with what hangs on them, and come back with just that."""

import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.desk.models import Task
from app.kernel import bulk
from app.kernel.bulk.bin import hanging_on
from app.kernel.database import session, unit
from tests.desk.records import add
from tests.kernel.counting import counted


def living(model):
    """The names of the living, in order."""
    name = getattr(model, model.title_field)
    return sorted(session().scalars(sa.select(name).where(model.deleted_at.is_(None)),
                                    execution_options={"unscoped": True}))


def test_each_takes_its_own_with_it_and_brings_back_no_others(company):
    seller = company.ids["sales1"]
    first, second = (add(company, Customer, name=each, owner=seller) for each in "AB")
    for customer in (first, second):
        contact = add(company, Contact, name=f"of {customer}", customer=customer)
        add(company, Task, subject=f"about {customer}", about=f"customer:{customer}", assignee=seller)
        add(company, Task, subject=f"about of {customer}", about=f"contact:{contact}", assignee=seller)
    with company.acting("sales1"), unit():
        assert bulk.delete_rows(Customer, [first, second]).done == [first, second]
        assert living(Contact) == []
    with company.acting("sales1"), unit():
        assert bulk.undelete_rows(Customer, [second]).done == [second]
        assert living(Customer) == ["B"]
        assert living(Contact) == [f"of {second}"]
        left = [each for each in living(Task) if str(first) in each]
        assert left == [] or Task not in [model for model, _column, _held in hanging_on("customer")]
    with company.acting("sales1"), unit():
        bulk.undelete_rows(Customer, [first])
        assert living(Contact) == sorted([f"of {first}", f"of {second}"])


def test_of_two_deleted_records_with_one_key_only_the_first_comes_back(company):
    ids = []
    for name in "AB":
        ids.append(add(company, Customer, name=name, code="C1"))
        with company.acting("system"), unit():
            bulk.delete_rows(Customer, ids[-1:])
    with company.acting("system"), unit():
        outcome = bulk.undelete_rows(Customer, ids)
    assert outcome.done == ids[:1]
    assert set(outcome.refused[ids[1]]) == {"code"}


def test_what_hangs_on_many_records_is_found_for_all_of_them(company):
    counts = []
    for number in (20, 200):
        with company.acting("system"), unit():
            ids = bulk.add_rows(Customer, [{"name": f"N{each}"} for each in range(number)]).insist().done
            bulk.add_rows(Contact, [{"name": f"P{each}", "customer": each} for each in ids]).insist()
        with company.acting("system"), counted(company.app) as count, unit():
            bulk.delete_rows(Customer, ids).insist()
        counts.append(len(count))
    assert counts[0] == counts[1]
