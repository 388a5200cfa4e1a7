"""The funnel and the sources of leads, under the rights of the reader."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.kernel import clock
from app.kernel.filters import EVERYTHING, Where, parse
from app.kernel.views.asked import condition
from app.kernel.views.charts import Asked
from app.sales.models import Lead, LeadSource, Opportunity, Pipeline, Stage
from app.sales.operations import convert_lead, lose_deals, move_deals, win_deal
from app.sales.queries import funnel, leads_by_source

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def ask(shop, name, query, model, tree=EVERYTHING):
    return shop.as_(name, lambda: query(Asked(condition(model, tree), tree, None, None)))


def behind(shop, name, model, query):
    """How many rows the address of a bar leads to."""
    from app.kernel.database import session

    count = sa.select(sa.func.count()).select_from(model)
    return shop.as_(name, lambda: session().execute(count.where(condition(model, parse(query)))).scalar())


@pytest.fixture
def worked(shop):
    """Five deals of sales1 that came to different ends within thirty days, and one of sales2."""
    river = shop.customer()
    with clock.at(NOON):
        deals = [shop.deal(customer=river) for _number in range(5)]
        shop.deal(by="sales2")
    with clock.at(NOON + dt.timedelta(days=10)):
        shop.as_("sales1", move_deals, deals[1:], shop.stages["engaging"])
    with clock.at(NOON + dt.timedelta(days=30)):
        shop.as_("sales1", move_deals, deals[3:], shop.stages["closing"])
        shop.as_("sales1", lose_deals, deals[2:3], loss_reason=shop.reasons["Price"])
        shop.as_("sales1", win_deal, deals[4], [shop.line()])
    return deals


def bars(rows):
    return [(row["stage"], row["reached"], row["conversion"], row["days"]) for row in rows]


def test_the_funnel_of_a_seller(shop, worked):
    assert bars(ask(shop, "sales1", funnel, Opportunity)) == [
        ("First contact", 5, 80.0, 10.0), ("In depth", 4, 50.0, 20.0), ("About to close", 2, 50.0, 0.0),
        ("Closed won", 1, None, None)]


def test_a_manager_sees_the_deals_of_both_teams_and_a_filter_narrows(shop, worked):
    rows = ask(shop, "manager", funnel, Opportunity)
    assert [row["reached"] for row in rows] == [6, 4, 2, 1]
    west = ask(shop, "manager", funnel, Opportunity, Where("team", "eq", shop.teams["West"]))
    assert [row["reached"] for row in west] == [1, 0, 0, 0]
    assert [row["days"] for row in west] == [None] * 4


@pytest.mark.parametrize("name", ["sales1", "manager"])
def test_behind_every_bar_are_as_many_rows_as_it_says(shop, worked, name):
    for row in ask(shop, name, funnel, Opportunity)[1:]:
        assert behind(shop, name, Opportunity, row["query"]) == row["reached"]


def test_a_row_names_pipeline_and_expected_days(shop, worked):
    first = ask(shop, "sales1", funnel, Opportunity)[0]
    assert (first["pipeline"], first["expected_days"]) == ("Sales", 14)


def test_history_that_names_only_the_end_passed_everything_before(shop):
    shop.deal(stage=shop.stages["won"])
    shop.deal(stage=shop.stages["lost"])
    assert [row["reached"] for row in ask(shop, "sales1", funnel, Opportunity)] == [2, 1, 1, 1]


def test_every_pipeline_has_its_own_funnel_and_one_without_stages_none(shop):
    shop.add(Pipeline, name="Empty", order=5)
    other = shop.add(Pipeline, name="Renewals", order=2)
    begin = shop.add(Stage, pipeline=other, key="begin", label="Begin")
    shop.deal(stage=begin)
    shop.deal()
    rows = ask(shop, "sales1", funnel, Opportunity)
    assert {(row["pipeline"], row["stage"]): row["reached"] for row in rows if row["reached"]} == {
        ("Sales", "First contact"): 1, ("Renewals", "Begin"): 1}
    assert "Empty" not in {row["pipeline"] for row in rows}


def test_a_stage_that_is_gone_counts_as_the_first(shop):
    deal = shop.deal(stage=shop.stages["closing"])
    shop.as_("sales1", lose_deals, [deal], loss_reason=shop.reasons["Price"])
    shop.delete(Stage, shop.stages["closing"])
    assert [row["reached"] for row in ask(shop, "sales1", funnel, Opportunity)] == [1, 0, 0]


def test_leads_by_source_with_what_became_of_them(shop):
    sources = {name: each for each, name in shop.rows(LeadSource, "id", "name")}
    with_source = [shop.add(Lead, name=f"L{number}", source=sources["Referral"], by="sales1") for number in range(3)]
    shop.add(Lead, name="Nowhere", by="sales1")
    shop.add(Lead, name="Theirs", source=sources["Phone"], by="sales2")
    shop.as_("sales1", convert_lead, with_source[0])
    rows = ask(shop, "sales1", leads_by_source, Lead)
    assert [(row["source"], row["leads"], row["converted"], row["conversion"]) for row in rows] == [
        ("Referral", 3, 1, 33.3), ("", 1, 0, 0.0)]
    assert [behind(shop, "sales1", Lead, row["query"]) for row in rows] == [3, 1]
    assert [row["leads"] for row in ask(shop, "manager", leads_by_source, Lead)] == [3, 1, 1]
