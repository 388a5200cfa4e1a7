import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insight.churn.rules import AlertState, ChurnSettings, Decision, decide

unhurried = settings(deadline=None)  # a busy machine is no fault of the product

SETTINGS = ChurnSettings(raise_at=65, close_at=45, cooldown_days=30, dismissed_cooldown_days=90)
TODAY = dt.date(2026, 6, 30)
scores = st.floats(0, 100)


def closed(status, days_ago, bought_since=False):
    return AlertState(status, TODAY - dt.timedelta(days=days_ago), bought_since)


def test_a_first_alert_is_raised_at_the_threshold_and_not_below_it():
    assert decide(None, 65, SETTINGS, TODAY) is Decision.RAISE
    assert decide(None, 64.999, SETTINGS, TODAY) is Decision.NOTHING


@pytest.mark.parametrize("status", ["open", "in_progress"])
def test_an_open_alert_is_kept_until_the_score_falls_below_the_lower_threshold(status):
    assert decide(AlertState(status), 45, SETTINGS, TODAY) is Decision.KEEP
    assert decide(AlertState(status), 44.999, SETTINGS, TODAY) is Decision.CLOSE


@unhurried
@given(scores)
def test_an_open_alert_never_gets_a_second_one(score):
    assert decide(AlertState("open"), score, SETTINGS, TODAY) in (Decision.KEEP, Decision.CLOSE)


@unhurried
@given(st.lists(st.floats(45, 64.9), max_size=30))
def test_a_score_that_swings_between_the_thresholds_changes_nothing(swings):
    assert all(decide(AlertState("open"), score, SETTINGS, TODAY) is Decision.KEEP for score in swings)
    assert all(decide(None, score, SETTINGS, TODAY) is Decision.NOTHING for score in swings)


@pytest.mark.parametrize(("status", "rest"), [("kept", 30), ("dismissed", 90)])
def test_a_closed_alert_is_followed_by_a_rest(status, rest):
    assert decide(closed(status, rest - 1), 99, SETTINGS, TODAY) is Decision.NOTHING
    assert decide(closed(status, rest), 99, SETTINGS, TODAY) is Decision.RAISE


def test_an_alert_that_was_closed_tomorrow_by_another_clock_still_rests():
    assert decide(closed("kept", -1), 99, SETTINGS, TODAY) is Decision.NOTHING


def test_a_closed_alert_without_a_day_needs_no_rest():
    assert decide(AlertState("kept"), 99, SETTINGS, TODAY) is Decision.RAISE


def test_a_customer_who_was_given_up_is_not_warned_of_again_before_he_buys():
    assert decide(closed("lost", 400), 99, SETTINGS, TODAY) is Decision.NOTHING
    assert decide(closed("lost", 400, bought_since=True), 99, SETTINGS, TODAY) is Decision.RAISE


def test_a_lost_customer_who_bought_again_has_the_usual_rest():
    assert decide(closed("lost", 29, bought_since=True), 99, SETTINGS, TODAY) is Decision.NOTHING


def test_no_alert_is_raised_where_the_lifecycle_forbids_it_but_an_open_one_lives_on():
    assert decide(None, 99, SETTINGS, TODAY, may_alert=False) is Decision.NOTHING
    assert decide(AlertState("open"), 99, SETTINGS, TODAY, may_alert=False) is Decision.KEEP
    assert decide(AlertState("open"), 10, SETTINGS, TODAY, may_alert=False) is Decision.CLOSE


@unhurried
@given(st.lists(scores, min_size=1, max_size=120))
def test_a_life_of_many_nights_never_has_two_alerts_within_the_rest(nights):
    state, raised = None, []
    for night, score in enumerate(nights):
        day = TODAY + dt.timedelta(days=night)
        decision = decide(state, score, SETTINGS, day)
        if decision is Decision.RAISE:
            raised.append(night)
            state = AlertState("open")
        elif decision is Decision.CLOSE:
            state = AlertState("kept", day)
    assert all(later - earlier > SETTINGS.cooldown_days for earlier, later in itertools.pairwise(raised))
    assert all(nights[night] >= SETTINGS.raise_at for night in raised)
