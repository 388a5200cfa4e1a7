"""Law 12: a filter gives the same rows in SQLite, in PostgreSQL and in Python."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import orm

from app.kernel import clock
from app.kernel.filters import (
    And,
    Context,
    Not,
    Or,
    Tree,
    Where,
    bind,
    compile_filter,
    everything_may_be_used,
    from_dict,
    matches,
    parse,
    to_dict,
    to_query,
)
from app.kernel.filters.bound import Step
from app.kernel.filters.operators import OPERATORS
from tests.kernel.filters.asking import FIELDS_ASKED, NOWS, QUESTIONS, TREES, ZONES
from tests.kernel.filters.schema import Deal, Region

THOROUGH = settings(max_examples=250, deadline=None, derandomize=True,
                    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
CONTEXTS = st.builds(Context, user_id=st.sampled_from([1, 2]), zone=st.sampled_from(ZONES))
REGIONS = {1: Region(id=1, name="North"), 2: Region(id=2, name="华东"), 3: Region(id=3, name=None)}


def chosen(session: orm.Session, bound: Any) -> set[int]:
    """The ids that the database finds; that each is found once is part of the promise."""
    found = session.scalars(sa.select(Deal.id).where(compile_filter(bound, Deal))).all()
    assert len(found) == len(set(found))
    return set(found)


def related(record: Any, step: Step) -> Any:
    """As the ORM has it, and the region, to which no relation leads, by its number."""
    if step.name == "region" and step.relation is None:
        return REGIONS.get(record["region_id"] if isinstance(record, Mapping) else record.region_id)
    if isinstance(record, Mapping):
        return record.get(step.name)
    return getattr(record, step.relation)


def as_mapping(record: Any, depth: int = 4) -> dict[str, Any] | None:
    """The record as nested dicts by column name and relation name."""
    if record is None or depth == 0:
        return None
    mapper = sa.inspect(type(record))
    found = {attribute.key: getattr(record, attribute.key) for attribute in mapper.column_attrs}
    for relation in mapper.relationships:
        if relation.viewonly:
            continue
        value = getattr(record, relation.key)
        found[relation.key] = [as_mapping(item, depth - 1) for item in value] if relation.uselist else as_mapping(
            value, depth - 1)
    return found


@given(tree=TREES, context=CONTEXTS, now=st.sampled_from(NOWS))
@THOROUGH
def test_sql_and_python_choose_the_same_rows(session: orm.Session, deals: list[Deal], tree: Tree, context: Context,
                                             now: dt.datetime) -> None:
    with clock.at(now):
        bound = bind(tree, Deal, everything_may_be_used, context)
    assert chosen(session, bound) == {deal.id for deal in deals if matches(bound, deal, related)}


@given(question=QUESTIONS, context=CONTEXTS, now=st.sampled_from(NOWS))
@settings(THOROUGH, max_examples=600)
def test_every_single_question_has_the_same_answer(session: orm.Session, deals: list[Deal], question: Where,
                                                   context: Context, now: dt.datetime) -> None:
    with clock.at(now):
        bound = bind(question, Deal, everything_may_be_used, context)
    assert chosen(session, bound) == {deal.id for deal in deals if matches(bound, deal, related)}


@given(tree=TREES, now=st.sampled_from(NOWS))
@THOROUGH
def test_no_row_vanishes_from_a_filter_and_its_denial(session: orm.Session, deals: list[Deal], tree: Tree,
                                                      now: dt.datetime) -> None:
    with clock.at(now):
        bound, denied = (bind(asked, Deal, everything_may_be_used, Context(user_id=1)) for asked in (tree, Not(tree)))
    expression = compile_filter(bound, Deal)
    unknown = session.scalar(sa.select(sa.func.count(Deal.id)).where(expression.is_(None)))
    assert unknown == 0
    found, rest = chosen(session, bound), chosen(session, denied)
    assert found | rest == {deal.id for deal in deals}
    assert not found & rest


def test_mappings_are_judged_like_objects(deals: list[Deal]) -> None:
    mapped = [as_mapping(deal) for deal in deals]

    @given(tree=TREES, context=CONTEXTS)
    @settings(THOROUGH, max_examples=150)
    def judged(tree: Tree, context: Context) -> None:
        with clock.at(NOWS[0]):
            bound = bind(tree, Deal, everything_may_be_used, context)
        assert [matches(bound, one, related) for one in mapped] == [matches(bound, one, related) for one in deals]

    judged()


@given(tree=TREES)
@settings(THOROUGH, max_examples=300)
def test_a_tree_survives_storage_and_the_url(tree: Tree) -> None:
    assert from_dict(to_dict(tree)) == tree
    assert parse(to_query(tree)) == tree


@given(tree=TREES, context=CONTEXTS, now=st.sampled_from(NOWS))
@settings(THOROUGH, max_examples=150)
def test_what_came_back_from_the_url_means_the_same(tree: Tree, context: Context, now: dt.datetime) -> None:
    with clock.at(now):
        assert bind(parse(to_query(tree)), Deal, everything_may_be_used, context) == bind(
            tree, Deal, everything_may_be_used, context)


def test_the_questions_are_worth_asking(deals: list[Deal]) -> None:
    """Guards the properties above: questions that divide no rows would prove nothing."""
    divided = set()

    @given(question=QUESTIONS)
    @settings(THOROUGH, max_examples=1_500)
    def ask(question: Where) -> None:
        with clock.at(NOWS[0]):
            bound = bind(question, Deal, everything_may_be_used, Context(user_id=1))
        if 0 < sum(matches(bound, deal, related) for deal in deals) < len(deals):
            divided.add((question.field, question.operator))

    ask()
    assert len({field for field, _ in divided}) == FIELDS_ASKED
    assert {operator for _, operator in divided} == OPERATORS


def test_the_widest_and_deepest_tree_runs_on_both_databases(session: orm.Session, deals: list[Deal]) -> None:
    tree: Tree = Or(tuple(Where("name", "contains", f"{number}") for number in range(50))
                    + tuple(Where("shop.region.name", "in", [f"{n}" for n in range(100)]) for _ in range(49)))
    for level in range(6):
        tree = And((tree,)) if level % 2 else Not(tree)
    bound = bind(tree, Deal)
    assert chosen(session, bound) == {deal.id for deal in deals if matches(bound, deal, related)}


def test_the_longest_lists_run_on_both_databases(session: orm.Session) -> None:
    tree = And(tuple(Where("seats", "in", list(range(start, start + 1_000))) for start in range(0, 10_000, 1_000)))
    assert chosen(session, bind(tree, Deal)) == set()
    assert len(chosen(session, bind(Not(tree), Deal))) == 60


def test_a_tag_question_with_many_values_runs_on_both_databases(session: orm.Session, deals: list[Deal]) -> None:
    bound = bind(Where("tags", "has", [1, 2, "vip", *range(100, 197)]), Deal)
    assert chosen(session, bound) == set()
    bound = bind(Where("tags", "has", [1, "vip"]), Deal)
    assert chosen(session, bound) == {deal.id for deal in deals if 1 in {tag.id for tag in deal.tags}} != set()
