"""Charts from kept sums: the same answer as from records, wherever they answer at all."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from app.kernel import buckets
from app.kernel.database import acting_as, session
from app.kernel.fields import fields_of
from app.kernel.rollups import shapes, upkeep
from app.kernel.views import Chart, average_of, charts, rolled, sum_of
from app.sales.models import Opportunity, Stage
from tests.desk.records import add
from tests.kernel.counting import counted


@pytest.fixture
def built(desk):
    """The screens' company with its sums built, and won deals of several months."""
    with desk.acting("system"):
        upkeep.rebuild()
        won = next(stage.id for stage in _stages() if stage.category == "won")
    for year, month in ((2024, 2), (2026, 1), (2026, 3)):
        add(desk, Opportunity, name=f"{year}-{month}", stage=won, amount=100 * month, owner=desk.ids["sales1"],
            customer=desk.mine, closed_at=dt.datetime(year, month, 5, tzinfo=dt.UTC))
    return desk


def _stages():
    return session().scalars(sa.select(Stage).order_by(Stage.id)).all()


def won_by_month(view):
    return next(chart for chart in view.charts if chart.name == "won_by_month")


def both(desk, view_of, who, query=""):
    """What the chart answers, whether from cells, and what the plain query answers."""
    with desk.app.test_request_context("/?_l_=en"), desk.acting(who):
        view = view_of("opportunity")
        chart, args = won_by_month(view), MultiDict(pair.split("=") for pair in query.split("&") if pair)
        kept = rolled.rows(view, chart)
        return charts.numbers(view, chart, args), kept, charts.numbers(view, replace(chart, rollup=False), args)


def test_months_are_those_of_the_plain_query_with_the_same_addresses(built, view_of):
    answer, kept, plain = both(built, view_of, "manager")
    assert kept is not None
    assert answer == plain
    assert [point["group"] for point in answer["points"]] == ["2024-02", "2026-01", "2026-03"]


def test_months_before_the_longest_axis_fall_together_as_in_the_plain_query(built, view_of, monkeypatch):
    monkeypatch.setattr(buckets, "MAX_BUCKETS", 3)
    answer, _kept, plain = both(built, view_of, "manager")
    assert answer == plain
    assert [point["key"] for point in answer["points"]] == ["2026-01", "2026-03", None]


@pytest.mark.parametrize("query", ["since=2026-01-01", "until=2026-02-01", "name=2026-1", "team_tree=1"])
def test_a_chart_that_is_narrowed_asks_the_records(built, view_of, query, monkeypatch):
    monkeypatch.setattr(rolled, "rows", lambda view, chart: pytest.fail("not to be asked"))
    with built.app.test_request_context("/"), built.acting("manager"):
        view = view_of("opportunity")
        args = MultiDict([query.split("=")])
        charts.numbers(view, won_by_month(view), args)


def test_a_chart_from_cells_costs_at_most_four_statements_and_reads_no_record(built):
    client = built.client("manager")
    client.get("/")
    with counted(built.app) as count:
        assert client.get("/opportunity/chart/won_by_month").status_code == 200
    assert len(count) <= 4, str(count)
    assert not any("FROM opportunity" in each for each in count.statements)


def test_who_may_not_use_a_column_of_it_is_answered_by_the_plain_query(built, view_of):
    with built.app.test_request_context("/"), built.acting("manager") as actor:
        view = view_of("opportunity")
        chart = won_by_month(view)
        for field in ("amount", "closed_at", "stage_category"):
            closed = {("opportunity", field): "mask"}
            with acting_as(replace(actor, columns=closed, made={})):
                assert rolled.rows(view, chart) is None, field
        with acting_as(replace(actor, columns={("opportunity", "name"): "hide"}, made={})):
            assert rolled.rows(view, chart) is not None


@pytest.mark.parametrize("chart", [
    Chart("far", "Far", group="customer.region", rollup=True), Chart("none", "None", group="nothing", rollup=True),
    Chart("mean", "Mean", group="stage", measure=average_of("amount"), rollup=True),
    Chart("own", "Own", query=lambda asked: [], rollup=True), Chart("text", "Text", group="name", rollup=True),
    Chart("long", "Long", group="stage", measure=sum_of("name"), rollup=True)])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_chart_that_cannot_be_kept_says_so_when_it_is_declared(desk, chart):
    class Declared:
        model, entity, charts = Opportunity, "opportunity", [chart]

    with pytest.raises(ValueError, match="cannot be kept"):
        rolled.declare(Declared)
    assert shapes.find(f"opportunity.{chart.name}") is None


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_declared_chart_names_the_fields_on_which_its_cells_depend(desk):
    kept = shapes.find("opportunity.won_by_month")
    assert set(kept.fields) == {"owner", "team", "closed_at", "amount", "currency", "stage_category"}
    assert kept.measure == fields_of(Opportunity)["amount"]
