"""What the database is asked: rights inside, indexes used, no row twice."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel.filters import EVERYTHING, And, Context, Not, Or, Where, bind, compile_filter, everything_may_be_used
from tests.kernel.filters.schema import Deal, Region, Shop, Tag


def statement(tree: Any, model: Any = Deal) -> sa.Select[Any]:
    bound = bind(tree, Deal, everything_may_be_used, Context(user_id=1))
    return sa.select(model.id).where(compile_filter(bound, model)).order_by(model.id)


def spoken(tree: Any) -> str:
    return str(statement(tree).compile(compile_kwargs={"literal_binds": True})).split("WHERE", 1)[1].split(
        "ORDER BY")[0].replace("\n", "").replace("flt_deal.", "").strip()


@pytest.fixture
def choose(session: orm.Session) -> Callable[[Any], list[int]]:
    """The ids that the database finds for a tree."""
    return lambda tree: list(session.scalars(statement(tree)))


def test_comparisons_stay_plain_for_the_indexes() -> None:
    assert spoken(Where("notes", "eq", "x")) == "notes = 'x'"
    assert spoken(Where("id", "in", [1, 2])) == "id IN (1, 2)"
    assert spoken(Where("id", "ne", 1)) == "id != 1"
    assert spoken(Where("shop", "eq", 5)) == "shop_id IS NOT NULL AND shop_id = 5"
    assert spoken(Where("seats", "between", [1, 5])) == "seats IS NOT NULL AND seats >= 1 AND seats <= 5"
    assert spoken(Where("shop", "is_empty")) == "shop_id IS NULL"
    assert spoken(Where("shop", "eq", None)) == "shop_id IS NULL"
    assert spoken(Where("seats", "eq", None)) == "seats IS NULL"
    assert spoken(Where("shop.code", "eq", "S1")) == (
        "shop_id IS NOT NULL AND shop_id IN (SELECT flt_shop.id FROM flt_shop "
        "WHERE flt_shop.code IS NOT NULL AND flt_shop.code = 'S1')")


def test_a_pointer_question_is_answered_by_its_index(sqlite_engine: sa.Engine) -> None:
    for tree in (Where("owner", "eq", "me"), Where("owner", "in", [1, 2]), Where("shop.name", "eq", "x")):
        with sqlite_engine.connect() as connection:
            sql = statement(tree).compile(connection, compile_kwargs={"literal_binds": True})
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
        assert any("USING" in line and "INDEX ix_flt_deal_" in line for line in plan), plan


def test_everything_finds_all_rows_and_nothing_none(choose: Callable[[Any], list[int]]) -> None:
    assert choose(EVERYTHING) == choose(Not(Or(()))) == list(range(1, 61))
    assert choose(Or(())) == choose(Not(EVERYTHING)) == []


def test_an_empty_list_finds_nothing_and_its_denial_everything(choose: Callable[[Any], list[int]]) -> None:
    for field in ("seats", "shop", "name", "phone"):
        assert choose(Where(field, "in", [])) == []
        assert len(choose(Where(field, "not_in", []))) == 60
    assert choose(Where("tags", "has_any", [])) == []
    assert len(choose(Where("tags", "has", []))) == len(choose(Where("tags", "has_not", []))) == 60


def test_a_row_is_called_by_any_of_its_keys(choose: Callable[[Any], list[int]], deals: list[Deal]) -> None:
    for name in ("S1", "person"):
        wanted = [deal.id for deal in deals if deal.shop and name in (deal.shop.code, deal.shop.kind)]
        assert choose(Where("shop", "eq", name)) == wanted != []


def test_a_row_with_many_tags_is_found_once(choose: Callable[[Any], list[int]], deals: list[Deal]) -> None:
    found = choose(Where("tags.word", "is_not_empty"))
    assert found == [deal.id for deal in deals if any(tag.word for tag in deal.tags)]
    assert any(len([tag for tag in deal.tags if tag.word]) > 1 for deal in deals)


def test_an_alias_is_filtered_like_its_class(session: orm.Session, choose: Callable[[Any], list[int]]) -> None:
    alias = orm.aliased(Deal)
    for tree in (Where("name", "contains", "a"), Where("tags", "has", [1]), Where("parent.name", "ne", "x"),
                 Where("like.shop", "eq", "S1"), Where("phone", "eq", "13800138000")):
        assert list(session.scalars(statement(tree, alias))) == choose(tree)


def test_a_filter_joins_with_what_a_query_already_asks(session: orm.Session, deals: list[Deal]) -> None:
    bound = bind(Where("shop.region.name", "eq", "North"), Deal)
    query = sa.select(Deal.id).join(Deal.shop).where(Shop.kind == "person", compile_filter(bound, Deal))
    wanted = {deal.id for deal in deals if deal.shop and deal.shop.kind == "person" and deal.shop.region
              and deal.shop.region.name == "North"}
    assert set(session.scalars(query)) == wanted != set()


@pytest.fixture
def narrowed(engine: sa.Engine) -> Iterator[Callable[..., orm.Session]]:
    """Makes sessions in which a rule of rights is laid on every statement."""
    opened = []

    def narrow(entity: Any, rule: Any) -> orm.Session:
        session = orm.Session(engine)
        opened.append(session)

        @sa.event.listens_for(session, "do_orm_execute")
        def lay(state: orm.ORMExecuteState) -> None:
            state.statement = state.statement.options(orm.with_loader_criteria(entity, rule, include_aliases=True))

        return session

    yield narrow
    for session in opened:
        session.close()


def test_rights_hold_for_the_row_that_a_pointer_leads_to(narrowed: Callable[..., orm.Session],
                                                         deals: list[Deal]) -> None:
    session = narrowed(Shop, Shop.kind == "person")
    found = set(session.scalars(statement(Where("shop.code", "is_not_empty"))))
    assert found == {deal.id for deal in deals if deal.shop and deal.shop.kind == "person" and deal.shop.code}
    by_name = set(session.scalars(statement(Where("shop", "eq", "S1"))))
    assert by_name == {deal.id for deal in deals
                       if deal.shop and deal.shop.kind == "person" and deal.shop.code == "S1"} != set()
    unseen = set(session.scalars(statement(Where("shop.code", "ne", "S1"))))
    assert unseen == {deal.id for deal in deals} - by_name


def test_rights_hold_two_steps_away(narrowed: Callable[..., orm.Session], deals: list[Deal]) -> None:
    session = narrowed(Region, Region.id == 1)
    found = set(session.scalars(statement(Where("shop.region.name", "is_not_empty"))))
    assert found == {deal.id for deal in deals if deal.shop and deal.shop.region_id == 1} != set()
    middle = narrowed(Shop, Shop.owner_id == 1)
    found = set(middle.scalars(statement(Where("shop.region.name", "eq", "North"))))
    assert found == {deal.id for deal in deals if deal.shop and deal.shop.region_id == 1 and deal.shop.owner_id == 1}


def test_rights_hold_for_the_rows_of_a_list(narrowed: Callable[..., orm.Session], deals: list[Deal]) -> None:
    session = narrowed(Tag, Tag.id > 1)
    visible = {deal.id: {tag.id for tag in deal.tags if tag.id > 1} for deal in deals}
    tagged, second = (set(session.scalars(statement(tree)))
                      for tree in (Where("tags", "is_not_empty"), Where("tags", "has", [2])))
    assert tagged == {one for one, ids in visible.items() if ids}
    assert second == {one for one, ids in visible.items() if 2 in ids}
    for tree in (Where("tags", "has", [1]), Where("tags", "has_any", [1]), Where("tags", "has", ["vip"]),
                 Where("tags.word", "eq", "vip")):
        assert list(session.scalars(statement(tree))) == []


def test_rights_hold_for_the_own_table_inside_and_outside(narrowed: Callable[..., orm.Session],
                                                          deals: list[Deal]) -> None:
    session = narrowed(Deal, Deal.id > 20)
    found = set(session.scalars(statement(Where("parent.id", "is_not_empty"))))
    assert found == {deal.id for deal in deals if deal.id > 20 and deal.parent_id and deal.parent_id > 20}
    liked = set(session.scalars(statement(Where("like", "is_not_empty"))))
    assert liked == {deal.id for deal in deals if deal.id > 20 and any(other.id > 20 for other in deal.like)} != set()


def test_json_null_and_a_missing_json_are_both_empty(choose: Callable[[Any], list[int]], session: orm.Session) -> None:
    empty = choose(Where("extra", "is_empty"))
    stored = session.execute(sa.select(Deal.id, Deal.extra, Deal.extra.is_(None))).all()
    assert empty == sorted(row[0] for row in stored if row[1] in (None, {}, [], ""))
    assert {row[2] for row in stored if row[0] in empty} == {True, False}


def test_nothing_that_is_asked_becomes_a_part_of_the_statement() -> None:
    hostile = "x' OR 1=1 --"
    for operator in ("eq", "contains", "in"):
        sql = str(statement(And((Where("name", operator, hostile), Where("shop", "eq", hostile)))))
        assert hostile not in sql
