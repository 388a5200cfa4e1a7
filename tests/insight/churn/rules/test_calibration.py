import datetime as dt
import math

import numpy as np
import pytest

from app.insight.churn.rules import (
    BackTest,
    ChurnSettings,
    CustomerFacts,
    Window,
    auc,
    back_test,
    does_not_return,
    judge_all,
    learn_segments,
    learn_weights,
    ledger_of,
    split,
)
from app.insight.churn.rules.calibration import _fit, _non_negative_fit

DAY = dt.date(2026, 1, 1)
HALF_WAY = Window(dt.date(1997, 9, 30), 273)


def on(days):
    return DAY + dt.timedelta(days=days), 1000


def test_returning_means_buying_after_the_day_and_up_to_the_last_one():
    ledger = ledger_of([CustomerFacts([on(0), on(10)]), CustomerFacts([on(0), on(11)]), CustomerFacts([on(0), on(40)]),
                        CustomerFacts([on(0), on(41)]), CustomerFacts([on(0)])])
    window = Window(DAY + dt.timedelta(days=10), 30)
    assert does_not_return(ledger, window).tolist() == [True, False, False, True, True]


def test_only_buyers_are_tested():
    ledger = ledger_of([CustomerFacts([on(0), on(20)]), CustomerFacts([on(0)]), CustomerFacts([on(30)]),
                        CustomerFacts()])
    found = back_test(ledger, Window(DAY + dt.timedelta(days=10), 30), ChurnSettings())
    assert (found.customers, found.lost) == (2, 1)


def test_the_back_test_judges_with_what_the_window_could_know(twin):
    window, settings = Window(dt.date(1997, 7, 1), 91), ChurnSettings()
    judged = judge_all(twin, learn_segments(twin, window.at, settings), settings, window.at)
    bought, lost = judged.quiet > 0, does_not_return(twin, window)
    found = back_test(twin, window, settings)
    assert found.auc == auc(judged.score[bought], lost[bought])
    assert found.auc_of_silence == auc(judged.rhythm.silence[bought], lost[bought])
    assert found.split == split(judged.score[bought] >= settings.raise_at, lost[bought])


def test_nothing_after_the_window_changes_its_back_test():
    early = [CustomerFacts([on(day) for day in range(0, 60 * count, 60)]) for count in range(1, 8)] * 10
    late = [CustomerFacts([*one.purchases, on(900), on(950)]) for one in early]
    window = Window(DAY + dt.timedelta(days=200), 100)
    assert back_test(ledger_of(late), window, ChurnSettings()) == back_test(ledger_of(early), window, ChurnSettings())


def test_a_ranking_no_better_than_chance_is_not_worth_showing():
    def result(area):
        return BackTest(customers=1000, lost=500, auc=area, auc_of_silence=0.5, split=split([True], [True]))

    assert not result(0.51).worth_showing
    assert result(0.6).worth_showing


def test_noise_is_recognised_as_noise():
    draw = np.random.default_rng(2)
    ledger = ledger_of([CustomerFacts([on(0), on(int(draw.choice([400, 900])))]) for _ in range(300)])
    found = back_test(ledger, Window(DAY + dt.timedelta(days=300), 200), ChurnSettings())
    assert found.auc == 0.5
    assert not found.worth_showing


def test_without_an_outcome_there_is_no_measure():
    ledger = ledger_of([CustomerFacts([on(0)])] * 5)
    found = back_test(ledger, Window(DAY + dt.timedelta(days=10), 30), ChurnSettings())
    assert math.isnan(found.auc)
    assert not found.worth_showing


def test_weights_need_a_window():
    with pytest.raises(ValueError, match="at least one window"):
        learn_weights(ledger_of([]), [])


def test_newton_finds_the_weights_that_drew_the_outcomes():
    draw = np.random.default_rng(4)
    design = np.column_stack([np.ones(60_000), draw.normal(size=(60_000, 2))])
    lost = draw.random(60_000) < 1 / (1 + np.exp(-design @ [0.3, 1.2, -0.7]))
    assert _fit(design, lost.astype(float)) == pytest.approx([0.3, 1.2, -0.7], abs=0.04)


def test_a_weight_that_would_turn_a_direction_round_is_dropped():
    draw = np.random.default_rng(4)
    design = np.column_stack([np.ones(20_000), draw.normal(size=(20_000, 2))])
    lost = (draw.random(20_000) < 1 / (1 + np.exp(-design @ [-0.5, 1.2, -0.7]))).astype(float)
    constant, kept, dropped = _non_negative_fit(design, lost, free_columns=1)
    assert constant < 0 < kept
    assert dropped == 0.0


def test_outcomes_that_can_be_told_apart_fully_still_end():
    design = np.column_stack([np.ones(4), [0.0, 1.0, 2.0, 3.0]])
    assert np.isfinite(_fit(design, np.array([0.0, 0.0, 1.0, 1.0]))).all()


def test_the_twin_is_judged_well_and_no_worse_than_by_days_since_the_last_purchase(twin):
    # The twin's customers keep one steady rate until they leave, so silence alone already says nearly everything.
    found = back_test(twin, HALF_WAY, ChurnSettings())
    assert found.auc >= 0.785
    assert found.auc > found.auc_of_silence - 0.005
    assert found.worth_showing


def test_flagged_customers_of_the_twin_fail_to_return_at_least_one_and_a_half_times_as_often(twin):
    found = back_test(twin, HALF_WAY, ChurnSettings()).split
    assert min(found.flagged, found.others) >= 0.1 * (found.flagged + found.others)
    assert found.ratio >= 1.5


def test_the_twins_weights_point_the_way_of_the_defaults(twin):
    start = dt.date(1997, 1, 1)
    learned = learn_weights(twin, [Window(start + dt.timedelta(days=day), 91) for day in (91, 136, 181)])
    assert learned.rate_weight > 0.5
    assert learned.silence_weight > 0.5
    assert learned.value_weight >= 0
    assert len(learned.constants) == 3
