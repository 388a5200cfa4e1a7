import datetime as dt

import pytest

from app.customers.rules.lifecycle import LoyaltyBar, OrderFacts, stage_of
from app.data.demo import customer_rows
from app.data.demo.catalogue import SOURCES
from app.data.demo.plan import Purchase
from tests.data.demo.world import MORNING, TODAY, WIDER, by_key, grouped, rows, share


class Known:
    since = 500


@pytest.mark.parametrize(("days", "expected"), [
    ([], ["potential"]),
    ([30], ["potential", "first_purchase"]),
    ([180], ["potential", "first_purchase"]),
    ([181], ["potential", "first_purchase", "churned"]),
    ([100, 30], ["potential", "first_purchase", "repeat_purchase"]),
    ([240, 180, 120, 60, 5], ["potential", "first_purchase", "repeat_purchase", "loyal"]),
    ([400, 30], ["potential", "first_purchase", "churned", "repeat_purchase"]),
    ([450, 440, 430, 420, 410], ["potential", "first_purchase", "repeat_purchase", "loyal", "churned"]),
])
def test_a_life_runs_through_the_stages_that_its_orders_make(days, expected):
    moves = customer_rows.lifecycle_moves(Known, [Purchase(ago, None, False, 1.0) for ago in days])
    assert [move.after for move in moves] == expected
    assert [move.before for move in moves] == [None, *expected[:-1]]
    assert [move.ago for move in moves] == sorted((move.ago for move in moves), reverse=True)


def test_a_cancelled_order_moves_nobody():
    (born,) = customer_rows.lifecycle_moves(Known, [Purchase(30, None, True, 1.0)])
    assert born.after == "potential"


def test_giving_up_happens_half_a_year_after_the_last_order():
    moves = customer_rows.lifecycle_moves(Known, [Purchase(300, None, False, 1.0)])
    assert (moves[-1].ago, moves[-1].after, moves[-1].order) == (120, "churned", None)


def test_the_history_of_a_customer_ends_in_his_present_stage():
    history = grouped("lifecycle_change", "customer", WIDER)
    for row in rows("customer", WIDER):
        changes = history[row["key"]]
        assert changes[-1]["to_stage"] == row["lifecycle_stage"]
        assert changes[0]["reason"] == "created"
        assert (row["churned_at"] is not None) == (row["lifecycle_stage"] == "churned")
        for change in changes:
            made_by_an_order = change["reason"] in ("order", "won_back")
            assert (change["order"] is not None) == made_by_an_order
            assert not made_by_an_order or by_key("order", WIDER)[change["order"]]["ordered_at"] == change["at"]


def test_the_last_order_of_a_customer_is_his_youngest_valid_order():
    orders = grouped("order", "customer", WIDER)
    for row in rows("customer", WIDER):
        valid = [order["ordered_at"] for order in orders.get(row["key"], []) if order["status"] != "cancelled"]
        assert row["last_order_at"] == max(valid, default=None)


def test_the_last_contact_of_a_customer_is_no_note():
    interactions = grouped("interaction", "customer", WIDER)
    for row in rows("customer", WIDER):
        spoken = [one["happened_at"] for one in interactions.get(row["key"], []) if one["kind"] != "note"]
        assert row["last_contact_at"] == max(spoken, default=None)


def test_the_next_contact_of_a_customer_was_agreed_in_an_interaction():
    interactions = grouped("interaction", "customer", WIDER)
    for row in rows("customer", WIDER):
        agreed = [one["next_at"] for one in interactions.get(row["key"], []) if one["next_at"]]
        assert row["next_contact_at"] == (agreed[-1] if agreed else None)


def test_the_lifecycle_stage_is_the_one_that_the_product_would_set():
    orders = grouped("order", "customer", WIDER)
    for row in rows("customer", WIDER):
        placed = [order["ordered_at"] for order in orders.get(row["key"], []) if order["status"] != "cancelled"]
        facts = OrderFacts(len(placed), min(placed, default=None), max(placed, default=None))
        assert row["lifecycle_stage"] == stage_of(facts, row["churned_at"], LoyaltyBar(orders=5, span_days=0))


def test_all_names_of_organisations_are_different():
    names = [row["name"] for row in rows("customer", WIDER) if row["kind"] == "organisation"]
    assert len(names) == len(set(names)) > 2000


def test_an_organisation_has_no_birthday_and_a_person_no_industry():
    for row in rows("customer"):
        personal = [row[field] for field in ("gender", "birth_date", "occupation")]
        of_a_firm = [row[field] for field in ("industry", "size", "website")]
        if row["kind"] == "person":
            assert (all(personal), any(of_a_firm)) == (True, False)
        else:
            assert (all(of_a_firm), any(personal)) == (True, False)


def test_persons_are_of_age_and_younger_than_the_history_of_computers():
    for row in rows("customer"):
        if row["birth_date"]:
            assert 20 <= TODAY.year - dt.date.fromisoformat(row["birth_date"]).year <= 65


def test_the_city_of_a_chinese_organisation_stands_in_its_name():
    for row in rows("customer"):
        if row["kind"] == "organisation" and row["region"] != "overseas":
            assert row["name"].startswith(row["city"])


def test_a_customer_carries_a_tag_only_once():
    for row in rows("customer", WIDER):
        assert len(row["tags"]) == len(set(row["tags"]))
    tagged = [row for row in rows("customer", WIDER) if row["tags"]]
    assert 0.4 < share(tagged, rows("customer", WIDER)) < 0.7


def test_a_person_is_his_own_only_contact():
    contacts = grouped("contact", "customer")
    for row in rows("customer"):
        if row["kind"] == "person":
            (only,) = contacts[row["key"]]
            assert (only["name"], only["gender"], only["decision_maker"]) == (row["name"], row["gender"], True)
            assert only["job_title"] is None


def test_an_organisation_has_two_to_four_contacts_with_job_titles():
    contacts = grouped("contact", "customer")
    for row in rows("customer"):
        if row["kind"] == "organisation":
            assert 2 <= len(contacts[row["key"]]) <= 4
            assert all(contact["job_title"] for contact in contacts[row["key"]])


def test_interactions_name_the_contact_as_the_contact_is_called():
    for row in rows("interaction"):
        named = by_key("contact")[row["contact"]]["name"]
        other = {contact["name"] for contact in grouped("contact", "customer")[row["customer"]]} - {named}
        assert named in row["content"] or not any(name in row["content"] for name in other)


def test_a_converted_lead_leads_to_the_customer_of_the_same_name_and_owner():
    converted = [row for row in rows("lead") if row["status"] == "converted"]
    assert len(converted) > 40
    for row in converted:
        customer = by_key("customer")[row["converted_customer"]]
        assert customer["name"] in (row["company"], row["name"])
        assert (row["owner"], row["source"]) == (customer["owner"], customer["lead_source"])
        assert row["created_at"] < row["converted_at"] == customer["created_at"]
        assert by_key("contact")[row["converted_contact"]]["name"] == row["name"]
        if row["converted_opportunity"]:
            assert by_key("opportunity")[row["converted_opportunity"]]["customer"] == customer["key"]


def test_an_unconverted_lead_points_nowhere():
    for row in rows("lead"):
        if row["status"] != "converted":
            assert row["converted_customer"] is row["converted_opportunity"] is None


def test_referred_leads_convert_more_often_than_advertised_ones():
    by_source = grouped("lead", "source", WIDER)
    assert set(by_source) == set(SOURCES)
    rates = {source: share([row for row in found if row["status"] == "converted"], found)
             for source, found in by_source.items()}
    assert rates["referral"] > 0.5 > rates["trade_fair"] > rates["web_advertising"]


def test_some_new_leads_wait_in_the_pool_without_owner():
    pooled = [row for row in rows("lead", WIDER) if row["owner"] is None and row["status"] != "converted"]
    assert pooled
    assert {row["status"] for row in pooled} == {"new"}
    assert all(row["next_at"] is None and row["team"] is None for row in pooled)


def test_open_leads_have_appointments_before_and_after_today():
    appointments = [row["next_at"] for row in rows("lead", WIDER) if row["next_at"]]
    assert any(moment < MORNING for moment in appointments)
    assert any(moment > MORNING + dt.timedelta(days=1) for moment in appointments)


def test_short_brands_stay_unique_as_long_as_they_are_used():
    first = [row["name"] for row in rows("customer", WIDER)[:customer_rows.SHORT_BRANDS]
             if row["kind"] == "organisation" and row["region"] != "overseas"]
    assert len(set(first)) == len(first)
