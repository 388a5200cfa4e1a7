"""Pictures of the pipelines: read as far as one's deals reach, drawn by day, written by nobody."""

import datetime as dt

import pytest

from app.kernel.database import in_unit
from app.kernel.pour import put_rows
from app.sales.models import PipelineSnapshot
from tests.desk.records import stored

DAYS = (dt.date(2026, 3, 2), dt.date(2026, 3, 3))
OWNERS = {"sales1": "East", "sales2": "West"}


@pytest.fixture
def pictures(shop, company):
    """Two days of two sellers in one stage, two deals of 150.00 each."""
    rows = [{"taken_on": day, "pipeline_id": shop.pipeline, "stage_id": min(shop.stages.values()), "currency": "CNY",
             "number": 2, "amount": 300_00, "weighted_amount": 30_00, "owner_id": company.ids[owner],
             "team_id": company.teams[team]} for day in DAYS for owner, team in OWNERS.items()]
    with company.acting("system"):
        in_unit(put_rows, PipelineSnapshot, rows)
    return company


@pytest.mark.parametrize(("user", "seen"), [("sales1", 2), ("sales2", 2), ("manager", 4), ("analyst", 4),
                                            ("viewer", 2), ("admin", 4), ("support1", None), ("marketing", None)])
def test_everybody_sees_the_part_that_is_his(pictures, user, seen):
    answer = pictures.client(user).get("/api/v1/pipeline_snapshot/")
    assert answer.status_code == (403 if seen is None else 200)
    if seen is not None:
        assert len(answer.json["result"]) == seen
        assert {row["owner"]["name"] for row in answer.json["result"]} <= {"sales1", "sales2"}


@pytest.mark.parametrize(("name", "total"), [("number_by_day", 8), ("open_by_day", 1200), ("weighted_by_day", 120)])
def test_the_charts_add_up_by_day(pictures, name, total):
    answer = pictures.client("manager").get(f"/api/v1/pipeline_snapshot/chart/{name}")
    assert answer.status_code == 200
    assert sum(sum(filter(None, series["data"])) for series in answer.json["series"]) == total


def test_nobody_writes_pictures_by_hand(pictures):
    client = pictures.client("admin")
    record_id = stored(pictures, PipelineSnapshot, "id")[0]
    assert client.post("/api/v1/pipeline_snapshot/", json={"taken_on": "2026-03-02"}).status_code in (403, 404, 405)
    for verb in (client.put, client.delete):
        assert verb(f"/api/v1/pipeline_snapshot/{record_id}", json={"number": 9}).status_code in (403, 404, 405)
    assert stored(pictures, PipelineSnapshot, "number") == [2, 2, 2, 2]
