"""Lines as a JSON body brings them, and heads kept in step."""

from decimal import Decimal

import pytest

from app.kernel.errors import NotAllowed, RuleError
from app.kernel.problems import Problem
from app.sales.models import Opportunity, OpportunityLine
from app.sales.operations.lines import add_lines, typed_lines


def test_prices_arrive_in_major_units_of_the_currency():
    given = [{"product": "3", "quantity": "2.5", "unit_price": "10.50", "discount": 1}, {"product": 4}]
    assert typed_lines(given, "CNY") == [
        {"product": 3, "quantity": Decimal("2.5"), "unit_price": 10_50, "discount": 1_00}, {"product": 4}]
    assert typed_lines([{"unit_price": "10"}], "JPY") == [{"unit_price": 10}]


def test_what_is_no_field_of_a_line_is_left_out():
    assert typed_lines([{"product": 3, "owner": 9, "amount": 1}], "CNY") == [{"product": 3}]


@pytest.mark.parametrize("given", ["x", {"product": 3}, [3], None, [[1]]])
def test_lines_that_are_no_list_are_refused(given):
    with pytest.raises(RuleError) as refused:
        typed_lines(given, "CNY")
    assert set(refused.value.problems) == {"lines"}


def test_an_unreadable_value_is_named_with_its_line():
    with pytest.raises(RuleError) as refused:
        typed_lines([{"quantity": 1}, {"quantity": "many"}], "CNY")
    found = refused.value.problems["lines"]
    assert found.params["number"] == 2
    assert isinstance(found.params["said"], Problem)


def test_without_the_right_to_add_lines_none_is_added(shop):
    deal = shop.deal(customer=shop.customer())
    with pytest.raises(NotAllowed):
        shop.as_("support1", add_lines, deal, [{"product": shop.till, "unit_price": 1}])
    assert shop.count(OpportunityLine) == 0


def test_lines_make_the_amount_of_an_opportunity(shop):
    deal = shop.deal(amount=77_00)
    line = shop.add(OpportunityLine, **shop.line(opportunity=deal, quantity=Decimal("1.5")), by="sales1")
    assert shop.of(Opportunity, deal, "amount", "line_count", "lines_total") == (150_00, 1, 150_00)
    shop.edit(Opportunity, deal, amount=1)
    assert shop.of(Opportunity, deal, "amount") == 150_00
    shop.delete(OpportunityLine, line)
    assert shop.of(Opportunity, deal, "amount", "line_count") == (0, 0)


def test_lines_follow_their_opportunity_to_another_owner(shop):
    deal = shop.deal()
    line = shop.add(OpportunityLine, **shop.line(opportunity=deal), by="sales1")
    shop.edit(Opportunity, deal, owner=shop.ids["sales2"], by="manager")
    assert shop.of(OpportunityLine, line, "owner_id", "team_id") == (shop.ids["sales2"], shop.teams["West"])


def test_lines_go_and_return_with_their_opportunity(shop):
    deal = shop.deal()
    line = shop.add(OpportunityLine, **shop.line(opportunity=deal))
    shop.delete(Opportunity, deal, by="sales1")
    assert shop.of(OpportunityLine, line, "deleted_with") == f"opportunity:{deal}"
    shop.restore(Opportunity, deal, by="sales1")
    assert shop.of(Opportunity, deal, "line_count", "amount") == (1, 100_00)


def test_a_price_that_is_typed_wins_over_the_list(shop):
    deal = shop.deal()
    for price in (None, 90_00):
        shop.add(OpportunityLine, **shop.line(opportunity=deal, unit_price=price))
    assert [row for row, in shop.rows(OpportunityLine, "unit_price")] == [100_00, 90_00]
