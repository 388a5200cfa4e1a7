"""One customer's way through both rooms, told in order: from the first sign of interest to being won back."""

import datetime as dt

import sqlalchemy as sa

from app.customers.models import Customer, Interaction, LifecycleChange, OwnerChange
from app.customers.operations import claim as claim_customer
from app.customers.operations import give_up, release
from app.kernel import clock
from app.kernel.database import session
from app.kernel.events import DomainEvent
from app.sales.models import Lead, Opportunity, Order
from app.sales.operations import claim, convert_lead, lose_deals, move_deals, reopen_deals, win_deal

BEGIN = dt.datetime(2026, 1, 5, 4, tzinfo=dt.UTC)


def day(number):
    return clock.at(BEGIN + dt.timedelta(days=number))


def test_from_the_first_call_to_being_won_back(shop):
    with day(0):
        lead = shop.add(Lead, name="Ann", company="Blue River", phone="13800138000", interest="Tills", owner=None)
        shop.as_("sales1", claim, [lead], {})
        shop.add(Interaction, kind="call", lead=lead, content="Wants an offer", next_at=BEGIN + dt.timedelta(days=2),
                 by="sales1")
    assert shop.of(Lead, lead, "status", "next_at") == ("contacted", BEGIN + dt.timedelta(days=2))

    with day(2):
        made = shop.as_("sales1", convert_lead, lead, name="Three tills")
        shop.add(Interaction, kind="visit", customer=made.customer, opportunity=made.opportunity, by="sales1")
    with day(9):
        shop.as_("sales1", move_deals, [made.opportunity], shop.stages["closing"])
        shop.as_("sales1", lose_deals, [made.opportunity], loss_reason=shop.reasons["Price"])
    with day(12):
        shop.as_("sales1", reopen_deals, [made.opportunity])
        shop.as_("sales1", win_deal, made.opportunity, [shop.line(quantity=3)], lesson="Prices are not final")
    assert shop.of(Customer, made.customer, "lifecycle_stage", "last_contact_at", "last_order_at") == (
        "first_purchase", BEGIN + dt.timedelta(days=2), BEGIN + dt.timedelta(days=12))

    with day(40):
        shop.add(Order, customer=made.customer, amount=20_00, channel="online", by="sales1")
    with day(200):
        shop.as_("system", give_up, [made.customer], "churn alert 1")
        shop.as_("sales1", release, [made.customer], {"reason": "Lost touch"})
    with day(201):
        shop.as_("sales2", claim_customer, [made.customer], {})
        shop.add(Interaction, kind="return_visit", customer=made.customer, content="Glad to hear of us", by="sales2")
        shop.add(Order, customer=made.customer, amount=30_00, by="sales2")
    check_the_end(shop, made)


def check_the_end(shop, made):
    of_customer = LifecycleChange.customer_id == made.customer
    assert shop.rows(LifecycleChange, "to_stage", "reason", where=of_customer) == [
        ("potential", "created"), ("first_purchase", "order"), ("repeat_purchase", "order"), ("churned", "churn"),
        ("repeat_purchase", "won_back")]
    hands = (OwnerChange.entity == "customer") & (OwnerChange.record_id == made.customer)
    assert [kind for kind, in shop.rows(OwnerChange, "kind", where=hands)] == ["created", "released", "claimed"]
    assert shop.of(Customer, made.customer, "owner_id", "lifecycle_stage") == (shop.ids["sales2"], "repeat_purchase")
    assert shop.of(Opportunity, made.opportunity, "stage_category", "amount", "owner_id") == (
        "won", 300_00, shop.ids["sales1"])
    assert [amount for amount, in shop.rows(Order, "amount")] == [300_00, 20_00, 30_00]
    seen = shop.as_("sales2", lambda: sorted(session().scalars(sa.select(Interaction.kind))))
    assert seen == ["call", "return_visit", "visit"]


def test_every_step_is_one_event_for_each_record_that_it_changed(shop):
    deal = shop.deal(customer=shop.customer())
    before = shop.count(DomainEvent)
    shop.as_("sales1", win_deal, deal, [shop.line()])
    events = shop.rows(DomainEvent, "entity", "kind", "actor_id")[before:]
    mine = shop.ids["sales1"]
    assert sorted(events) == sorted([
        ("opportunity", "update", mine), ("opportunity_line", "create", mine), ("order", "create", mine),
        ("order_line", "create", mine), ("customer", "update", mine)])


def test_what_a_person_may_not_see_is_moved_all_the_same(shop):
    hidden = shop.customer("Hidden", by="sales2")
    deal = shop.deal(by="manager", customer=hidden, owner=shop.ids["sales2"])
    shop.as_("manager", win_deal, deal, [shop.line()])
    assert shop.of(Customer, hidden, "lifecycle_stage") == "first_purchase"
    assert shop.rows(Order, "owner_id") == [(shop.ids["sales2"],)]
