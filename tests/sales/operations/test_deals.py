"""Opportunities through their stages, by operation, by plain edit and in bulk: one law."""

import datetime as dt
import functools

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel import clock
from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import session
from app.kernel.errors import CrmError, Missing, NotAllowed, RuleError
from app.sales.models import Opportunity, OpportunityLine, Order, OrderLine, Pipeline, Stage, StageChange
from app.sales.operations import lose_deals, move_deals, reopen_deals, win_deal
from tests.customers.operations.test_pool import race

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def river(shop):
    return shop.customer()


@pytest.fixture
def deal(shop, river):
    return shop.deal(customer=river, amount=500_00)


def save(shop, name, record_id, **attributes):
    """Set attributes by the ORM, as a form or a PUT does."""
    def work():
        record = session().scalars(sa.select(Opportunity).where(Opportunity.id == record_id)).one()
        for attribute, value in attributes.items():
            setattr(record, attribute, value)
        session().flush()

    shop.as_(name, work)


def orders(shop):
    return shop.rows(Order, "opportunity_id", "customer_id", "amount", "status", "owner_id")


def test_an_opportunity_without_stage_begins_in_the_first(shop, deal):
    found = shop.of(Opportunity, deal, "stage_id", "pipeline_id", "stage_category", "probability", "currency")
    assert found == (shop.stages["prospecting"], shop.pipeline, "open", 10, "CNY")


def test_moving_it_moves_what_follows_from_the_stage(shop, deal):
    shop.as_("sales1", move_deals, [deal], shop.stages["closing"])
    assert shop.of(Opportunity, deal, "stage_id", "probability", "furthest_stage_id") == (
        shop.stages["closing"], 75, shop.stages["closing"])
    shop.as_("sales1", move_deals, [deal], shop.stages["engaging"])
    assert shop.of(Opportunity, deal, "probability", "furthest_stage_id") == (40, shop.stages["closing"])


def test_every_move_leaves_a_row_with_the_time_in_the_stage_left(shop, river):
    with clock.at(NOON):
        deal = shop.deal(customer=river)
    for days, key in ((3, "engaging"), (10, "closing")):
        with clock.at(NOON + dt.timedelta(days=days)):
            shop.as_("sales1", move_deals, [deal], shop.stages[key])
    ways = shop.rows(StageChange, "from_stage_id", "to_stage_id", "stayed_seconds", "at", "owner_id")
    day, mine = dt.timedelta(days=1), shop.ids["sales1"]
    assert ways == [
        (None, shop.stages["prospecting"], None, NOON, mine),
        (shop.stages["prospecting"], shop.stages["engaging"], 3 * 86_400, NOON + 3 * day, mine),
        (shop.stages["engaging"], shop.stages["closing"], 7 * 86_400, NOON + 10 * day, mine)]


def test_an_edit_of_something_else_leaves_none(shop, deal):
    shop.edit(Opportunity, deal, name="Three tills")
    assert shop.count(StageChange) == 1


def test_winning_with_lines_makes_the_order_with_its_lines(shop, river, deal):
    with clock.at(NOON):
        shop.as_("sales1", win_deal, deal, [shop.line(quantity=3), shop.line(shop.paper, 10, discount=1_00)],
                 lesson="Ask early")
    found = shop.of(Opportunity, deal, "stage_category", "amount", "closed_at", "probability", "lesson", "line_count")
    assert found == ("won", 324_00, NOON, 100, "Ask early", 2)
    order, = shop.rows(Order, "id", "customer_id", "opportunity_id", "amount", "status", "channel", "ordered_at",
                       "owner_id", "team_id", "currency", "line_count")
    mine = shop.ids["sales1"], shop.teams["East"]
    assert order[1:] == (river, deal, 324_00, "confirmed", "sales", NOON, *mine, "CNY", 2)
    lines = shop.rows(OrderLine, "order_id", "product_id", "quantity", "unit_price", "discount", "amount", "owner_id")
    assert lines == [(order[0], shop.till, 3, 100_00, 0, 300_00, mine[0]),
                     (order[0], shop.paper, 10, 2_50, 1_00, 24_00, mine[0])]
    assert shop.of(Customer, river, "lifecycle_stage", "last_order_at") == ("first_purchase", NOON)


def test_lines_that_are_there_already_are_enough(shop, deal):
    shop.add(OpportunityLine, **shop.line(opportunity=deal), by="sales1")
    shop.as_("sales1", win_deal, deal)
    assert [row[2] for row in orders(shop)] == [100_00]


def test_product_and_amount_are_a_line_too(shop, river):
    deal = shop.deal(customer=river, product=shop.till, amount=80_00)
    shop.as_("sales1", win_deal, deal)
    assert shop.rows(OpportunityLine, "product_id", "quantity", "amount") == [(shop.till, 1, 80_00)]
    assert shop.rows(OrderLine, "product_id", "amount") == [(shop.till, 80_00)]
    assert shop.of(Opportunity, deal, "amount", "line_count") == (80_00, 1)


WAYS = {
    "win": lambda shop, deal: shop.as_("sales1", win_deal, deal),
    "move": lambda shop, deal: shop.as_("sales1", move_deals, [deal], shop.stages["won"]),
    "form": lambda shop, deal: save(shop, "sales1", deal, stage_id=shop.stages["won"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_whichever_way_it_is_won_it_needs_lines_and_customer(shop, way):
    deal = shop.deal(amount=500_00)
    with pytest.raises(RuleError) as refused:
        WAYS[way](shop, deal)
    assert set(refused.value.problems) == {"lines", "customer"}
    assert shop.of(Opportunity, deal, "stage_category", "closed_at") == ("open", None)
    assert orders(shop) == []


@pytest.mark.parametrize("way", WAYS)
def test_whichever_way_it_is_won_it_becomes_one_order(shop, river, way):
    deal = shop.deal(customer=river)
    shop.add(OpportunityLine, **shop.line(opportunity=deal))
    WAYS[way](shop, deal)
    assert orders(shop) == [(deal, river, 100_00, "confirmed", shop.ids["sales1"])]


def test_in_bulk_each_row_is_judged_by_itself(shop, river):
    good, bad = shop.deal(customer=river), shop.deal(customer=river)
    shop.add(OpportunityLine, **shop.line(opportunity=good))
    won = {each: {"stage": shop.stages["won"]} for each in (good, bad)}
    outcome = shop.as_("sales1", change_rows, Opportunity, won)
    assert (outcome.done, set(outcome.refused[bad])) == ([good], {"lines"})
    assert [row[0] for row in orders(shop)] == [good]


@pytest.mark.parametrize("lines", [[{"product": 999}], [{"product": None}], [{"quantity": 0}], [{"unit_price": -1}],
                                   [{}, {"discount": 999_00}]])
def test_a_bad_line_is_named_and_nothing_is_kept(shop, deal, lines):
    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", win_deal, deal, [{**shop.line(), **line} for line in lines])
    assert set(refused.value.problems) == {"lines"}
    assert refused.value.problems["lines"].params["number"] == len(lines)
    assert shop.count(OpportunityLine) == 0
    assert shop.of(Opportunity, deal, "stage_category") == "open"


def test_what_is_made_and_won_in_one_transaction_becomes_an_order_too(shop, river):
    def work():
        made = add_rows(Opportunity, [{"name": "Walk-in", "customer": river, "product": shop.till, "amount": 90_00}])
        win_deal(made.done[0])

    shop.as_("sales1", work)
    assert [row[2] for row in orders(shop)] == [90_00]
    assert shop.rows(OpportunityLine, "amount") == [(90_00,)]


def test_what_is_won_cannot_be_won_again(shop, deal):
    shop.as_("sales1", win_deal, deal, [shop.line()])
    with pytest.raises(RuleError):
        shop.as_("sales1", win_deal, deal, [shop.line()])
    assert len(orders(shop)) == 1


def test_two_who_win_it_at_once_make_one_order(shop, river):
    for _round in range(3):
        deal = shop.deal(customer=river)
        answers = race(*[functools.partial(shop.as_, name, win_deal, deal, [shop.line()]) for name in ("sales1",
                                                                                                       "manager")])
        assert sum(isinstance(answer, CrmError) for answer in answers) <= 1, answers
        assert len([row for row in orders(shop) if row[0] == deal]) == 1


def test_what_was_won_before_it_was_recorded_is_kept_without_an_order(shop, river):
    rows = [{"name": "Old", "customer": river, "stage": shop.stages["won"], "amount": 700_00, "closed_at": NOON},
            {"name": "Nobody's", "stage": shop.stages["won"]},
            {"name": "Gone", "stage": shop.stages["lost"], "amount": 0, "closed_at": NOON}]
    outcome = shop.as_("sales1", add_rows, Opportunity, rows)
    assert not outcome.refused
    found = shop.rows(Opportunity, "amount", "closed_at", "stage_category", "stage_changed_at")
    assert found[0] == (700_00, NOON, "won", NOON)
    assert found[2] == (0, NOON, "lost", NOON)
    assert orders(shop) == []
    assert shop.of(Customer, river, "lifecycle_stage") == "potential"


def test_what_was_won_before_it_was_recorded_has_a_line_if_product_and_amount_are_known(shop, river):
    won = {"name": "Old", "stage": shop.stages["won"], "product": shop.till}
    rows = [{**won, "amount": amount} for amount in (70_00, 0, None)]
    shop.as_("sales1", add_rows, Opportunity, rows)
    assert shop.rows(OpportunityLine, "opportunity_id", "product_id", "unit_price", "owner_id") == [
        (1, shop.till, 70_00, shop.ids["sales1"])]
    assert [amount for amount, in shop.rows(Opportunity, "amount")] == [70_00, 0, None]
    assert orders(shop) == []


def test_losing_asks_for_the_reason_and_keeps_the_lesson(shop, deal):
    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", lose_deals, [deal], lesson="Too late")
    assert set(refused.value.problems) == {"loss_reason"}
    with clock.at(NOON):
        shop.as_("sales1", lose_deals, [deal], loss_reason=shop.reasons["Price"], competitor=shop.rival,
                 lesson="Too late")
    found = shop.of(Opportunity, deal, "stage_category", "loss_reason_id", "competitor_id", "lesson", "closed_at",
                    "probability", "furthest_stage_id")
    assert found == ("lost", shop.reasons["Price"], shop.rival, "Too late", NOON, 0, shop.stages["prospecting"])


def test_a_form_that_loses_it_without_a_reason_is_refused_too(shop, deal):
    with pytest.raises(RuleError) as refused:
        save(shop, "sales1", deal, stage_id=shop.stages["lost"])
    assert set(refused.value.problems) == {"loss_reason"}
    save(shop, "sales1", deal, stage_id=shop.stages["lost"], loss_reason_id=shop.reasons["Price"])
    assert shop.of(Opportunity, deal, "stage_category") == "lost"


def test_several_are_lost_for_one_reason_each_in_its_own_pipeline(shop, river):
    other = shop.add(Pipeline, name="Renewals", order=2)
    begin, end = (shop.add(Stage, pipeline=other, key=key, label=key, category=category, order=order)
                  for order, (key, category) in enumerate((("begin", "open"), ("end", "lost"))))
    deals = [shop.deal(customer=river), shop.deal(customer=river, stage=begin)]
    shop.as_("sales1", lose_deals, deals, loss_reason=shop.reasons["Price"])
    assert [shop.of(Opportunity, each, "stage_id") for each in deals] == [shop.stages["lost"], end]
    third = shop.deal(customer=river, stage=begin)
    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", win_deal, third)
    assert set(refused.value.problems) == {"stage"}


def test_reopening_puts_it_where_it_was_and_forgets_the_closing(shop, deal):
    shop.as_("sales1", move_deals, [deal], shop.stages["closing"])
    shop.as_("sales1", lose_deals, [deal], loss_reason=shop.reasons["Price"])
    shop.as_("sales1", reopen_deals, [deal])
    assert shop.of(Opportunity, deal, "stage_id", "closed_at", "loss_reason_id", "stage_category") == (
        shop.stages["closing"], None, None, "open")
    with pytest.raises(RuleError):
        shop.as_("sales1", reopen_deals, [deal])


def test_reopening_may_name_the_stage_and_falls_back_to_the_first(shop, river):
    closed = [shop.deal(customer=river, stage=shop.stages["lost"]) for _number in range(2)]
    shop.as_("sales1", reopen_deals, closed[:1], shop.stages["engaging"])
    shop.as_("sales1", reopen_deals, closed[1:])
    assert [shop.of(Opportunity, each, "stage_id") for each in closed] == [shop.stages["engaging"],
                                                                         shop.stages["prospecting"]]


@pytest.mark.parametrize(("status", "count"), [("confirmed", 1), ("cancelled", 2), ("refunded", 2)])
def test_what_is_won_again_keeps_its_order_unless_that_was_taken_back(shop, deal, status, count):
    shop.as_("sales1", win_deal, deal, [shop.line()])
    shop.edit(Order, shop.rows(Order, "id")[0][0], status=status)
    shop.as_("sales1", reopen_deals, [deal])
    shop.as_("sales1", win_deal, deal)
    assert len(orders(shop)) == count
    assert all(row[2] == 100_00 for row in orders(shop))


def test_a_deleted_order_is_made_again(shop, deal):
    shop.as_("sales1", win_deal, deal, [shop.line()])
    shop.delete(Order, shop.rows(Order, "id")[0][0])
    shop.as_("sales1", reopen_deals, [deal])
    shop.as_("sales1", win_deal, deal)
    assert len(shop.rows(Order, "id", where=Order.deleted_at.is_(None))) == 1


@pytest.mark.parametrize(("name", "error"), [("sales2", Missing), ("viewer", NotAllowed), ("support1", NotAllowed)])
def test_who_may_not_edit_it_may_not_win_it(shop, deal, name, error):
    with pytest.raises(error):
        shop.as_(name, win_deal, deal)
    assert shop.of(Opportunity, deal, "stage_category") == "open"


def test_the_order_belongs_to_the_owner_of_the_deal_whoever_won_it(shop, deal):
    shop.as_("manager", win_deal, deal, [shop.line()])
    assert orders(shop)[0][4] == shop.ids["sales1"]


def test_a_crash_after_winning_leaves_neither_win_nor_order(shop, deal):
    def work():
        win_deal(deal, [shop.line()])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shop.as_("sales1", work)
    assert (orders(shop), shop.count(OpportunityLine), shop.of(Opportunity, deal, "stage_category")) == ([], 0, "open")


def test_a_stage_in_use_cannot_be_deleted(shop, deal):
    with pytest.raises(RuleError):
        shop.delete(Stage, shop.stages["prospecting"])
    shop.delete(Stage, shop.stages["closing"])
    shop.delete(Opportunity, deal)
    shop.delete(Stage, shop.stages["prospecting"])


def test_a_stage_keeps_its_category(shop):
    outcome = shop.as_("system", change_rows, Stage, {shop.stages["closing"]: {"category": "won"}})
    assert set(outcome.refused[shop.stages["closing"]]) == {"category"}
