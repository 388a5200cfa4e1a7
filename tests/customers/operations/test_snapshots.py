"""The nightly picture of the customers by segment, once a day."""

import datetime as dt

import pytest

from app.customers.models import Customer, SegmentSnapshot
from app.customers.operations.snapshots import keep_segments, segments_today

DAY = dt.date(2026, 3, 2)


@pytest.fixture
def known(office):
    """Customers of two teams, one in the pool, one deleted."""
    for number in range(3):
        office.add(Customer, name=f"East {number}", by="sales1", level="key")
    office.add(Customer, name="East minor", by="sales1", level="minor")
    office.add(Customer, name="West", by="sales2", level="key")
    office.delete(Customer, office.add(Customer, name="Gone", by="sales2", level="key"))
    return office


def take(office, day=DAY):
    return office.as_("system", lambda: keep_segments(day, segments_today()))


def test_living_customers_are_counted_by_team_stage_and_level(known):
    assert take(known) == 3
    east, west = known.teams["East"], known.teams["West"]
    assert sorted(known.rows(SegmentSnapshot, "team_id", "lifecycle_stage", "level", "number")) == sorted([
        (east, "potential", "key", 3), (east, "potential", "minor", 1), (west, "potential", "key", 1)])


def test_a_day_has_one_picture_and_the_next_another(known):
    assert take(known) == 3
    assert take(known) == 0
    assert take(known, DAY + dt.timedelta(days=1)) == 3
