"""Planted customers: the right ones are flagged, and for the right reason."""

import datetime as dt

import pytest

from app.insight.churn.rules import (
    EVERYBODY,
    UNKNOWN,
    ChurnSettings,
    CustomerFacts,
    SegmentProfile,
    SignKind,
    judge,
    judge_all,
    learn_segments,
    ledger_of,
)
from app.insight.churn.rules.segments import GRID

SETTINGS = ChurnSettings()


@pytest.fixture
def judged(monthly, today):
    """Judge one customer of the monthly segment."""
    return lambda **facts: judge(CustomerFacts(**facts), monthly, SETTINGS, today)


def kinds(judgement):
    return [sign.kind for sign in judgement.signs]


def flagged(judgement):
    return judgement.score >= SETTINGS.raise_at


def test_a_steady_monthly_buyer_is_at_ease(judged, buys):
    found = judged(purchases=buys(30, 730, 10))
    assert found.score < SETTINGS.close_at
    assert found.signs == ()
    assert found.first_reason is None


def test_a_monthly_buyer_who_fell_silent_for_months_is_flagged_by_his_own_rhythm(judged, buys):
    found = judged(purchases=buys(30, 840, 120))
    assert flagged(found)
    assert found.first_reason.kind is SignKind.RHYTHM
    assert str(found.first_reason.sentence) == "No purchase for 120 days; this customer usually buys every 30 days."


def test_a_monthly_buyer_is_flagged_among_slow_customers_too(buys, today, monthly):
    slow = SegmentProfile(shape=0.3, exposure=64.0, returned=monthly.returned)
    found = judge(CustomerFacts(purchases=buys(30, 840, 120)), slow, SETTINGS, today)
    assert flagged(found)
    assert found.first_reason.kind is SignKind.RHYTHM


def test_a_quarterly_buyer_is_not_flagged_for_a_silence_that_is_long_for_others_only(judged, buys):
    assert not flagged(judged(purchases=buys(91, 1000, 80)))


def test_a_customer_who_buys_less_and_less_often_is_flagged_for_that(judged, buys, ago):
    found = judged(purchases=[*buys(10, 500, 130), (ago(90), 10_000), (ago(50), 10_000), (ago(10), 10_000)])
    assert flagged(found)
    assert kinds(found)[0] is SignKind.FREQUENCY
    assert found.first_reason.sentence.params["recent"] == 2


def test_a_customer_who_buys_as_often_for_less_is_flagged_for_his_spend(judged, buys):
    found = judged(purchases=buys(30, 730, 100) + buys(30, 70, 10, amount=2_000))
    assert flagged(found)
    assert kinds(found) == [SignKind.SPEND]
    assert found.first_reason.sentence.params["recent"] == "60.00"


def test_a_customer_who_is_not_heard_of_any_more_is_flagged_for_contact(judged, buys, ago):
    found = judged(purchases=buys(30, 730, 10), contacts=[ago(day) for day in range(70, 500, 7)])
    assert flagged(found)
    assert kinds(found) == [SignKind.CONTACT]
    assert found.first_reason.sentence.params["recent"] == 3


def test_steady_contact_is_no_sign(judged, buys, ago):
    assert kinds(judged(purchases=buys(30, 730, 10), contacts=[ago(day) for day in range(3, 500, 7)])) == []


def test_open_complaints_are_flagged_as_such(judged, buys):
    found = judged(purchases=buys(30, 730, 10), open_complaints=2, oldest_complaint_days=20)
    assert flagged(found)
    assert kinds(found) == [SignKind.COMPLAINTS]
    assert found.first_reason.sentence.params == {"count": 2, "days": 20}


def test_one_fresh_complaint_is_named_but_raises_no_alert(judged, buys):
    found = judged(purchases=buys(30, 730, 10), open_complaints=1)
    assert kinds(found) == [SignKind.COMPLAINTS]
    assert not flagged(found)


def test_reasons_are_named_with_the_most_important_first(judged, buys):
    found = judged(purchases=buys(30, 840, 120), open_complaints=1)
    assert kinds(found) == [SignKind.RHYTHM, SignKind.FREQUENCY, SignKind.SPEND, SignKind.COMPLAINTS]
    importance = [sign.importance for sign in found.signs]
    assert importance == sorted(importance, reverse=True)


def test_a_fall_in_spend_that_the_purchases_explain_is_named_after_them(judged, buys):
    found = judged(purchases=buys(30, 840, 60))
    assert kinds(found).index(SignKind.FREQUENCY) < kinds(found).index(SignKind.SPEND)


def test_a_new_customer_is_not_flagged(judged, today):
    found = judged(purchases=[(today, 10_000)], stage="first_purchase")
    assert not flagged(found)
    assert found.signs == ()


def curve_with_half_life(days):
    return tuple(float(share) for share in 1 - 0.5 ** (GRID / days))


def test_a_one_time_buyer_is_judged_by_how_his_cohort_came_back(ago, today):
    once = CustomerFacts(purchases=[(ago(60), 10_000)], stage="first_purchase")
    quick = judge(once, SegmentProfile(0.5, 45.0, curve_with_half_life(15)), SETTINGS, today)
    slow = judge(once, SegmentProfile(0.5, 45.0, curve_with_half_life(200)), SETTINGS, today)
    assert quick.score > slow.score
    assert kinds(quick) == [SignKind.ONE_PURCHASE]
    assert quick.first_reason.sentence.params["share"] == 94
    assert slow.first_reason.strength == pytest.approx(1 - 0.5 ** (60 / 200), abs=0.01)


def test_cohorts_learned_from_data_tell_a_late_one_time_buyer_from_one_who_is_not_late(ago, today):
    def cohort(name, gap):
        back = [CustomerFacts([(ago(300 + n), 5_000), (ago(300 + n - gap), 5_000)], segment=name) for n in range(60)]
        return back + [CustomerFacts([(ago(300 + n), 5_000)], segment=name) for n in range(60)]

    late = CustomerFacts([(ago(70), 5_000)], segment="quick", stage="first_purchase")
    early = CustomerFacts([(ago(70), 5_000)], segment="slow", stage="first_purchase")
    ledger = ledger_of([*cohort("quick", 20), *cohort("slow", 200), late, early])
    found = judge_all(ledger, learn_segments(ledger, today), SETTINGS, today)
    assert found.score[-2] > found.score[-1]
    assert found.strengths[SignKind.ONE_PURCHASE][-2] > 0.9
    assert found.strengths[SignKind.ONE_PURCHASE][-1] < 0.1


def test_a_slow_buyer_who_is_flagged_before_his_rhythm_breaks_is_told_his_rhythm(ago, today):
    twice = CustomerFacts(purchases=[(ago(500), 10_000), (ago(150), 10_000)])
    found = judge(twice, SegmentProfile(3.0, 90.0, UNKNOWN.returned), SETTINGS, today)
    assert flagged(found)
    assert [sign.strength for sign in found.signs if sign.kind is SignKind.RHYTHM] != []


def test_a_customer_who_never_bought_is_not_judged(judged, ago):
    found = judged(contacts=[ago(day) for day in range(70, 500, 7)], open_complaints=3)
    assert (found.score, found.signs, found.may_alert) == (0.0, (), False)


def test_a_customer_whose_only_purchase_lies_ahead_is_not_judged(judged, today):
    assert judged(purchases=[(today + dt.timedelta(days=1), 100)]).score == 0.0


def test_a_customer_who_is_known_to_be_lost_has_a_score_but_may_have_no_alert(judged, buys):
    found = judged(purchases=buys(30, 840, 400), stage="churned")
    assert flagged(found)
    assert not found.may_alert


def test_purchases_for_nothing_are_judged_without_money(judged, buys):
    found = judged(purchases=buys(30, 840, 120, amount=0))
    assert SignKind.SPEND not in kinds(found)
    assert flagged(found)


def test_a_customer_of_greater_value_is_ranked_as_safer(buys, today, monthly):
    profile = SegmentProfile(monthly.shape, monthly.exposure, monthly.returned, purchase=10_000.0)
    small, large = (judge(CustomerFacts(purchases=buys(60, 400, 40, amount=amount)), profile, SETTINGS, today)
                    for amount in (2_000, 50_000))
    assert large.score < small.score


def test_an_unknown_segment_takes_everybodys_profile_and_else_the_unknown(buys, today, monthly):
    ledger = ledger_of([CustomerFacts(purchases=buys(30, 300, 60), segment="new")])
    by_all = judge_all(ledger, {EVERYBODY: monthly}, SETTINGS, today).score
    assert by_all == judge_all(ledger, {"new": monthly}, SETTINGS, today).score
    assert judge_all(ledger, {}, SETTINGS, today).score == judge_all(ledger, {"new": UNKNOWN}, SETTINGS, today).score


def test_a_table_of_nobody_is_judged(today):
    found = judge_all(ledger_of([]), {}, SETTINGS, today)
    assert len(found) == 0


def test_the_least_strength_decides_what_is_named(buys, today, monthly, ago):
    facts = CustomerFacts(purchases=buys(30, 730, 10), open_complaints=1)
    strict = judge(facts, monthly, ChurnSettings(least_strength=0.6), today)
    assert strict.signs == ()
    assert SignKind.COMPLAINTS in kinds(judge(facts, monthly, ChurnSettings(least_strength=0.0), today))


def test_with_no_least_strength_signs_of_no_strength_are_still_not_named(buys, today, monthly):
    found = judge(CustomerFacts(purchases=buys(30, 730, 10)), monthly, ChurnSettings(least_strength=0.0), today)
    assert all(sign.strength > 0 for sign in found.signs)
