"""Scope words as SQL: who reads which rows."""

import dataclasses

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Tag
from app.desk.models import Task
from app.kernel.actor import NOBODY, SYSTEM, Actor
from app.kernel.collaborators import Collaborator
from app.kernel.database import session, unit
from app.kernel.entity import scoped_by_table
from app.kernel.rights.predicates import MOST_RANGES, predicate, ranges, visible
from app.kernel.rights.states import matching_ids
from tests.desk.records import add, delete
from tests.security.matrix.factory import Factory


@pytest.fixture
def rows(company):
    """Customers by whose they are."""
    return {owner: add(company, Customer, name=owner, owner=company.ids.get(owner))
            for owner in ("sales1", "sales1b", "sales2", "pool")}


def seen(company, rows, words, verb="read", user="sales1", **more):
    """Whose customers the words reach for the user."""
    actor = Actor(kind="user", id=company.ids[user], team_id=company.teams["East"],
                  grants={("customer", verb): frozenset(words)}, **more)
    with company.acting("system") as system:
        found = matching_ids(session(), Customer, predicate(Customer, actor, verb), list(rows.values()))
        assert system.is_system
    return {owner for owner, record_id in rows.items() if record_id in found}


@pytest.mark.parametrize(("words", "expected"), [
    (["own"], {"sales1"}), (["team"], {"sales1", "sales1b"}), (["pool"], {"pool"}),
    (["own", "pool"], {"sales1", "pool"}), (["all"], {"sales1", "sales1b", "sales2", "pool"}),
    (["tree"], set()), ([], set()), (["unheard_of"], set()), (["through"], set())])
def test_each_word_reaches_its_rows(company, rows, words, expected):
    assert seen(company, rows, words) == expected


def test_a_tree_reaches_the_teams_below(company, rows):
    teams = frozenset({company.teams["Sales"], company.teams["East"], company.teams["West"]})
    assert seen(company, rows, ["tree"], teams=teams) == {"sales1", "sales1b", "sales2"}


def test_another_verb_needs_its_own_grant(company, rows):
    assert seen(company, rows, ["all"], verb="edit") == {"sales1", "sales1b", "sales2", "pool"}
    actor = Actor(kind="user", id=1, grants={("customer", "read"): frozenset({"all"})})
    assert isinstance(predicate(Customer, actor, "edit"), sa.False_)
    assert isinstance(predicate(Customer, NOBODY, "read"), sa.False_)
    assert isinstance(predicate(Customer, SYSTEM, "delete"), sa.True_)


def test_an_expression_is_built_once_for_an_actor():
    actor = Actor(kind="user", id=1, grants={("customer", "read"): frozenset({"own"})})
    assert predicate(Customer, actor, "read") is predicate(Customer, actor, "read")


def test_deleted_rows_are_invisible_unless_asked_for(company, rows):
    delete(company, Customer, rows["sales1"])
    with company.acting("system") as actor:
        ids = list(rows.values())
        assert rows["sales1"] not in matching_ids(session(), Customer, visible(Customer, actor), ids)
        assert rows["sales1"] in matching_ids(session(), Customer, visible(Customer, actor, with_deleted=True), ids)


def test_a_contact_is_read_through_its_customer_and_a_task_through_what_it_is_about(company, rows):
    contacts = {owner: add(company, Contact, name=owner, customer=record_id, owner=company.ids["admin"])
                for owner, record_id in rows.items()}
    tasks = {owner: add(company, Task, subject=owner, about=f"customer:{record_id}", owner=company.ids["admin"])
             for owner, record_id in rows.items()}
    grants = {("customer", "read"): frozenset({"own"}), ("contact", "read"): frozenset({"through"}),
              ("task", "read"): frozenset({"through"})}
    actor = Actor(kind="user", id=company.ids["sales2"], grants=grants)
    with company.acting("system"):
        for model, ids in ((Contact, contacts), (Task, tasks)):
            found = matching_ids(session(), model, predicate(model, actor, "read"), list(ids.values()))
            assert found == {ids["sales2"]}, model


def test_who_reads_every_customer_reads_every_task_about_one(company, rows):
    task = add(company, Task, subject="call", about=f"customer:{rows['sales1']}", owner=company.ids["admin"])
    actor = Actor(kind="user", id=company.ids["sales2"],
                  grants={("customer", "read"): frozenset({"all"}), ("task", "read"): frozenset({"through"})})
    with company.acting("system"):
        assert matching_ids(session(), Task, predicate(Task, actor, "read"), [task]) == {task}


def test_a_model_without_a_pool_or_parent_ignores_those_words():
    actor = Actor(kind="user", id=1, grants={("tag", "read"): frozenset({"pool", "through"})})
    assert isinstance(predicate(Tag, actor, "read"), sa.False_)


def test_an_entity_may_name_scopes_of_its_own(company, rows, monkeypatch):
    monkeypatch.setattr(Customer, "named_scopes", {"initials": lambda model, actor: model.name.like("sales2%")})
    assert seen(company, rows, ["initials"]) == {"sales2"}
    assert seen(company, rows, ["initials", "own"]) == {"sales1", "sales2"}
    monkeypatch.setattr(Customer, "named_scopes", {})
    assert seen(company, rows, ["initials"]) == set()


def test_who_has_no_team_reaches_nobodys_rows_by_team_or_tree(company, rows):
    add(company, Customer, name="teamless", owner=None)
    for words in (["team"], ["tree"]):
        actor = Actor(kind="user", id=company.ids["sales1"], grants={("customer", "read"): frozenset(words)})
        assert isinstance(predicate(Customer, actor, "read"), sa.False_)


@pytest.mark.parametrize("words", [["all", "own"], ["all"], ["own", "all", "pool", "unheard_of"]])
def test_all_is_the_widest_word_whatever_stands_beside_it(words):
    actor = Actor(kind="user", id=1, grants={("customer", "read"): frozenset(words)})
    assert isinstance(predicate(Customer, actor, "read"), sa.True_)
    assert "deleted_at IS NULL" in str(visible(Customer, actor))
    assert "deleted_at" not in str(visible(Customer, actor, with_deleted=True))


@pytest.mark.parametrize(("words", "count"), [
    (["own", "pool"], 3), (["own", "team"], 3), (["pool", "team", "tree"], 4), (["pool", "through", "team"], 2)])
def test_the_ranges_of_an_actor_are_together_what_he_may_reach(company, rows, words, count):
    teams = frozenset({company.teams["East"], company.teams["West"]})
    actor = Actor(kind="user", id=company.ids["sales1"], team_id=company.teams["East"], teams=teams,
                  grants={("customer", "read"): frozenset(words)})
    with company.acting("system"), unit() as current:
        current.add(Collaborator(entity="customer", record_id=rows["sales2"], user_id=company.ids["sales1"]))
    with company.acting("system"):
        parts = ranges(Customer, actor, "read")
        found = [matching_ids(session(), Customer, part, list(rows.values())) for part in parts]
        assert set.union(*found) == matching_ids(session(), Customer, predicate(Customer, actor, "read"),
                                                 list(rows.values()))
    assert (len(parts), all(found)) == (count, True)
    assert ranges(Customer, actor, "read") is parts


@pytest.mark.parametrize("words", [["all"], ["all", "own"], ["pool"], [], ["through"]])
def test_what_is_one_range_stays_whole(words):
    actor = Actor(kind="user", id=1, grants={("customer", "read"): frozenset(words)})
    assert ranges(Customer, actor, "read") == [predicate(Customer, actor, "read", probing=True)]
    assert ranges(Customer, SYSTEM, "read") == [predicate(Customer, SYSTEM, "read", probing=True)]


def test_a_tree_of_too_many_teams_is_walked_whole():
    def parts(teams):
        return ranges(Customer, Actor(kind="user", id=1, teams=frozenset(range(1, teams + 1)),
                                      grants={("customer", "read"): frozenset({"tree"})}), "read")

    assert (len(parts(MOST_RANGES)), len(parts(MOST_RANGES + 1))) == (MOST_RANGES, 1)


def test_a_scope_that_an_entity_names_itself_is_one_range(monkeypatch):
    named = Customer.name == "sales2"
    scopes = {"own": lambda model, actor: named, "tree": lambda model, actor: None}
    monkeypatch.setattr(Customer, "named_scopes", scopes)
    actor = Actor(kind="user", id=1, grants={("customer", "read"): frozenset({"own", "tree", "pool"})})
    assert [part is named for part in ranges(Customer, actor, "read")] == [True, False]


@pytest.fixture
def filled(company, furnish):
    """The company with rows of every entity on every side."""
    with company.app.app_context():
        furnish("filled", Factory(company.ids).make_all)
    return company


def ids_where(model, condition):
    return set(session().execute(sa.select(model.id).where(condition), execution_options={"unscoped": True}).scalars())


@pytest.mark.parametrize("user", ["manager", "sales1", "support1", "viewer", "analyst"])
def test_probed_in_ranges_or_asked_of_a_set_a_role_reads_the_same_rows(filled, user):
    with filled.acting(user) as actor:
        pass
    through = 0
    with filled.acting("system"):
        for model in scoped_by_table().values():
            expected = ids_where(model, predicate(model, actor, "read"))
            assert ids_where(model, predicate(model, actor, "read", probing=True)) == expected, model
            assert set.union(*(ids_where(model, part) for part in ranges(model, actor, "read"))) == expected, model
            through += "through" in actor.grants.get((model.entity_name(), "read"), ()) and bool(expected)
    assert through > 2 or user in ("analyst", "viewer")


def test_what_is_open_through_a_record_has_a_range_for_each_of_the_records(company):
    actor = Actor(kind="user", id=company.ids["sales1"], grants={
        ("customer", "read"): frozenset({"own", "pool"}), ("contact", "read"): frozenset({"own", "through"})})
    customers = ranges(Customer, actor, "read")
    assert len(ranges(Contact, actor, "read")) == len(ranges(Contact, replaced(actor), "read")) - 1 + len(customers)
    probed = str(predicate(Contact, actor, "read", probing=True))
    assert " IN (SELECT customer.id" not in probed
    assert " IN (SELECT customer.id" in str(predicate(Contact, actor, "read"))


def replaced(actor):
    """The same who may read all customers: nothing is to be told apart."""
    return dataclasses.replace(actor, made={}, grants={**actor.grants, ("customer", "read"): frozenset({"all"})})
