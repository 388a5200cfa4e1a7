"""The named actions as screens and the API call them."""

import pytest

from app.kernel.errors import Missing, RuleError
from app.sales.models import Lead, Opportunity, OpportunityLine, Order
from app.sales.operations import convert, lose, move_stage, reopen, win


@pytest.fixture
def deal(shop):
    return shop.deal(customer=shop.customer())


def test_winning_takes_lines_as_json_in_major_units(shop, deal):
    values = {"lines": [{"product": shop.till, "quantity": "2", "unit_price": "99.50"}], "lesson": "Ask early"}
    assert str(shop.as_("sales1", win, [deal], values)) == "Won. The order is made."
    assert shop.rows(OpportunityLine, "quantity", "unit_price") == [(2, 99_50)]
    assert shop.rows(Order, "amount") == [(199_00,)]
    assert shop.of(Opportunity, deal, "lesson") == "Ask early"


@pytest.mark.parametrize("values", [{}, {"lines": None}, {"lines": []}])
def test_winning_without_lines_asks_for_them(shop, deal, values):
    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", win, [deal], values)
    assert set(refused.value.problems) == {"lines"}


def test_winning_may_name_the_customer_too(shop):
    deal, river = shop.deal(product=shop.till, amount=5_00), shop.customer()
    shop.as_("sales1", win, [deal], {"customer": river})
    assert shop.rows(Order, "customer_id") == [(river,)]


def test_only_one_is_won_at_a_time(shop, deal):
    with pytest.raises(Missing):
        shop.as_("sales1", win, [deal, shop.deal()], {})


def test_moving_needs_a_stage(shop, deal):
    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", move_stage, [deal], {})
    assert set(refused.value.problems) == {"stage"}
    others = [deal, shop.deal()]
    assert str(shop.as_("sales1", move_stage, others, {"stage": shop.stages["engaging"]})) == "2 moved."
    assert [shop.of(Opportunity, each, "probability") for each in others] == [40, 40]


def test_what_is_lost_can_be_reopened(shop, deal):
    assert str(shop.as_("sales1", lose, [deal], {"loss_reason": shop.reasons["Price"]})) == "1 marked as lost."
    assert str(shop.as_("sales1", reopen, [deal], {})) == "1 reopened."
    shop.as_("sales1", lose, [deal], {"loss_reason": shop.reasons["Price"]})
    shop.as_("sales1", reopen, [deal], {"stage": shop.stages["closing"]})
    assert shop.of(Opportunity, deal, "stage_id") == shop.stages["closing"]


def test_a_lead_is_converted_with_what_is_given(shop):
    lead = shop.add(Lead, name="Ann", by="sales1")
    said = shop.as_("sales1", convert, [lead], {"name": "Tills", "match": True})
    assert str(said) == "Converted into customer, contact and opportunity."
    assert shop.rows(Opportunity, "name") == [("Tills",)]
