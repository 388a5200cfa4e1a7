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


def test_a_pipeline_of_one_step_goes_on_to_nothing():
    (level,) = levels([Step(3, "Won", is_won=True)], [Way(3, 7)], {3: (7, 7 * DAY)})
    assert (level.reached, level.conversion, level.days) == (7, None, 1.0)


def test_a_pipeline_without_steps_has_no_bars():
    assert levels([], [], {}) == []


def test_a_way_to_a_step_of_another_pipeline_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        levels(STEPS, [Way(99, 1)], {})


def test_steps_stand_in_the_order_of_the_pipeline_whatever_their_numbers_are():
    found = levels([Step(9, "First"), Step(1, "Last")], [Way(1, 2), Way(9, 3)], {})
    assert [(level.step.label, level.reached) for level in found] == [("First", 5), ("Last", 2)]


@pytest.mark.parametrize(("stay", "days"), [((1, 0), 0.0), ((3, DAY), 0.3), ((2, 5 * DAY), 2.5), ((0, 0), None),
                                            ((1, 4_319), 0.0), ((1, 4_321), 0.1), ((10**6, 10**6 * DAY), 1.0)])
def test_a_stay_is_told_in_days_with_one_place(stay, days):
    (level, *_rest) = levels(STEPS, [], {1: stay})
    assert level.days == days


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_rate_of_a_part_is_never_more_than_everything(part, rest):
    assert 0.0 <= rate(part, part + rest) <= 100.0


@given(st.lists(st.builds(Way, st.integers(1, 3), st.integers(0, 50)), max_size=8))
def test_it_does_not_matter_in_how_many_pieces_ways_are_counted(ways):
    whole = [Way(step, sum(way.count for way in ways if way.furthest == step)) for step in (1, 2, 3)]
    assert levels(STEPS, ways, {}) == levels(STEPS, whole, {}) == levels(STEPS, ways[::-1], {})
