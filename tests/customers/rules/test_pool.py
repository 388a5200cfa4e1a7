"""How many may be claimed, and when a person's day begins."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.customers.rules.pool import claim_problem, day_start

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(("asked", "claimed", "most"), [(1, 0, 1), (3, 7, 10), (500, 500, 0), (0, 10, 10)])
def test_claims_within_the_limit_pass(asked, claimed, most):
    assert claim_problem(asked, claimed, most) is None


@pytest.mark.parametrize(("asked", "claimed", "most", "left"), [(2, 0, 1, 1), (4, 7, 10, 3), (1, 12, 10, 0)])
def test_claims_beyond_it_say_how_many_are_left(asked, claimed, most, left):
    found = claim_problem(asked, claimed, most)
    assert found.params == {"most": most, "left": left}


@pytest.mark.parametrize(("zone", "start"), [
    ("UTC", dt.datetime(2026, 3, 2, tzinfo=dt.UTC)), ("Asia/Shanghai", dt.datetime(2026, 3, 1, 16, tzinfo=dt.UTC)),
    ("America/New_York", dt.datetime(2026, 3, 2, 5, tzinfo=dt.UTC))])
def test_the_day_begins_at_midnight_where_the_person_is(zone, start):
    assert day_start(NOW, zone) == start


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2040, 1, 1), timezones=st.just(dt.UTC)),
       st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu"]))
def test_the_day_began_less_than_26_hours_ago(now, zone):
    assert dt.timedelta(0) <= now - day_start(now, zone) < dt.timedelta(hours=26)
