import datetime as dt
import math

import numpy as np
import pytest

from app.insight.churn.rules import EVERYBODY, UNKNOWN, ChurnSettings, CustomerFacts, learn_segments, ledger_of
from app.insight.churn.rules.segments import GRID, MOST_EVEN, curves_at, gamma_prior, return_curve

AT = dt.date(2026, 6, 30)


def ago(days):
    return AT - dt.timedelta(days=int(days))


def buyer(segment, *days, amount=1000):
    return CustomerFacts(purchases=[(ago(day), amount) for day in days], segment=segment)


def crowd(segment, size, gap, seed):
    """Customers who come back after about `gap` days, each second one not at all."""
    draw = np.random.default_rng(seed)
    made = []
    for position in range(size):
        first = int(draw.integers(200, 400))
        later = [first - int(day) for day in np.cumsum(draw.exponential(gap, 3)) + 1 if day < first - 1]
        made.append(buyer(segment, first, *(later if position % 2 else [])))
    return made


def test_the_prior_is_found_again_from_drawn_customers():
    draw = np.random.default_rng(11)
    age = draw.uniform(100, 700, 60_000)
    repeats = draw.poisson(draw.gamma(1.5, 1 / 120, 60_000) * age).astype(float)
    shape, exposure = gamma_prior(repeats, age)
    assert shape == pytest.approx(1.5, rel=0.05)
    assert exposure == pytest.approx(120, rel=0.05)


def test_customers_who_do_not_differ_get_the_most_even_rhythm_that_is_allowed():
    shape, exposure = gamma_prior(np.full(50, 12.0), np.full(50, 360.0))
    assert shape == MOST_EVEN
    assert exposure / shape == pytest.approx(30.0)


def test_a_rhythm_that_is_almost_even_is_bounded_too():
    shape, exposure = gamma_prior(np.array([8.0, 16.0] * 200), np.full(400, 360.0))
    assert shape == MOST_EVEN
    assert exposure / shape == pytest.approx(30.0)


def test_the_posterior_of_a_bounded_prior_keeps_the_mean_rate():
    shape, exposure = gamma_prior(np.full(50, 12.0), np.full(50, 360.0))
    assert (shape + 12) / (exposure + 360) == pytest.approx(12 / 360)


def test_a_return_curve_without_waiting_customers_is_the_plain_share():
    waited = np.array([7.0, 7.0, 30.0, 90.0])
    curve = dict(zip(GRID, return_curve(waited, np.full(4, True)), strict=True))
    assert (curve[0], curve[7], curve[30], curve[90], curve[1095]) == pytest.approx((0, 0.5, 0.75, 1, 1))


def test_those_who_still_wait_count_only_while_they_are_watched():
    # Two return on day 10 of four at risk, then one leaves the sample unreturned, the last returns on day 50.
    curve = dict(zip(GRID, return_curve(np.array([10.0, 10.0, 20.0, 50.0]), np.array([True, True, False, True])),
                     strict=True))
    assert curve[14] == pytest.approx(0.5)
    assert curve[30] == pytest.approx(0.5)
    assert curve[60] == pytest.approx(1.0)


def test_a_return_beyond_the_last_day_of_the_grid_is_no_return_within_it():
    curve = return_curve(np.array([10.0, 2000.0]), np.array([True, True]))
    assert curve[-1] == 1.0
    assert curve[int(np.searchsorted(GRID, 14))] == 1.0


def test_a_curve_is_read_on_straight_lines_and_stays_at_its_end():
    curves = np.tile(np.linspace(0, 1, len(GRID)), (4, 1))
    found = curves_at(curves, np.array([0.0, 3.5, 1095.0, 9999.0]))
    assert found.tolist() == pytest.approx([0.0, 0.5 / (len(GRID) - 1), 1.0, 1.0])


def test_each_segment_has_its_own_rhythm_and_curve():
    ledger = ledger_of(crowd("quick", 120, 10, 1) + crowd("slow", 120, 60, 2))
    found = learn_segments(ledger, AT)
    assert set(found) == {EVERYBODY, "quick", "slow"}
    day30 = int(np.searchsorted(GRID, 30))
    assert found["quick"].returned[day30] > found["slow"].returned[day30] + 0.3
    assert found["quick"].customers == found["slow"].customers == 120


def test_curves_never_fall_and_stay_within_bounds():
    found = learn_segments(ledger_of(crowd("quick", 120, 10, 1)), AT)["quick"]
    assert all(0 <= low <= high <= 1 for low, high in zip(found.returned, found.returned[1:], strict=False))
    assert found.returned[0] == 0.0
    assert found.returned[-1] == 1.0


def test_a_tiny_segment_is_judged_by_everybody():
    ledger = ledger_of([*crowd("big", 150, 20, 3), buyer("tiny", 50, 40)])
    found = learn_segments(ledger, AT)
    tiny, whole = found["tiny"], found[EVERYBODY]
    assert (tiny.shape, tiny.exposure, tiny.returned) == (whole.shape, whole.exposure, whole.returned)
    assert (tiny.customers, tiny.returns) == (1, 1)
    assert found["big"].exposure != whole.exposure


def test_a_segment_of_one_time_buyers_only_is_judged_by_everybody():
    ledger = ledger_of(crowd("big", 150, 20, 3) + [buyer("once", 100)] * 60)
    found = learn_segments(ledger, AT)
    assert found["once"].returned == found[EVERYBODY].returned
    assert found["once"].returns == 0


def test_too_few_customers_altogether_leave_the_unknown():
    found = learn_segments(ledger_of([buyer("a", 50, 20), CustomerFacts(segment="a")]), AT)
    assert found[EVERYBODY].shape == UNKNOWN.shape
    assert found["a"].returned == UNKNOWN.returned
    assert found["a"].customers == 1


def test_nobody_at_all_leaves_the_unknown():
    assert learn_segments(ledger_of([]), AT)[EVERYBODY].exposure == UNKNOWN.exposure


def test_settings_of_zero_still_need_a_return():
    settings = ChurnSettings(segment_min_customers=0, segment_min_returns=0)
    found = learn_segments(ledger_of([buyer("a", 50)]), AT, settings)
    assert found["a"].shape == UNKNOWN.shape


def test_returns_after_the_grid_alone_make_no_curve():
    settings = ChurnSettings(segment_min_customers=1, segment_min_returns=1)
    found = learn_segments(ledger_of([buyer("a", 2000, 50), buyer("a", 2000)]), AT, settings)
    assert found["a"].returned == UNKNOWN.returned


def test_nothing_is_learned_from_later_events():
    known = crowd("a", 120, 20, 4)
    later = [CustomerFacts([*one.purchases, (AT + dt.timedelta(days=5), 900_000)], segment="a") for one in known]
    assert learn_segments(ledger_of(known), AT) == learn_segments(ledger_of(later), AT)


def test_who_comes_back_later_is_watched_only_up_to_the_day_of_learning():
    settings = ChurnSettings(segment_min_customers=1, segment_min_returns=1)
    known = [buyer("a", 200, 190), buyer("a", 200, 140), buyer("a", 200), *[buyer("a", 20)] * 5]
    tomorrow = AT + dt.timedelta(days=100)
    later = [CustomerFacts([*one.purchases, (tomorrow, 1000)], segment="a") for one in known]
    assert learn_segments(ledger_of(later), AT, settings) == learn_segments(ledger_of(known), AT, settings)


def test_the_usual_purchase_is_the_mean_amount():
    settings = ChurnSettings(segment_min_customers=2, segment_min_returns=1)
    found = learn_segments(ledger_of([buyer("a", 50, 20, amount=3000), buyer("a", 50, amount=600)]), AT, settings)
    assert found["a"].purchase == pytest.approx((3000 + 3000 + 600) / 3)


def test_the_usual_gap_is_days_per_purchase():
    assert UNKNOWN.usual_gap == 90.0


def test_the_unknown_curve_is_a_curve():
    assert UNKNOWN.returned[0] == 0.0
    assert all(math.isfinite(share) and share < 1 for share in UNKNOWN.returned)
    assert list(UNKNOWN.returned) == sorted(UNKNOWN.returned)
