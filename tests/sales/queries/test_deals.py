"""What operations ask about opportunities and orders."""

import datetime as dt

from app.customers.rules.lifecycle import NO_ORDERS, OrderFacts
from app.sales.models import OpportunityLine, Order, Stage
from app.sales.models.opportunity import first_stage
from app.sales.operations import move_deals
from app.sales.queries import last_open_stage, lines_of, order_facts, pipelines_of, stage_for, without_order

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_the_first_stage_of_each_category(shop):
    for category, key in (("open", "prospecting"), ("won", "won"), ("lost", "lost")):
        assert shop.as_("sales1", stage_for, shop.pipeline, category) == shop.stages[key]
    assert shop.as_("sales1", stage_for, None, "won") is None


def test_an_opportunity_begins_in_the_first_open_stage_of_the_first_pipeline(shop):
    assert shop.as_("sales1", first_stage) == shop.stages["prospecting"]
    shop.edit(Stage, shop.stages["prospecting"], order=9)
    assert shop.as_("sales1", first_stage) == shop.stages["engaging"]


def test_the_pipelines_of_opportunities_that_may_be_read(shop):
    mine, theirs = shop.deal(), shop.deal(by="sales2")
    assert shop.as_("sales1", pipelines_of, [mine, theirs]) == {mine: shop.pipeline}


def test_the_last_open_stage_of_a_way(shop):
    deal = shop.deal()
    shop.as_("sales1", move_deals, [deal], shop.stages["closing"])
    shop.as_("sales1", move_deals, [deal], shop.stages["engaging"])
    assert shop.as_("sales1", last_open_stage, deal) == shop.stages["engaging"]
    assert shop.as_("sales1", last_open_stage, 999) is None


def test_deals_without_an_order_that_stands(shop):
    river, deals = shop.customer(), [shop.deal() for _number in range(4)]
    for deal, status in zip(deals, ("new", "cancelled", "refunded"), strict=False):
        shop.add(Order, customer=river, opportunity=deal, status=status)
    assert [row.id for row in shop.as_("system", without_order, deals)] == deals[1:]


def test_the_living_lines_of_deals_in_their_order(shop):
    deal = shop.deal()
    lines = [shop.add(OpportunityLine, **shop.line(product, opportunity=deal)) for product in (shop.paper, shop.till,
                                                                                               shop.till)]
    shop.delete(OpportunityLine, lines[1])
    assert [row.product_id for row in shop.as_("system", lines_of, [deal])] == [shop.paper, shop.till]


def test_the_facts_of_orders(shop):
    river, hill = shop.customer(), shop.customer("Green Hill")
    days = [NOON + dt.timedelta(days=number) for number in (3, 1, 2, 9, 9)]
    made = [shop.add(Order, customer=river, ordered_at=at, status=status) for at, status in
            zip(days, ("new", "completed", "shipped", "cancelled", "new"), strict=True)]
    shop.delete(Order, made[4])
    assert shop.as_("system", order_facts, [river, hill]) == {river: OrderFacts(3, days[1], days[0], made[0]),
                                                              hill: NO_ORDERS}


def test_of_two_orders_at_one_moment_the_later_row_is_the_last(shop):
    river = shop.customer()
    made = [shop.add(Order, customer=river, ordered_at=NOON) for _number in range(2)]
    assert shop.as_("system", order_facts, [river])[river].last_order == made[1]


def test_counting_does_not_depend_on_who_asks(shop):
    river = shop.customer()
    shop.add(Order, customer=river, ordered_at=NOON, owner=shop.ids["sales2"])
    assert shop.as_("viewer", order_facts, [river])[river].count == 1
