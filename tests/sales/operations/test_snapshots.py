"""The nightly picture of the pipelines: what is open, once a day."""

import datetime as dt

import pytest

from app.kernel.database import in_unit
from app.sales.models import Opportunity, PipelineSnapshot
from app.sales.operations.snapshots import keep_pipeline, open_pipeline

DAY = dt.date(2026, 3, 2)


@pytest.fixture
def trading(shop, company):
    """Deals of two sellers in two stages and two currencies, one without an amount, one lost, one deleted."""
    first, second = [stage for key, stage in shop.stages.items() if key not in ("won", "lost")][:2]
    shop.deal(amount=100_00, stage=first)
    shop.deal(amount=50_01, stage=first)
    shop.deal(stage=first)
    shop.deal(amount=7_00, stage=second)
    shop.deal(amount=9_00, stage=first, currency="USD")
    shop.deal(amount=200_00, stage=first, by="sales2")
    shop.deal(amount=999_00, stage=shop.stages["lost"], loss_reason=shop.reasons["Price"])
    gone = shop.deal(amount=888_00, stage=first)
    shop.delete(Opportunity, gone)
    shop.two, shop.acting, shop.client = (first, second), company.acting, company.client
    return shop


def pictures(shop, *names):
    return sorted(shop.rows(PipelineSnapshot, *names))


def test_open_deals_are_summed_by_stage_owner_and_currency(trading):
    first, second = trading.two
    with trading.acting("system"):
        assert in_unit(keep_pipeline, DAY, open_pipeline()) == 4
    assert pictures(trading, "stage_id", "owner_id", "currency", "number", "amount") == sorted([
        (first, trading.ids["sales1"], "CNY", 3, 150_01), (second, trading.ids["sales1"], "CNY", 1, 7_00),
        (first, trading.ids["sales1"], "USD", 1, 9_00), (first, trading.ids["sales2"], "CNY", 1, 200_00)])
    assert {row[0] for row in pictures(trading, "team_id")} == {trading.teams["East"], trading.teams["West"]}


def test_amounts_are_weighted_by_their_probability(trading):
    with trading.acting("system"):
        in_unit(keep_pipeline, DAY, open_pipeline())
    expected = {}
    for stage, owner, currency, amount, chance, category, gone in trading.rows(
            Opportunity, "stage_id", "owner_id", "currency", "amount", "probability", "stage_category", "deleted_at"):
        if category == "open" and gone is None:
            key = (stage, owner, currency)
            expected[key] = expected.get(key, 0) + (amount or 0) * (chance or 0)
    told = {row[:3]: row[3] for row in pictures(trading, "stage_id", "owner_id", "currency", "weighted_amount")}
    assert told == {key: total // 100 for key, total in expected.items()}
    assert any(told.values())


def test_a_day_has_one_picture_and_the_next_another(trading):
    with trading.acting("system"):
        rows = open_pipeline()
        assert in_unit(keep_pipeline, DAY, rows) == 4
        assert in_unit(keep_pipeline, DAY, rows) == 0
        assert in_unit(keep_pipeline, DAY + dt.timedelta(days=1), rows) == 4
    assert len(pictures(trading, "id")) == 8


def test_a_company_without_deals_has_nothing_to_keep(shop):
    assert shop.as_("system", lambda: keep_pipeline(DAY, open_pipeline())) == 0
    assert pictures(shop, "id") == []
