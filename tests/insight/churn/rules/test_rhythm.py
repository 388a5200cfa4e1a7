import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insight.churn.rules.rhythm import (
    fallen_share,
    logistic,
    own_pace,
    shrunk_rate,
    strength_of_complaints,
    strength_of_fall,
    surprise_of_silence,
)

unhurried = settings(deadline=None)  # a busy machine is no fault of the product

days = st.floats(0, 4000)
counts = st.integers(0, 200)
shapes = st.floats(0.05, 20)
exposures = st.floats(1, 3000)


def test_a_rate_without_data_is_the_segments_and_with_much_data_the_customers_own():
    assert shrunk_rate(0.0, 0.0, 2.0, 60.0) == pytest.approx(2 / 60)
    assert shrunk_rate(1000.0, 10_000.0, 2.0, 60.0) == pytest.approx(0.1, rel=0.01)


@unhurried
@given(counts, days, shapes, exposures)
def test_a_shrunk_rate_lies_between_the_own_and_the_segments(repeats, age, shape, exposure):
    rate = shrunk_rate(repeats, age + 1, shape, exposure)
    low, high = sorted([repeats / (age + 1), shape / exposure])
    assert low - 1e-12 <= rate <= high + 1e-12


def test_the_surprise_is_that_of_the_lomax_distribution():
    chance = (1 + 30 / (90 + 300)) ** -(3 + 10)
    assert np.exp(-surprise_of_silence(30.0, 10.0, 300.0, 3.0, 90.0)) == pytest.approx(chance)


def test_the_surprise_agrees_with_drawing_rates_and_gaps():
    draw = np.random.default_rng(5)
    rates = draw.gamma(3 + 4, 1 / (90 + 120), 400_000)
    silent = draw.exponential(1 / rates) > 45
    assert np.exp(-surprise_of_silence(45.0, 4.0, 120.0, 3.0, 90.0)) == pytest.approx(silent.mean(), abs=0.003)


@unhurried
@given(days, days, counts, days, shapes, exposures)
def test_a_longer_silence_is_never_less_surprising(silence, more, repeats, active, shape, exposure):
    now = surprise_of_silence(silence, repeats, active, shape, exposure)
    assert surprise_of_silence(silence + more, repeats, active, shape, exposure) >= now - 1e-9


@unhurried
@given(days, st.floats(0, 1), counts, days, shapes, exposures)
def test_a_purchase_late_in_the_silence_never_makes_the_rest_more_surprising(silence, part, repeats, active, shape,
                                                                            exposure):
    before = surprise_of_silence(silence, repeats, active, shape, exposure)
    left = part * silence * (shape + repeats) / (shape + repeats + 1)
    after = surprise_of_silence(left, repeats + 1, active + silence - left, shape, exposure)
    assert after <= before + 1e-9


def test_a_pace_is_what_came_later_over_the_active_time_and_a_pad():
    assert own_pace(10.0, 270.0, 30) == pytest.approx(10 / 300)


def test_a_fall_is_the_missing_share_and_few_events_prove_little():
    assert fallen_share(3.0, 10.0, 1.0) == pytest.approx(1 - 4 / 11)
    assert fallen_share(0.0, 0.3, 1.0) < fallen_share(0.0, 3.0, 1.0) < fallen_share(0.0, 30.0, 1.0)


def test_doing_more_than_expected_is_no_fall():
    assert fallen_share(12.0, 10.0, 1.0) == 0.0


@unhurried
@given(st.floats(0, 50), st.floats(0, 50), st.floats(0, 1))
def test_one_event_more_never_deepens_a_fall_if_it_adds_no_more_than_one_to_the_expected(recent, expected, added):
    assert fallen_share(recent + 1, expected + added, 1.0) <= fallen_share(recent, expected, 1.0) + 1e-12


@pytest.mark.parametrize(("share", "strength"), [(0, 0), (0.2, 0), (0.35, 0.5), (0.5, 1), (0.9, 1)])
def test_a_fall_counts_from_the_smallest_to_the_full_share(share, strength):
    assert strength_of_fall(np.array([float(share)]), 0.2, 0.5)[0] == pytest.approx(strength)


def test_every_complaint_and_every_half_time_of_waiting_halves_what_is_left():
    found = strength_of_complaints(np.array([0.0, 1.0, 2.0, 1.0]), np.array([90.0, 0.0, 0.0, 30.0]), 30)
    assert found.tolist() == [0.0, 0.5, 0.75, 0.75]


def test_a_complaint_from_tomorrow_counts_as_one_of_today():
    assert strength_of_complaints(np.array([1.0]), np.array([-3.0]), 30).tolist() == [0.5]


def test_the_logistic_does_not_overflow():
    assert logistic(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]
    assert logistic(np.array([1.0]))[0] == pytest.approx(1 / (1 + np.exp(-1)))
