"""The promise of the score on the CDNOW sample: judged on 30 September 1997, compared with the 39 weeks after.

Segments are learned, and the default weights were, from the first 39 weeks alone. The shape of the formula was chosen
on those weeks too, but the later ones were looked at eight times on the way: the figures are slightly flattering.

Looks five and six were at a formula with one feature in the place of two, the sum of exp(-age / d) over the purchases:
with d the segment's mean gap the AUC is 0.7831, with d = 150 days 0.7833. By rolling origin within the first 39 weeks
it gained 0.002 to 0.003; here nothing that its standard error of 0.01 would not swallow, so the formula stayed.

Looks seven and eight were at the best two of some 200 more variants, fixed beforehand on the first 39 weeks, where they
gained 0.004: here 0.7834 and 0.7831. docs/decisions/0010 has the table; there are to be no further looks for this.
"""

import datetime as dt

import pytest

from app.insight.churn.rules import ChurnSettings, Window, back_test, learn_weights

DAY_OF_JUDGEMENT = dt.date(1997, 9, 30)
NEXT_39_WEEKS = Window(DAY_OF_JUDGEMENT, 39 * 7)

# Origins and waiting times (days); the last day seen is 1997-09-30 or before.
CALIBRATION = [Window(dt.date(1997, 1, 1) + dt.timedelta(days=origin), days) for origin, days in (
    (91, 60), (91, 91), (121, 91), (151, 91), (136, 136), (181, 91), (91, 181))]


def test_no_window_of_the_calibration_looks_into_the_time_of_the_judgement():
    assert max(window.at + dt.timedelta(days=window.days) for window in CALIBRATION) <= DAY_OF_JUDGEMENT


def test_the_sample_is_judged_better_than_by_days_since_the_last_purchase(cdnow):
    result = back_test(cdnow, NEXT_39_WEEKS, ChurnSettings())
    assert result.customers == 2357
    assert result.auc_of_silence == pytest.approx(0.771, abs=0.0006)
    assert result.auc > result.auc_of_silence + 0.01
    assert result.worth_showing


@pytest.mark.xfail(strict=True, reason="not reached: the AUC is 0.7828, the promise is 0.785")
def test_the_sample_is_judged_as_well_as_promised(cdnow):
    assert back_test(cdnow, NEXT_39_WEEKS, ChurnSettings()).auc >= 0.785


def test_flagged_customers_of_the_sample_fail_to_return_at_least_one_and_a_half_times_as_often(cdnow):
    result = back_test(cdnow, NEXT_39_WEEKS, ChurnSettings()).split
    assert result.flagged >= 500
    assert result.others >= 500
    assert result.ratio >= 1.5


def test_the_default_weights_are_those_of_the_calibration_half(cdnow):
    learned, settings = learn_weights(cdnow, CALIBRATION), ChurnSettings()
    assert settings.rate_weight == pytest.approx(learned.rate_weight, abs=0.005)
    assert settings.silence_weight == pytest.approx(learned.silence_weight, abs=0.005)
    assert settings.value_weight == pytest.approx(learned.value_weight, abs=0.005)
    half_year = [constant for window, constant in zip(CALIBRATION, learned.constants, strict=True) if window.days > 120]
    assert min(half_year) <= settings.resting <= max(half_year)
