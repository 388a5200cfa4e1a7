"""Pictures of the customers by segment: nobody's own, read by team."""

import datetime as dt

import pytest

from app.customers.models import SegmentSnapshot
from app.kernel.database import in_unit
from app.kernel.pour import put_rows

DAYS = (dt.date(2026, 3, 2), dt.date(2026, 3, 3))


@pytest.fixture
def pictures(company):
    """Two days of two teams with five customers each."""
    rows = [{"taken_on": day, "lifecycle_stage": "loyal", "level": "key", "number": 5, "team_id": company.teams[team]}
            for day in DAYS for team in ("East", "West")]
    with company.acting("system"):
        in_unit(put_rows, SegmentSnapshot, rows)
    return company


@pytest.mark.parametrize(("user", "seen"), [("manager", 4), ("analyst", 4), ("viewer", 2), ("admin", 4),
                                            ("sales1", None), ("support1", None)])
def test_teams_are_seen_as_far_as_the_role_reaches(pictures, user, seen):
    answer = pictures.client(user).get("/api/v1/segment_snapshot/")
    assert answer.status_code == (403 if seen is None else 200)
    if seen is not None:
        assert len(answer.json["result"]) == seen


def test_the_chart_tells_the_customers_of_each_day(pictures):
    told = pictures.client("analyst").get("/api/v1/segment_snapshot/chart/by_day").json
    assert [series["data"] for series in told["series"]] == [[10, 10]]


def test_the_list_opens_with_its_help(pictures):
    page = pictures.client("viewer").get("/segment_snapshot/list/").get_data(as_text=True)
    assert "Taken every night" in page
    assert "2026-03-03" in page
