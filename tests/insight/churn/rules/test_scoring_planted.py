"""The planted customers again, but in segments of every temper: a reason must not depend on the neighbours."""

import datetime as dt

import pytest

from app.insight.churn.rules import (
    UNKNOWN,
    AlertState,
    Cause,
    CauseFacts,
    ChurnSettings,
    CustomerFacts,
    Decision,
    SegmentProfile,
    SignKind,
    decide,
    judge,
    suggest_cause,
)

SETTINGS = ChurnSettings()
AT = dt.date(2026, 6, 30)
SEGMENTS = {
    "retail": SegmentProfile(0.3, 64.0, UNKNOWN.returned, 3_600.0),
    "monthly": SegmentProfile(3.0, 90.0, UNKNOWN.returned, 10_000.0),
    "yearly": SegmentProfile(2.0, 700.0, UNKNOWN.returned, 10_000.0),
    "even": SegmentProfile(20.0, 600.0, UNKNOWN.returned, 10_000.0),
    "unknown": UNKNOWN,
}


def ago(days):
    return AT - dt.timedelta(days=days)


def every(gap, newest, oldest, amount=10_000):
    return [(ago(day), amount) for day in range(newest, oldest + 1, gap)]


def weeks(newest, oldest):
    return [ago(day) for day in range(newest, oldest + 1, 7)]


STEADY = every(30, 10, 730)
PLANTED = {
    "spend": (CustomerFacts(every(30, 100, 730) + every(30, 10, 70, 2_000)), SignKind.SPEND),
    "spend of a weekly buyer": (CustomerFacts(every(7, 80, 400) + every(7, 3, 73, 1_500)), SignKind.SPEND),
    "contact": (CustomerFacts(STEADY, weeks(90, 500)), SignKind.CONTACT),
    "contact of a newer customer": (CustomerFacts(every(30, 10, 370), weeks(80, 360)), SignKind.CONTACT),
    "complaints": (CustomerFacts(STEADY, (), 2, 20), SignKind.COMPLAINTS),
    "one old complaint": (CustomerFacts(STEADY, (), 1, 60), SignKind.COMPLAINTS),
    "frequency": (CustomerFacts(every(10, 130, 500) + every(40, 10, 90)), SignKind.FREQUENCY),
    "silence": (CustomerFacts(every(30, 150, 870)), SignKind.RHYTHM),
}
AT_EASE = {
    "steady": CustomerFacts(STEADY),
    "steady and in touch": CustomerFacts(STEADY, weeks(3, 500)),
    "growing": CustomerFacts(every(30, 100, 730) + every(15, 5, 80, 20_000)),
    "weekly": CustomerFacts(every(7, 3, 500)),
    "one cheap purchase among dear ones": CustomerFacts([*every(30, 40, 730), (ago(10), 500)]),
}


@pytest.mark.parametrize("segment", SEGMENTS)
@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_customer_is_flagged_for_the_right_reason_in_every_segment(case, segment):
    facts, reason = PLANTED[case]
    found = judge(facts, SEGMENTS[segment], SETTINGS, AT)
    assert found.score >= SETTINGS.raise_at
    assert found.first_reason.kind is reason


@pytest.mark.parametrize("segment", SEGMENTS)
@pytest.mark.parametrize("case", AT_EASE)
def test_a_customer_at_ease_is_flagged_in_no_segment(case, segment):
    assert judge(AT_EASE[case], SEGMENTS[segment], SETTINGS, AT).score < SETTINGS.close_at


@pytest.mark.parametrize(("case", "cause"), [("complaints", Cause.SERVICE), ("spend", Cause.PRICE),
                                             ("silence", Cause.UNKNOWN), ("contact", Cause.UNKNOWN)])
def test_the_suggested_cause_follows_from_the_planted_signs(case, cause):
    facts, _ = PLANTED[case]
    signs = judge(facts, SEGMENTS["monthly"], SETTINGS, AT).signs
    assert suggest_cause(signs, CauseFacts()).cause is cause


def test_a_purchase_takes_the_alarm_away():
    silent, _ = PLANTED["silence"]
    back = CustomerFacts([*silent.purchases, (AT, 10_000)])
    before, after = (judge(facts, SEGMENTS["monthly"], SETTINGS, AT).score for facts in (silent, back))
    assert before >= SETTINGS.raise_at
    assert after < before
    assert SignKind.RHYTHM not in [sign.kind for sign in judge(back, SEGMENTS["monthly"], SETTINGS, AT).signs]


def test_answered_complaints_take_the_alarm_away():
    facts, _ = PLANTED["complaints"]
    solved = CustomerFacts(facts.purchases)
    assert judge(solved, SEGMENTS["monthly"], SETTINGS, AT).score < SETTINGS.close_at


@pytest.mark.parametrize("amount", [999, 1_000, 3_333, 10_007])
@pytest.mark.parametrize("gap", [7, 11, 13, 30, 31])
def test_between_equals_frequency_is_named_before_spend(gap, amount):
    for newest in range(2 * gap, 6 * gap, 3):
        facts = CustomerFacts(every(gap, newest, newest + 14 * gap, amount))
        named = [sign.kind for sign in judge(facts, SEGMENTS["monthly"], SETTINGS, AT).signs]
        falls = [kind for kind in named if kind in (SignKind.FREQUENCY, SignKind.SPEND)]
        assert falls in ([], [SignKind.FREQUENCY, SignKind.SPEND])


def test_equals_that_differ_in_the_last_bit_are_equals():
    signs = judge(CustomerFacts(every(29, 89, 89 + 29 * 13, 3_333)), SEGMENTS["monthly"], SETTINGS, AT).signs
    weights = {sign.kind: sign.importance for sign in signs}
    assert weights[SignKind.SPEND] == pytest.approx(weights[SignKind.FREQUENCY])
    named = [sign.kind for sign in signs]
    assert named.index(SignKind.FREQUENCY) < named.index(SignKind.SPEND)


def nights(facts, first, last):
    """The decisions of every night, an alert being opened and closed as they say."""
    state, story = None, []
    for night in range(first, last + 1):
        day = AT + dt.timedelta(days=night)
        judgement = judge(facts, SEGMENTS["monthly"], SETTINGS, day)
        decision = decide(state, judgement.score, SETTINGS, day, judgement.may_alert)
        if decision is Decision.RAISE:
            state = AlertState("open")
        elif decision is Decision.CLOSE:
            state = AlertState("kept", day)
        if decision in (Decision.RAISE, Decision.CLOSE):
            story.append((decision, night))
    return story


def test_a_monthly_buyer_who_stops_gets_one_alert_after_about_two_missed_purchases():
    (raised, night), = nights(CustomerFacts(every(30, 0, 720)), 0, 365)
    assert raised is Decision.RAISE
    assert 45 <= night <= 100


def test_the_alert_of_a_monthly_buyer_closes_when_he_is_back_in_his_rhythm():
    returned = [(AT + dt.timedelta(days=day), 10_000) for day in (110, 125, 140, 155, 170)]
    story = nights(CustomerFacts(every(30, 0, 720) + returned), 0, 175)
    assert [decision for decision, _ in story] == [Decision.RAISE, Decision.CLOSE]
    assert 110 <= story[1][1] <= 175


def test_a_steady_buyer_gets_no_alert_in_a_year():
    future = [(AT + dt.timedelta(days=day), 10_000) for day in range(30, 366, 30)]
    assert nights(CustomerFacts(every(30, 0, 720) + future), 0, 365) == []


def test_a_buyer_who_is_now_and_then_late_by_a_week_gets_no_alert():
    days = [30, 67, 95, 130, 155, 192, 220, 257, 280]
    future = [(AT + dt.timedelta(days=day), 10_000) for day in days]
    assert nights(CustomerFacts(every(30, 0, 720) + future), 0, 290) == []


def test_a_one_time_buyer_gets_his_alert_when_most_of_those_who_return_have_returned():
    (raised, night), = nights(CustomerFacts([(AT, 10_000)], stage="first_purchase"), 0, 365)
    assert raised is Decision.RAISE
    assert 20 <= night <= 90


@pytest.mark.parametrize("weight", ["frequency_weight", "spend_weight", "contact_weight", "complaint_weight"])
def test_a_sign_that_an_admin_switches_off_no_longer_counts(weight):
    case = {"frequency_weight": "frequency", "spend_weight": "spend", "contact_weight": "contact",
            "complaint_weight": "complaints"}[weight]
    off = {weight: 0.0} | ({"spend_weight": 0.0} if weight == "frequency_weight" else {})
    facts, _ = PLANTED[case]
    assert judge(facts, SEGMENTS["unknown"], ChurnSettings(**off), AT).score < SETTINGS.close_at


@pytest.mark.parametrize(("name", "more_alarming"), [
    ("resting", 1.5), ("rate_weight", 2.0), ("silence_weight", 2.0), ("ordinary_share", 1.0)])
def test_every_weight_of_the_silence_moves_the_score_the_way_it_says(name, more_alarming):
    facts = CustomerFacts([(ago(300), 10_000), (ago(200), 10_000)])
    plain = judge(facts, SEGMENTS["monthly"], SETTINGS, AT).score
    assert judge(facts, SEGMENTS["monthly"], ChurnSettings(**{name: more_alarming}), AT).score > plain


def test_money_is_counted_in_the_segments_own_purchases():
    profile = SEGMENTS["monthly"]
    tenfold = SegmentProfile(profile.shape, profile.exposure, profile.returned, 10 * profile.purchase)
    facts, dear = CustomerFacts(STEADY), CustomerFacts([(day, 10 * amount) for day, amount in STEADY])
    assert judge(dear, tenfold, SETTINGS, AT).score == pytest.approx(judge(facts, profile, SETTINGS, AT).score)


def test_the_day_of_judgement_and_the_days_of_the_facts_may_move_together():
    moved = [(day + dt.timedelta(days=400), amount) for day, amount in STEADY]
    later = judge(CustomerFacts(moved), SEGMENTS["monthly"], SETTINGS, AT + dt.timedelta(days=400))
    assert later == judge(CustomerFacts(STEADY), SEGMENTS["monthly"], SETTINGS, AT)
