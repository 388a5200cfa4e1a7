"""Colleagues who were added to a record."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.customers.models import Customer
from app.kernel.collaborators import Collaborator
from app.kernel.database import unit
from tests.desk.records import add, delete, edit, of, visible_ids


def join(company, record_id, who):
    """Make the person a collaborator of a customer."""
    with company.acting("system"), unit() as current:
        current.add(Collaborator(entity="customer", record_id=record_id, user_id=company.ids[who]))


def test_a_collaborator_reads_and_edits_as_if_the_record_were_his(company):
    pk = add(company, Customer, "sales1", name="Acme")
    assert visible_ids(company, "sales2", Customer) == []
    join(company, pk, "sales2")
    assert visible_ids(company, "sales2", Customer) == [pk]
    edit(company, Customer, pk, "sales2", city="Wuhan")
    assert of(company, Customer, pk, "city", "owner_id") == ("Wuhan", company.ids["sales1"])


def test_a_collaborator_does_not_delete(company):
    pk = add(company, Customer, "sales1", name="Acme")
    join(company, pk, "sales2")
    with pytest.raises(Exception, match="not allowed"):
        delete(company, Customer, pk, "sales2")
    assert of(company, Customer, pk, "deleted_at") is None


def test_the_same_colleague_is_added_only_once(company):
    pk = add(company, Customer, "sales1", name="Acme")
    join(company, pk, "sales2")
    with pytest.raises(IntegrityError):
        join(company, pk, "sales2")


def test_a_row_says_since_when(company):
    join(company, add(company, Customer, "sales1", name="Acme"), "sales2")
    with company.acting("system"), unit() as current:
        assert current.scalars(sa.select(Collaborator)).one().added_at.tzinfo is not None
