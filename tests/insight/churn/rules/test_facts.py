import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insight.churn.rules import Columns, CustomerFacts, ledger_from, ledger_of
from app.insight.churn.rules.facts import history

unhurried = settings(deadline=None)  # a busy machine is no fault of the product

START = dt.date(2026, 1, 1)
DAY = START.toordinal()


def on(day, amount=100):
    return START + dt.timedelta(days=day), amount


def past_of(*customers, at=60, recent_days=30, pace_after=2):
    ledger = ledger_of(customers)
    return history(ledger.purchases, len(ledger), DAY + at, recent_days, pace_after)


def test_a_customer_is_read_in_any_order():
    forth = past_of(CustomerFacts(purchases=[on(1), on(20, 50), on(50, 70)]))
    back = past_of(CustomerFacts(purchases=[on(50, 70), on(20, 50), on(1)]))
    for one, other in zip(vars(forth).values(), vars(back).values(), strict=True):
        assert one.tolist() == other.tolist()


def test_first_last_recent_and_later_are_told_apart():
    past = past_of(CustomerFacts(purchases=[on(1), on(20, 50), on(31, 60), on(50, 70)]))
    assert (past.count[0], past.first[0] - DAY, past.last[0] - DAY) == (4, 1, 50)
    assert (past.recent[0], past.recent_amount[0]) == (2, 130.0)
    assert (past.later[0], past.later_amount[0], past.total_amount[0], past.largest[0]) == (2, 130.0, 280.0, 100.0)


def test_the_recent_time_leaves_out_its_first_day():
    assert past_of(CustomerFacts(purchases=[on(30)])).recent[0] == 0
    assert past_of(CustomerFacts(purchases=[on(31)])).recent[0] == 1


def test_what_lies_after_the_day_of_judgement_is_not_seen():
    past = past_of(CustomerFacts(purchases=[on(10), on(61)]))
    assert (past.count[0], past.last[0] - DAY) == (1, 10)


def test_purchases_of_one_day_are_one_occasion_with_the_sum():
    past = past_of(CustomerFacts(purchases=[on(10, 30), on(10, 30), on(40, 5)]))
    assert (past.count[0], past.total_amount[0], past.largest[0]) == (2, 65.0, 60.0)


def test_goods_that_came_back_make_a_day_worth_nothing_but_not_less():
    past = past_of(CustomerFacts(purchases=[on(10, 30), on(10, -80), on(40, 5)]))
    assert (past.count[0], past.total_amount[0]) == (2, 5.0)


def test_customers_without_events_stand_between_those_with():
    past = past_of(CustomerFacts(), CustomerFacts(purchases=[on(10)]), CustomerFacts())
    assert past.count.tolist() == [0, 1, 0]
    assert past.largest.tolist() == [0.0, 100.0, 0.0]


def test_nobody_at_all_has_no_past():
    assert len(past_of().count) == 0


def test_rows_of_a_database_may_come_in_any_order():
    ledger = ledger_from(Columns(2, purchases=([1, 0, 1], [DAY + 9, DAY + 3, DAY + 2], [5, 6, 7])))
    assert ledger.purchases.owner.tolist() == [0, 1, 1]
    assert ledger.purchases.amount.tolist() == [6, 7, 5]


def test_columns_that_are_left_out_count_as_none():
    ledger = ledger_from(Columns(2))
    assert ledger.open_complaints.tolist() == [0, 0]
    assert ledger.oldest_complaint_days.tolist() == [0, 0]
    assert ledger.segments == ("",)
    assert ledger.may_alert.tolist() == [True, True]


def test_segments_are_numbered_as_they_come():
    ledger = ledger_of([CustomerFacts(segment="b"), CustomerFacts(segment="a"), CustomerFacts(segment="b")])
    assert ledger.segments == ("b", "a")
    assert ledger.segment.tolist() == [0, 1, 0]


@pytest.mark.parametrize(("stage", "may"), [
    ("potential", False), ("first_purchase", True), ("repeat_purchase", True), ("loyal", True), ("churned", False)])
def test_only_customers_who_can_still_be_lost_may_have_an_alert(stage, may):
    assert ledger_of([CustomerFacts(stage=stage)]).may_alert.tolist() == [may]


@pytest.mark.parametrize("owner", [-1, 2])
def test_an_event_of_nobody_is_refused(owner):
    with pytest.raises(ValueError, match="names no customer"):
        ledger_from(Columns(2, purchases=([owner], [DAY], [5])))


def test_event_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        ledger_from(Columns(2, purchases=([0], [DAY, DAY], [5])))


@pytest.mark.parametrize("name", ["open_complaints", "segments", "stages"])
def test_a_column_of_the_wrong_length_is_refused(name):
    with pytest.raises(ValueError, match="one entry per customer"):
        ledger_from(Columns(2, **{name: ["1"]}))


@unhurried
@given(st.lists(st.lists(st.tuples(st.integers(0, 90), st.integers(-50, 500)), max_size=8), max_size=6))
def test_counting_by_columns_equals_counting_by_hand(customers):
    past = past_of(*[CustomerFacts(purchases=[on(*one) for one in purchases]) for purchases in customers])
    for position, purchases in enumerate(customers):
        days = {}
        for day, amount in purchases:
            if day <= 60:
                days[day] = days.get(day, 0) + amount
        amounts = [max(days[day], 0) for day in sorted(days)]
        assert past.count[position] == len(days)
        assert past.recent[position] == sum(day > 30 for day in days)
        assert past.recent_amount[position] == sum(max(amount, 0) for day, amount in days.items() if day > 30)
        assert past.later_amount[position] == sum(amounts[2:])
        assert past.total_amount[position] == sum(amounts)
        assert past.largest[position] == max(amounts, default=0)
        assert not days or past.first[position] == DAY + min(days)


@unhurried
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 90), st.integers(0, 500)), max_size=30),
       st.lists(st.tuples(st.integers(0, 4), st.integers(0, 90)), max_size=30))
def test_rows_and_customers_make_the_same_ledger(bought, met):
    rows = ledger_from(Columns(
        5,
        purchases=tuple(zip(*[(owner, DAY + day, amount) for owner, day, amount in bought], strict=True)) or ((),) * 3,
        contacts=tuple(zip(*[(owner, DAY + day) for owner, day in met], strict=True)) or ((),) * 2))
    customers = ledger_of([CustomerFacts(
        purchases=[on(day, amount) for owner, day, amount in bought if owner == position],
        contacts=[on(day)[0] for owner, day in met if owner == position]) for position in range(5)])
    for one, other in ((rows.purchases, customers.purchases), (rows.contacts, customers.contacts)):
        assert one.owner.tolist() == other.owner.tolist()
        assert one.day.tolist() == other.day.tolist()
        assert one.amount.tolist() == other.amount.tolist()


def test_columns_keep_whole_numbers_whole():
    assert ledger_of([CustomerFacts(purchases=[on(1, 10**12)])]).purchases.amount.dtype == np.int64


@pytest.mark.parametrize(("columns", "fault"), [
    (Columns(1, purchases=([0], [DAY], [])), "differ in length"),
    (Columns(1, purchases=([0, 0], [DAY], [1])), "differ in length"),
    (Columns(1, contacts=([0], [])), "differ in length"), (Columns(1, purchases=([1], [DAY], [1])), "no customer"),
    (Columns(1, purchases=([-1], [DAY], [1])), "no customer"), (Columns(0, contacts=([0], [DAY])), "no customer"),
    (Columns(2, open_complaints=[1]), "one entry per customer"),
    (Columns(1, oldest_complaint_days=[1, 2]), "one entry per customer"),
    (Columns(2, segments=["a"]), "one entry"), (Columns(1, stages=["loyal", "loyal"]), "one entry")])
def test_columns_that_do_not_fit_each_other_are_refused(columns, fault):
    with pytest.raises(ValueError, match=fault):
        ledger_from(columns)


def test_nobody_at_all_is_no_error():
    ledger = ledger_from(Columns(0))
    assert len(ledger) == 0
    past = history(ledger.purchases, 0, DAY, 30, 2)
    assert all(column.tolist() == [] for column in vars(past).values())


def test_what_is_left_out_is_none_and_rules_no_alert_out():
    ledger = ledger_from(Columns(3))
    assert ledger.open_complaints.tolist() == ledger.oldest_complaint_days.tolist() == [0, 0, 0]
    assert ledger.may_alert.tolist() == [True] * 3
    assert (ledger.segments, ledger.segment.tolist()) == (("",), [0, 0, 0])


@pytest.mark.parametrize(("stage", "may"), [("potential", False), ("churned", False), ("first_purchase", True),
                                            ("loyal", True), ("", True), ("unheard of", True)])
def test_who_never_bought_or_is_lost_already_raises_no_alert(stage, may):
    assert ledger_of([CustomerFacts(stage=stage)]).may_alert.tolist() == [may]


def test_segments_are_numbered_in_the_order_in_which_they_come():
    ledger = ledger_of([CustomerFacts(segment=name) for name in ("b", "a", "b", "", "a")])
    assert ledger.segments == ("b", "a", "")
    assert ledger.segment.tolist() == [0, 1, 0, 2, 1]


@pytest.mark.parametrize("day", [dt.date.min, dt.date(9999, 12, 31)])
def test_a_purchase_at_the_end_of_the_calendar_stays_with_its_customer(day):
    ledger = ledger_of([CustomerFacts(purchases=[(day, 5)]), CustomerFacts(purchases=[on(1)])])
    past = history(ledger.purchases, 2, dt.date.max.toordinal(), 30, 2)
    assert past.count.tolist() == [1, 1]
    assert past.last.tolist() == [day.toordinal(), DAY + 1]


@unhurried
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 90), st.integers(-500, 10**12)), max_size=40),
       st.randoms(use_true_random=False))
def test_the_order_in_which_a_database_answers_changes_nothing(events, chance):
    shuffled = list(events)
    chance.shuffle(shuffled)
    pasts = []
    for rows in (events, shuffled):
        columns = tuple(zip(*rows, strict=True)) if rows else ((), (), ())
        owners, days, amounts = columns
        ledger = ledger_from(Columns(5, purchases=(owners, [DAY + day for day in days], amounts)))
        pasts.append(history(ledger.purchases, 5, DAY + 60, 30, 2))
    for one, other in zip(vars(pasts[0]).values(), vars(pasts[1]).values(), strict=True):
        assert one.tolist() == other.tolist()


@unhurried
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 90), st.integers(-500, 500)), max_size=30))
def test_no_total_is_below_nothing_and_parts_are_no_more_than_the_whole(events):
    facts = [CustomerFacts(purchases=[on(day, amount) for owner, day, amount in events if owner == number])
             for number in range(3)]
    past = past_of(*facts)
    for position in range(3):
        assert 0 <= past.recent[position] <= past.count[position]
        assert 0 <= past.later[position] <= max(past.count[position] - 2, 0)
        assert 0 <= past.recent_amount[position] <= past.total_amount[position]
        assert past.largest[position] <= past.total_amount[position]
        seen = {day for owner, day, _amount in events if owner == position and day <= 60}
        assert past.count[position] == len(seen)
