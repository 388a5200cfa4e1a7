import math
from dataclasses import fields, replace

import pytest

from app.insight.churn.rules import ChurnSettings, check_settings
from app.insight.churn.rules.settings import AT_LEAST_ONE, COUNTS, SHARES


def test_the_defaults_are_allowed():
    assert check_settings(ChurnSettings()) == {}


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_a_share_lies_between_nothing_and_everything(name, value):
    assert name in check_settings(replace(ChurnSettings(), **{name: value}))


@pytest.mark.parametrize("name", COUNTS)
def test_a_weight_or_count_is_not_negative(name):
    assert name in check_settings(replace(ChurnSettings(), **{name: -1}))


@pytest.mark.parametrize("name", AT_LEAST_ONE)
def test_a_divisor_is_at_least_one(name):
    assert name in check_settings(replace(ChurnSettings(), **{name: 0}))


def test_without_pseudo_events_a_fall_from_nothing_would_divide_by_zero():
    assert "pseudo_events" in check_settings(replace(ChurnSettings(), pseudo_events=0))


def test_a_full_fall_is_larger_than_the_smallest_that_counts():
    assert "fall_full" in check_settings(replace(ChurnSettings(), fall_from=0.5, fall_full=0.5))


@pytest.mark.parametrize(("close_at", "raise_at"), [(65, 65), (70, 65), (-1, 65), (45, 100.5)])
def test_an_alert_closes_below_the_score_that_raises_it(close_at, raise_at):
    assert "close_at" in check_settings(replace(ChurnSettings(), close_at=close_at, raise_at=raise_at))


def test_several_faults_are_told_at_once():
    faults = check_settings(replace(ChurnSettings(), contact_weight=2, cooldown_days=-1))
    assert set(faults) == {"contact_weight", "cooldown_days"}
    assert str(faults["contact_weight"]) == "Between 0 and 1, please."


@pytest.mark.parametrize("name", [*SHARES, *COUNTS, *AT_LEAST_ONE, "raise_at", "close_at"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_of_this_world_is_refused_for_every_setting(name, value):
    found = check_settings(replace(ChurnSettings(), **{name: value}))
    assert found
    assert name in found or (name == "raise_at" and set(found) == {"close_at"})


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.parametrize("value", [0, 1])
def test_nothing_and_everything_are_shares_themselves(name, value):
    assert name not in check_settings(replace(ChurnSettings(), **{name: value})) or name == "fall_full"


@pytest.mark.parametrize(("close_at", "raise_at"), [(0, 100), (0, 0.1), (64.9, 65), (99, 100)])
def test_any_two_scores_in_their_order_are_allowed(close_at, raise_at):
    assert check_settings(replace(ChurnSettings(), close_at=close_at, raise_at=raise_at)) == {}


def test_every_setting_is_judged():
    judged = {*SHARES, *COUNTS, *AT_LEAST_ONE, "raise_at", "close_at"}
    # The log odds of a new customer may be any number.
    assert {each.name for each in fields(ChurnSettings)} - judged == {"resting"}
