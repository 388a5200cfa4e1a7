"""A whole company moves in by the command line, and the charts then show exactly its totals."""

import csv
import random
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from app.kernel.database import session
from app.kernel.views import Chart, count, site, sum_of
from app.kernel.views.charts import numbers
from app.sales.models import Opportunity, OpportunityLine
from tests.data.maven import load, walk

TABLES = Path(__file__).parents[3] / "shared" / "data" / "maven_crm"
PIPELINE = ("opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date",
            "close_value")
WON = {"stage_category": "won"}


def chart(name, group, measure, where):
    """The points of a chart of all opportunities, by group."""
    view = site.view_of("opportunity")
    found = next((each for each in view.charts if each.name == name), None) or Chart(
        name, name, group=group, measure=measure, where=where, period="closed_at")
    answer = numbers(view, found, MultiDict())
    return {point["group"]: point["value"] for point in answer["points"]}, answer["total"]


def totals(app, company):
    """What the charts tell an admin: revenue by quarter, deals by quarter, deals by stage, revenue by month."""
    with company.acting("admin"), app.test_request_context():
        revenue = sum_of("amount")
        return {"revenue": chart("by_quarter", "closed_at:quarter", revenue, WON),
                "deals": chart("deals_by_quarter", "closed_at:quarter", count(), WON),
                "stages": chart("by_stage", "stage.key", count(), {}),
                "months": chart("won_by_month", "", None, None)}


@pytest.mark.soak  # 8,800 deals take a minute; the twin below runs always
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the twin proves the other database
@pytest.mark.skipif(not TABLES.exists(), reason="the tables of the real company are not beside the project")
def test_the_real_tables_give_the_known_totals(app, company):
    counts = walk(app, TABLES)
    assert counts["opportunity"]["created"] == counts["opportunity"]["read"] == 8800
    assert counts["team"]["skipped"] == 34  # the company of the tests has two of the three offices already
    assert {entity: each["created"] for entity, each in counts.items()} == {
        "team": 1, "industry": 10, "region": 15, "product_category": 3, "customer": 85, "product": 7,
        "opportunity": 8800}
    found = totals(app, company)
    assert sorted(found["revenue"][0].values()) == sorted([1_134_672, 3_086_111, 2_982_255, 2_802_496])
    assert sorted(found["deals"][0].values()) == [531, 1196, 1254, 1257]
    assert found["months"][1] == found["revenue"][1] == 10_005_534
    assert found["stages"][0] == {"won": 4238, "lost": 2473, "engaging": 1589, "prospecting": 500}
    with company.acting("admin"):
        assert session().scalars(sa.select(sa.func.count()).select_from(Opportunity).where(
            Opportunity.customer_id.is_(None))).one() == 1425
        assert session().scalars(sa.select(sa.func.count()).select_from(OpportunityLine)).one() == 4238


@pytest.fixture
def twin(tmp_path):
    """Tables of the same make and with the same traps, and the revenue by quarter that they hold."""
    draw = random.Random(7)
    agents = [(f"Agent {number}", f"Boss {number % 2}", ("Central", "East")[number % 2]) for number in range(6)]
    accounts = [(f"Firm {number}", ("technolgy", "retail")[number % 2], 1990, 10.5, 20, "Philipines", "")
                for number in range(9)]
    products = [("GTX Pro", "GTX", 4821), ("MG Special", "MG", 55)]
    deals, revenue = [], {}
    for number in range(260):
        stage = ("Won", "Lost", "Engaging", "Prospecting")[number % 4]
        month, amount = draw.randint(3, 12), draw.randint(1, 9000)
        if stage == "Won":
            revenue[(month + 2) // 3] = revenue.get((month + 2) // 3, 0) + amount
        deals.append((f"{number:04}X", draw.choice(agents)[0], ("GTXPro", "MG Special")[number % 2],
                      "" if number % 4 == 2 else draw.choice(accounts)[0], stage,
                      "" if stage == "Prospecting" else "2016-12-20",
                      f"2017-{month:02}-{draw.randint(1, 28):02}" if stage in ("Won", "Lost") else "",
                      {"Won": amount, "Lost": 0}.get(stage, "")))
    for name, header, rows in (
            ("sales_teams", "sales_agent,manager,regional_office", agents),
            ("accounts", "account,sector,year_established,revenue,employees,office_location,subsidiary_of", accounts),
            ("products", "product,series,sales_price", products),
            ("sales_pipeline", ",".join(PIPELINE), deals)):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header.split(","), *rows])
    return tmp_path, revenue


def test_a_generated_twin_gives_its_own_totals(app, company, twin):
    folder, revenue = twin
    counts = walk(app, folder)
    assert counts["opportunity"]["created"] == 260
    assert (counts["team"]["created"], counts["team"]["skipped"]) == (1, 5)
    found = totals(app, company)
    assert sorted(found["revenue"][0].values()) == sorted(revenue.values())
    assert found["months"][1] == sum(revenue.values())
    assert found["stages"][0] == dict.fromkeys(("won", "lost", "engaging", "prospecting"), 65)
    again = load(app, "opportunity", folder, "sales_pipeline", "opportunities")
    assert (again["unchanged"], again["created"]) == (260, 0)
