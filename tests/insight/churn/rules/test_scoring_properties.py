"""The directions of the score, the agreement of its two paths, and the formula written out once more by hand."""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.insight.churn.rules import (
    ChurnSettings,
    CustomerFacts,
    SegmentProfile,
    judge,
    judge_all,
    ledger_of,
)
from app.insight.churn.rules.segments import GRID
from app.insight.churn.rules.signs import KINDS

AT = dt.date(2026, 6, 30)
SETTINGS = ChurnSettings()
SLACK = 1e-9
# A busy machine is no fault of the product.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ago(days):
    return AT - dt.timedelta(days=days)


@st.composite
def profiles(draw):
    steps = draw(st.lists(st.floats(0, 1), min_size=len(GRID), max_size=len(GRID)))
    curve = np.clip(np.cumsum(steps) / max(sum(steps), 1.0), 0, 1)
    return SegmentProfile(draw(st.floats(0.05, 20)), draw(st.floats(1, 2000)), tuple(curve.tolist()),
                          draw(st.sampled_from([0.0, 50.0, 10_000.0])))


purchases = st.lists(st.tuples(st.integers(0, 900).map(ago), st.integers(-100, 100_000)), min_size=1, max_size=14)
contacts = st.lists(st.integers(0, 900).map(ago), max_size=14)
customers = st.builds(CustomerFacts, purchases=purchases, contacts=contacts, open_complaints=st.integers(0, 4),
                      oldest_complaint_days=st.integers(0, 400), segment=st.sampled_from(["a", "b"]))


def score(facts, profile, at=AT):
    return judge(facts, profile, SETTINGS, at).score


@unhurried
@given(customers, profiles(), st.integers(1, 1500))
def test_a_longer_silence_never_lowers_the_score(facts, profile, days):
    assert score(facts, profile, AT + dt.timedelta(days=days)) >= score(facts, profile) - SLACK


@unhurried
@given(customers, profiles(), st.integers(0, 200_000))
def test_one_more_purchase_today_never_raises_the_score(facts, profile, amount):
    more = replace(facts, purchases=[*facts.purchases, (AT, amount)])
    assume(AT not in {day for day, _ in facts.purchases} or amount >= 0)
    assert score(more, profile) <= score(facts, profile) + SLACK


@unhurried
@given(customers, profiles(), st.integers(0, SETTINGS.pad_days), st.integers(0, 200_000))
def test_one_more_recent_purchase_of_a_repeat_buyer_never_raises_the_score(facts, profile, days, amount):
    known = {day for day, _ in facts.purchases}
    silence = (AT - max(known)).days
    repeats = len(known) - 1
    assume(repeats >= 1 and days <= silence * (profile.shape + repeats) / (profile.shape + repeats + 1))
    more = replace(facts, purchases=[*facts.purchases, (ago(days), amount)])
    assert score(more, profile) <= score(facts, profile) + SLACK


@unhurried
@given(customers, profiles(), st.integers(0, SETTINGS.pad_days))
def test_one_more_recent_contact_never_raises_the_score_of_a_customer_who_is_in_touch(facts, profile, days):
    assume(facts.contacts and max(facts.contacts) <= ago(days))
    more = replace(facts, contacts=[*facts.contacts, ago(days)])
    assert score(more, profile) <= score(facts, profile) + SLACK


@unhurried
@given(customers, profiles(), st.integers(0, 200_000))
def test_a_larger_latest_purchase_of_today_never_raises_the_score(facts, profile, extra):
    base = replace(facts, purchases=[*facts.purchases, (AT, 1_000)])
    more = replace(facts, purchases=[*facts.purchases, (AT, 1_000 + extra)])
    assert score(more, profile) <= score(base, profile) + SLACK


@unhurried
@given(customers, profiles(), st.integers(1, 5), st.integers(0, 100))
def test_more_or_older_complaints_never_lower_the_score(facts, profile, more, older):
    worse = replace(facts, open_complaints=facts.open_complaints + more,
                    oldest_complaint_days=facts.oldest_complaint_days + older)
    assert score(worse, profile) >= score(facts, profile) - SLACK


@unhurried
@given(customers, profiles())
def test_the_score_is_within_its_scale_and_a_flagged_customer_has_a_reason(facts, profile):
    found = judge(facts, profile, SETTINGS, AT)
    assert 0 <= found.score <= 100
    assert all(0 <= sign.strength <= 1 for sign in found.signs)
    assert found.score < SETTINGS.raise_at or found.signs


@settings(unhurried, max_examples=60)
@given(st.lists(customers, min_size=1, max_size=40), profiles(), profiles())
def test_a_customer_alone_gets_exactly_the_numbers_that_he_gets_in_the_table(facts, one, other):
    by_segment = {"a": one, "b": other}
    table = judge_all(ledger_of(facts), by_segment, SETTINGS, AT)
    for position, customer in enumerate(facts):
        assert table.judgement(position) == judge(customer, by_segment[customer.segment], SETTINGS, AT)


def test_a_large_table_gives_exactly_the_numbers_of_its_rows():
    draw = np.random.default_rng(8)
    facts = [CustomerFacts([(ago(int(day)), int(draw.integers(0, 9_999))) for day in draw.integers(0, 900, count)],
                           [ago(int(day)) for day in draw.integers(0, 900, 5)], int(draw.integers(0, 3)), 20)
             for count in draw.integers(1, 12, 1037)]
    profile = SegmentProfile(0.7, 50.0, tuple(float(share) for share in GRID / (GRID + 60)), 4_000.0)
    table = judge_all(ledger_of(facts), {"": profile}, SETTINGS, AT)
    assert table.score.tolist() == [judge(one, profile, SETTINGS, AT).score for one in facts]


@unhurried
@given(customers, profiles())
def test_the_score_is_the_formula_of_the_documentation(facts, profile):
    assert score(facts, profile) == pytest.approx(by_hand(facts, profile), abs=1e-7)


@unhurried
@given(customers, profiles())
def test_every_sentence_can_be_spoken(facts, profile):
    table = judge_all(ledger_of([facts]), {facts.segment: profile}, replace(SETTINGS, least_strength=0.0), AT)
    assert all(str(sign.sentence) for sign in table.judgement(0).signs)
    assert set(table.strengths) == set(KINDS)


def by_hand(facts, profile):
    """The docstring of `scoring`, in plain Python."""
    days = {}
    for day, amount in facts.purchases:
        days[day] = days.get(day, 0) + amount
    bought = sorted((day, max(amount, 0)) for day, amount in days.items())
    quiet = quiet_by_hand(bought, profile)
    trend = max(0.75 * strength(fall(bought, len, 1.0)), 0.75 * strength(fall(bought, spent, largest(bought))))
    contact = 0.75 * strength(fall(sorted((day, 0) for day in set(facts.contacts)), len, 1.0))
    waiting = facts.open_complaints + facts.oldest_complaint_days / 30
    complaints = 0.85 * (1 - 2**-waiting) if facts.open_complaints else 0.0
    return 100 * (1 - (1 - max(quiet, trend)) * (1 - contact) * (1 - complaints))


def quiet_by_hand(bought, profile):
    repeats, silence = len(bought) - 1, (AT - bought[-1][0]).days
    active = (bought[-1][0] - bought[0][0]).days
    shape, exposure = profile.shape, profile.exposure
    chance = 1 - ((exposure + active) / (exposure + active + silence)) ** (shape + repeats)
    surprise = (shape + repeats) * math.log((exposure + active + silence) / (exposure + active))
    returned = chance if repeats else float(np.interp(silence, GRID, profile.returned))
    rate = (shape + repeats) / (exposure + active + silence)
    log_odds = 0.6 + 1.04 * math.log(shape / exposure / rate) + (1.02 * math.log(1 + surprise) if repeats else 0)
    if profile.purchase:
        log_odds -= 0.25 * math.log(1 + spent(bought) / profile.purchase)
    known = repeats / (repeats + 12)
    ordinary = (1 - known) * (0.8 + 0.2 * returned) + known * max(0, 2 * chance - 1)
    return ordinary / (1 + math.exp(-log_odds))


def fall(events, measure, unit):
    if not events:
        return 0.0
    window = min((AT - events[0][0]).days, 90)
    pace = measure(events[5:]) / ((events[-1][0] - events[0][0]).days + 30)
    recent = measure([event for event in events if event[0] > ago(90)])
    return 1 - (recent + unit) / (pace * window + unit)


def strength(share):
    return min(max((share - 0.2) / 0.3, 0.0), 1.0)


def spent(events):
    return sum(amount for _, amount in events)


def largest(events):
    return max(1.0, *(float(amount) for _, amount in events))
