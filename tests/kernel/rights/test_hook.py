"""The law of the rows in every shape of statement."""

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Contact, Customer
from app.kernel.actor import NoActor
from app.kernel.database import session, unit
from app.kernel.rights.hook import touched
from app.sales.models import Opportunity
from tests.desk.records import add, delete

OPTIONS = {"with_deleted": True}


@pytest.fixture
def rows(company):
    """One customer with a contact for each of two strangers."""
    found = {}
    for owner in ("sales1", "sales2"):
        found[owner] = add(company, Customer, name=owner, owner=company.ids[owner])
        add(company, Contact, name=f"{owner} contact", customer=found[owner], owner=company.ids[owner])
    return found


def shapes():
    """Statements in many shapes that would each return both strangers' customers."""
    inner = sa.select(Customer.id).subquery()
    alias = orm.aliased(Customer)
    count = sa.func.count()
    return {
        "entity": sa.select(Customer.id), "alias": sa.select(alias.id),
        "columns": sa.select(Customer.name, Customer.id), "subquery": sa.select(inner.c.id),
        "join": sa.select(Customer.id).join(Contact, Contact.customer_id == Customer.id),
        "exists": sa.select(Customer.id).where(sa.exists().where(Contact.customer_id == Customer.id)),
        "union": sa.union_all(sa.select(Customer.id), sa.select(Customer.id).where(sa.false())),
        "cte": sa.select(sa.select(Customer.id).cte("c").c.id), "count": sa.select(count).select_from(Customer),
        "scalar": sa.select(sa.select(count).select_from(Customer).scalar_subquery()),
    }


@pytest.mark.parametrize("shape", shapes())
def test_no_shape_of_statement_shows_a_strangers_row(company, rows, shape):
    with company.acting("sales1"):
        found = session().execute(shapes()[shape]).all()
        assert len(found) == 1
        if shape in ("count", "scalar"):
            assert found[0][0] == 1


def test_a_relation_to_a_strangers_row_is_empty(desk):
    deal = sa.select(Opportunity).where(Opportunity.id == desk.crossed)
    with desk.acting("sales1"):
        lazily = session().scalars(deal).one()
        assert lazily.customer_id == desk.theirs
        assert lazily.customer is None
    with desk.acting("sales1"):
        assert session().scalars(deal.options(orm.selectinload(Opportunity.customer))).one().customer is None
    with desk.acting("manager"):
        assert session().scalars(deal).one().customer.name == "Zenith"


def test_a_deleted_row_is_shown_only_to_who_asks_for_it(company, rows):
    delete(company, Customer, rows["sales1"])
    with company.acting("sales1"):
        assert session().scalars(sa.select(Customer)).all() == []
        assert len(session().scalars(sa.select(Customer), execution_options=OPTIONS).all()) == 1


@pytest.mark.parametrize("statement", [
    sa.update(Customer).values(name="Mine"), sa.delete(Customer),
    sa.insert(Customer).values(name="New")], ids=["update", "delete", "insert"])
def test_a_bulk_statement_of_the_orm_is_refused(company, rows, statement):
    with company.acting("admin"), unit(), pytest.raises(NoActor, match="bulk"):
        session().execute(statement)


def test_two_actors_share_no_conditions(company, rows):
    for _ in range(2):
        for owner in rows:
            with company.acting(owner):
                assert session().scalars(sa.select(Customer.name)).all() == [owner]


def test_a_statement_without_records_needs_no_actor(company):
    with company.app.app_context():
        assert session().execute(sa.select(sa.literal(1))).scalar() == 1


def test_every_class_in_a_statement_is_found_once():
    inner = sa.select(Contact.customer_id).where(Contact.name == "x")
    statement = sa.select(Customer).where(Customer.id.in_(inner), Customer.name == "y")
    assert sorted(model.__name__ for model in touched(statement)) == ["Contact", "Customer"]


@pytest.mark.parametrize("change", [
    lambda: sa.update(Customer).values(name="Mine"), lambda: sa.delete(Customer),
    lambda: sa.insert(Customer).values(name="Mine"),
    lambda: sa.update(Customer).where(Customer.id == 1).values(owner_id=None)])
@pytest.mark.parametrize("user", ["admin", "sales1", "system"])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_statement_that_changes_records_past_the_gate_is_refused_to_everybody(company, rows, user, change):
    with company.acting(user), unit() as current, pytest.raises(NoActor, match="bulk"):
        current.execute(change())
    with company.acting("system"):
        assert sorted(session().scalars(sa.select(Customer.name))) == ["sales1", "sales2"]
