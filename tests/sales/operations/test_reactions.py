"""What changes of sales records bring about in the same transaction, whichever way they were made."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Customer, Interaction, LifecycleChange
from app.kernel import clock
from app.kernel.bulk import add_rows, change_rows, delete_rows
from app.kernel.database import session
from app.kernel.errors import RuleError
from app.sales.models import Lead, Opportunity, OpportunityLine, Order, OrderLine, Stage, StageChange
from app.sales.operations import move_deals, win_deal

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_every_row_of_a_file_begins_its_way_through_the_stages(shop):
    rows = [{"name": "x", "stage": shop.stages[key]} for key in ("prospecting", "closing", "won")]
    shop.as_("sales1", add_rows, Opportunity, rows)
    assert shop.rows(StageChange, "from_stage_id", "to_stage_id", "stayed_seconds") == [
        (None, shop.stages[key], None) for key in ("prospecting", "closing", "won")]


def test_two_moves_in_one_transaction_are_one_move(shop):
    deal = shop.deal()

    def work():
        move_deals([deal], shop.stages["engaging"])
        move_deals([deal], shop.stages["closing"])

    shop.as_("sales1", work)
    assert shop.rows(StageChange, "from_stage_id", "to_stage_id")[1:] == [
        (shop.stages["prospecting"], shop.stages["closing"])]


def test_a_stage_entered_and_left_at_one_moment_lasted_no_time(shop):
    with clock.at(NOON):
        deal = shop.deal()
        shop.as_("sales1", move_deals, [deal], shop.stages["closing"])
    assert shop.rows(StageChange, "stayed_seconds", "at")[1:] == [(0, NOON)]


def test_there_and_back_in_one_transaction_is_no_move(shop):
    deal = shop.deal()

    def work():
        move_deals([deal], shop.stages["engaging"])
        move_deals([deal], shop.stages["prospecting"])

    shop.as_("sales1", work)
    assert shop.count(StageChange) == 1


def test_restoring_a_won_opportunity_makes_no_second_order(shop):
    deal = shop.deal(customer=shop.customer())
    shop.as_("sales1", win_deal, deal, [shop.line()])
    shop.delete(Opportunity, deal)
    shop.restore(Opportunity, deal)
    assert shop.count(Order) == 1
    assert shop.rows(OpportunityLine, "deleted_at") == [(None,)]


def test_a_deleted_opportunity_keeps_its_order(shop):
    deal = shop.deal(customer=shop.customer())
    shop.as_("sales1", win_deal, deal, [shop.line()])
    shop.delete(Opportunity, deal)
    assert shop.rows(Order, "deleted_at", "opportunity_id") == [(None, deal)]


def test_an_order_saved_with_its_lines_in_one_flush_adds_up(shop):
    river = shop.customer()

    def save():
        order = Order(customer_id=river)
        session().add(order)
        session().add_all([OrderLine(order=order, product_id=shop.till, quantity=2, unit_price=90_00),
                           OrderLine(order=order, product_id=shop.paper, quantity=1, unit_price=5_00)])
        session().flush()

    shop.as_("sales1", save)
    assert shop.rows(Order, "amount", "line_count") == [(185_00, 2)]
    assert shop.of(Customer, river, "lifecycle_stage") == "first_purchase"


def test_an_interaction_with_a_lead_moves_the_lead_alone(shop):
    lead, deal = shop.add(Lead, name="Ann", by="sales1"), shop.deal()
    shop.add(Interaction, kind="call", lead=lead, happened_at=NOON, by="sales1")
    assert shop.of(Lead, lead, "last_contact_at", "status") == (NOON, "contacted")
    assert shop.of(Opportunity, deal, "last_contact_at") is None


def test_a_note_on_a_lead_leaves_it_new(shop):
    lead = shop.add(Lead, name="Ann", by="sales1")
    shop.add(Interaction, kind="note", content="Called twice, no answer", lead=lead, by="sales1")
    assert shop.of(Lead, lead, "status", "last_contact_at") == ("new", None)


@pytest.mark.parametrize("ids", [1, 2])
def test_a_stage_in_use_holds_up_its_deletion_together_with_others(shop, ids):
    shop.deal(stage=shop.stages["engaging"])
    stages = [shop.stages["engaging"], shop.stages["closing"]][:ids]
    with pytest.raises(RuleError) as refused:
        shop.as_("admin", delete_rows, Stage, stages)
    assert refused.value.sentence.params == {"count": 1}
    assert [stage for stage, in shop.rows(Stage, "id", where=Stage.deleted_at.is_not(None))] == []


def test_an_order_in_a_batch_counts_once_for_its_customer(shop):
    river = shop.customer()
    rows = [{"customer": river, "ordered_at": NOON + dt.timedelta(days=number)} for number in range(3)]
    made = shop.as_("sales1", add_rows, Order, rows).done
    assert shop.of(Customer, river, "lifecycle_stage", "version") == ("repeat_purchase", 2)
    assert shop.rows(LifecycleChange, "from_stage", "to_stage", "order_id")[1:] == [
        ("potential", "repeat_purchase", made[2])]
    shop.as_("sales1", change_rows, Order, {each: {"status": "cancelled"} for each in made})
    assert shop.of(Customer, river, "lifecycle_stage", "last_order_at") == ("potential", None)


def test_nothing_is_left_of_a_transaction_that_fails_after_its_reactions(shop):
    deal = shop.deal(customer=shop.customer())
    gone = sa.select(sa.func.count()).select_from(Order)

    def work():
        win_deal(deal, [shop.line()])
        session().flush()
        delete_rows(Stage, [shop.stages["won"]])

    with pytest.raises(RuleError):
        shop.as_("admin", work)
    assert shop.as_("system", lambda: session().execute(gone).scalar()) == 0
    assert shop.of(Opportunity, deal, "stage_category", "line_count") == ("open", 0)
