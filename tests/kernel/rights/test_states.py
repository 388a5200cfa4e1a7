"""States of rows judged in SQL."""

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.database import session
from app.kernel.errors import NotAllowed
from app.kernel.rights import states
from tests.desk.records import add
from tests.kernel.counting import counted


@pytest.fixture
def rows(company):
    """One customer of each."""
    return {owner: add(company, Customer, name=owner, owner=company.ids.get(owner))
            for owner in ("sales1", "sales2", "pool")}


def test_ids_within_the_reach_of_a_verb_are_told(company, rows):
    with company.acting("sales1") as actor:
        ids = list(rows.values())
        assert states.allowed_ids(session(), Customer, actor, "read", ids) == {rows["sales1"], rows["pool"]}
        assert states.allowed_ids(session(), Customer, actor, "edit", ids) == {rows["sales1"]}
        assert states.allowed_ids(session(), Customer, actor, "edit", []) == set()


def test_more_ids_than_one_statement_holds_are_judged_all(company, rows, monkeypatch):
    monkeypatch.setattr(states, "CHUNK", 2)
    with company.acting("manager") as actor:
        assert states.allowed_ids(session(), Customer, actor, "read", [*rows.values(), 10**6]) == set(rows.values())


@pytest.mark.parametrize(("user", "owner", "expected"), [
    ("sales1", "sales1", {"edit"}), ("sales1", "pool", {"claim"}), ("admin", "sales2", {"edit", "delete", "claim"})])
def test_the_verbs_on_one_record_are_told(company, rows, user, owner, expected):
    with company.acting(user) as actor:
        found = states.allowed_verbs(session(), Customer, actor, ["edit", "delete", "claim", "edit"], rows[owner])
        assert found >= expected
        each = {verb for verb in ("edit", "delete", "claim")
                if states.allowed_ids(session(), Customer, actor, verb, [rows[owner]])}
        assert found == each


@pytest.mark.parametrize(("user", "statements"), [("admin", 0), ("sales1", 1), ("viewer", 0)])
def test_the_verbs_cost_one_statement_at_most(company, rows, user, statements):
    with company.acting(user) as actor, counted(company.app) as count:
        states.allowed_verbs(session(), Customer, actor, ["edit", "delete", "claim", "release"], rows["sales1"])
        assert len(count) == statements


def test_named_verbs_are_known_by_their_entity(monkeypatch):
    monkeypatch.setattr(states, "_named", set())
    states.name_verb("customer", "release")
    states.name_verb("customer", "claim")
    states.name_verb("customer_group", "merge")
    assert states.named_verbs() == {"customer.release", "customer.claim", "customer_group.merge"}
    assert states.named_verbs_of("customer") == ["claim", "release"]


def test_a_row_that_left_the_writers_reach_is_refused(company, rows):
    with company.acting("sales1") as actor:
        assert actor.id == company.ids["sales1"]
    with company.acting("system"):
        records = {each.id: each for each in session().scalars(sa.select(Customer))}
        states.judge_new(session(), actor, [(records[rows["sales1"]], "edit")])
        with pytest.raises(NotAllowed):
            states.judge_new(session(), actor, [(records[rows["sales2"]], "edit")])
        with pytest.raises(NotAllowed):
            states.judge_new(session(), actor, [(records[rows["sales2"]], "create")])
        states.judge_new(session(), actor, [(records[rows["pool"]], "release")])
