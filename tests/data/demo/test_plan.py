import itertools
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.demo import plan
from app.data.demo.catalogue import DISCONTINUED, PRODUCTS, SELLERS

seeds = st.integers(0, 10**9)


def stories(count=2000, seed=5):
    """Profiles with their deals and purchases."""
    draw = random.Random(seed).random
    for serial in range(count):
        customer = plan.profile(draw, serial, 123)
        worked = plan.deals(draw, customer)
        yield customer, worked, plan.purchases(draw, customer, worked)


def one(seed, serial=0):
    draw = random.Random(seed).random
    return draw, plan.profile(draw, serial, 0)


def gaps(bought):
    return [older.ago - younger.ago for older, younger in itertools.pairwise(bought)]


def test_a_weighted_choice_follows_the_limits():
    limits = (("a", 0.25), ("b", 1.0))
    assert [plan.weighted(lambda chance=chance: chance, limits) for chance in (0.0, 0.24, 0.25, 0.99)] == list("aabb")


def test_every_table_of_limits_rises_to_certainty():
    tables = [plan.RHYTHMS, plan.CONVERTED_SOURCES, plan.LOSSES, plan._STATES_OF_OLD, plan._STATES_OF_LATE,
              plan._STATES_OF_NEW]
    for table in tables:
        limits = [limit for _, limit in table]
        assert limits == sorted(set(limits))
        assert limits[-1] == 1.0


def test_two_customers_never_share_an_identity():
    identities = {customer.identity for customer, _, _ in stories(3000)}
    assert len(identities) == 3000


def test_one_customer_in_twenty_is_english_and_one_in_five_a_person():
    customers = [customer for customer, _, _ in stories(2000)]
    assert 90 <= sum(customer.english for customer in customers) <= 110
    assert 390 <= sum(customer.person for customer in customers) <= 410
    assert not any(customer.english and customer.person for customer in customers)


def test_the_public_pool_has_neither_owner_nor_team_nor_business():
    pooled = [(customer, worked, bought) for customer, worked, bought in stories() if customer.owner is None]
    assert 150 < len(pooled) < 330
    for customer, worked, bought in pooled:
        assert (customer.team, customer.rhythm, worked, bought) == (None, "none", [], [])


def test_a_seller_looks_after_customers_of_his_own_team():
    owners = {(customer.owner, customer.team) for customer, _, _ in stories() if customer.owner}
    assert owners == set(SELLERS)


@given(seeds)
def test_a_customer_has_been_known_between_one_day_and_two_years(seed):
    _, customer = one(seed)
    assert 1 <= customer.since <= plan.HISTORY
    assert customer.since >= plan._LEAST_KNOWN.get(customer.rhythm, 1)


@given(seeds)
def test_stages_follow_each_other_day_by_day_until_today(seed):
    draw, customer = one(seed)
    for deal in plan.deals(draw, customer):
        days = [ago for _, ago in deal.steps]
        assert days == sorted(days, reverse=True)
        assert days[0] == deal.created <= customer.since
        assert min(days) >= 1
        names = [stage for stage, _ in deal.steps]
        middle = names[:-1] if names[-1] in ("won", "lost") else names
        assert middle == list(plan.OPEN_STAGES[:len(middle)])
        assert (deal.closed is None) == (deal.stage in plan.OPEN_STAGES)


@given(seeds)
def test_a_deal_is_won_after_the_last_stage_only(seed):
    draw, customer = one(seed)
    for deal in plan.deals(draw, customer):
        if deal.stage == "won":
            assert len(deal.steps) == len(plan.OPEN_STAGES) + 1
        assert (deal.loss_reason is not None) == (deal.stage == "lost")


def test_between_a_third_and_two_thirds_of_the_closed_deals_are_won():
    closed = [deal for _, worked, _ in stories() for deal in worked if deal.closed]
    won = sum(deal.stage == "won" for deal in closed)
    assert 0.33 < won / len(closed) < 0.6


def test_a_referral_wins_more_often_than_an_advertisement():
    closed = [deal for _, worked, _ in stories(4000) for deal in worked if deal.closed]

    def rate(source):
        mine = [deal.stage == "won" for deal in closed if deal.source == source]
        return sum(mine) / len(mine)

    assert rate("referral") > rate("trade_fair") > rate("web_advertising")


def test_the_first_deal_of_a_former_lead_has_the_source_of_the_lead():
    for customer, worked, _ in stories(500):
        if customer.from_lead and worked:
            assert worked[0].source == customer.source


@given(seeds, st.booleans(), st.floats(0.2, 2.0))
def test_the_amount_of_a_line_is_exact_in_minor_units(seed, consumables, weight):
    draw, customer = one(seed)
    line = plan.line(draw, plan.sold(customer, consumables), weight)
    assert line.quantity >= 1
    gross = line.quantity * PRODUCTS[line.product][3]
    assert line.amount == gross - line.discount
    assert line.discount * 100 in (0, gross * 5, gross * 10, gross * 15)


def test_nobody_is_sold_a_discontinued_product():
    sold = {line.product for _, worked, _ in stories() for deal in worked for line in deal.lines}
    assert not [number for number in sold if PRODUCTS[number][0] in DISCONTINUED]
    assert len(sold) == len(PRODUCTS) - len(DISCONTINUED)


def test_export_editions_are_sold_abroad_and_the_others_at_home():
    for customer, worked, _ in stories():
        for deal in worked:
            assert all(PRODUCTS[line.product][1].isascii() == customer.english for line in deal.lines)


def test_every_won_deal_makes_one_order_on_the_day_of_the_closing():
    for _, worked, bought in stories():
        won = {deal.number: deal.closed for deal in worked if deal.stage == "won"}
        assert {purchase.deal: purchase.ago for purchase in bought if purchase.deal} == won


def test_orders_come_in_the_order_of_time_and_after_the_first_encounter():
    for customer, _, bought in stories():
        days = [purchase.ago for purchase in bought]
        assert days == sorted(days, reverse=True)
        assert all(1 <= ago <= customer.since for ago in days)


def test_a_one_time_buyer_without_deals_buys_exactly_once():
    found = [bought for customer, worked, bought in stories()
             if customer.rhythm == "one_time" and not any(deal.stage == "won" for deal in worked)]
    assert len(found) > 50
    assert all(len(bought) == 1 for bought in found)


def shopping(rhythm):
    """The purchases that no deal made, of customers with at least four of them."""
    for customer, _, bought in stories(4000):
        own = [purchase for purchase in bought if purchase.deal is None]
        if customer.rhythm == rhythm and len(own) >= 4:
            yield own


def test_a_stopped_customer_has_been_silent_for_longer_than_ever_before():
    found = [own[-1].ago / statistics.mean(gaps(own)) for own in shopping("stopped")]
    assert len(found) > 50
    assert statistics.quantiles(found, n=10)[0] > 1.5


def test_a_regular_customer_bought_within_about_the_usual_gap():
    found = [own[-1].ago / statistics.mean(gaps(own)) for own in shopping("regular")]
    assert max(found) < 2


@pytest.mark.parametrize(("rhythm", "direction"), [("slowing", 1), ("growing", -1)])
def test_the_gaps_of_a_slowing_customer_widen_and_of_a_growing_one_narrow(rhythm, direction):
    found = [direction * (gaps(own)[-1] - gaps(own)[0]) > 0 for own in shopping(rhythm)]
    assert sum(found) / len(found) > 0.8


@pytest.mark.parametrize(("rhythm", "direction"), [("slowing", -1), ("growing", 1)])
def test_the_baskets_of_a_slowing_customer_shrink_and_of_a_growing_one_grow(rhythm, direction):
    found = list(shopping(rhythm))
    assert found
    assert all(direction * (own[-1].weight - own[0].weight) > 0 for own in found)


@given(seeds)
def test_conversations_happen_between_first_sight_and_yesterday(seed):
    draw, customer = one(seed)
    held = plan.contacts(draw, customer)
    days = [contact.ago for contact in held]
    assert days == sorted(days, reverse=True)
    assert all(1 <= ago <= customer.since for ago in days)
    for contact in held:
        assert contact.next_ago is None or contact.next_ago <= contact.ago


@given(seeds)
def test_only_the_last_conversation_may_have_an_appointment_ahead(seed):
    draw, customer = one(seed)
    for contact in plan.contacts(draw, customer)[:-1]:
        assert contact.next_ago is None or contact.next_ago >= 1


def test_a_stopped_customer_has_not_been_spoken_to_for_weeks():
    draw = random.Random(3).random
    for customer, _, _ in stories(1000):
        held = plan.contacts(draw, customer)
        if customer.rhythm == "stopped" and held:
            assert held[-1].ago >= 70


def test_some_appointments_are_overdue_and_some_lie_ahead():
    draw = random.Random(4).random
    appointments = [held[-1].next_ago for customer, _, _ in stories(1000) if (held := plan.contacts(draw, customer))
                    and held[-1].next_ago is not None]
    assert sum(ago > 0 for ago in appointments) > 50
    assert sum(ago < 0 for ago in appointments) > 50
    assert sum(ago == 0 for ago in appointments) > 3


def test_customers_who_turn_away_complain_more_often():
    draw = random.Random(6).random
    complaints = {True: [], False: []}
    for customer, _, bought in stories(3000):
        had = plan.troubles(draw, customer, bought)
        complaints[customer.rhythm in ("slowing", "stopped")].append(sum(trouble.complaint for trouble in had))
    assert statistics.mean(complaints[True]) > 2 * statistics.mean(complaints[False])


@given(seeds)
def test_a_new_ticket_is_young_and_an_old_one_mostly_done(seed):
    draw, customer = one(seed)
    for trouble in plan.troubles(draw, customer, []):
        assert 1 <= trouble.ago <= customer.since
        assert trouble.status != "new" or trouble.ago <= 4
        assert trouble.status not in ("closed", "merged") or trouble.ago > 4
