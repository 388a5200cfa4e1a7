"""The funnel from counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sales.rules.funnel import Step, Way, levels, rate

STEPS = [Step(1, "Talk", expected_days=10), Step(2, "Offer"), Step(3, "Won", is_won=True)]
DAY = 86_400


def test_whoever_reached_a_step_passed_those_before_it():
    found = levels(STEPS, [Way(1, 5), Way(2, 3), Way(3, 2), Way(1, 1)], {1: (4, 10 * DAY), 2: (2, DAY)})
    assert [level.reached for level in found] == [11, 5, 2]
    assert [level.conversion for level in found] == [45.5, 40.0, None]
    assert [level.days for level in found] == [2.5, 0.5, None]
    assert [level.step.label for level in found] == ["Talk", "Offer", "Won"]


def test_a_step_that_nobody_reached_converts_nobody_in_no_time():
    found = levels(STEPS, [Way(1, 4)], {2: (0, 0)})
    assert [(level.reached, level.conversion, level.days) for level in found] == [(4, 0.0, None), (0, None, None),
                                                                                (0, None, None)]


@given(st.lists(st.builds(Way, st.integers(1, 3), st.integers(0, 50))))
def test_a_funnel_never_widens_and_begins_with_all(ways):
    reached = [level.reached for level in levels(STEPS, ways, {})]
    assert reached == sorted(reached, reverse=True)
    assert reached[0] == sum(way.count for way in ways)


@pytest.mark.parametrize(("part", "whole", "share"), [(1, 3, 33.3), (0, 5, 0.0), (5, 5, 100.0), (0, 0, 0.0)])
def test_a_rate_is_in_per_cent(part, whole, share):
    assert rate(part, whole) == share
