"""Stages move with history, by orders, by giving up and by winning back."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Customer, LifecycleChange
from app.customers.operations import follow_orders, give_up, take_back_giving_up
from app.customers.rules.lifecycle import NO_ORDERS, OrderFacts
from app.kernel import clock
from app.kernel.database import session

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def placed(count, last=NOON):
    return OrderFacts(count, last - dt.timedelta(days=10), last)


@pytest.fixture
def river(office):
    return office.add(Customer, name="Blue River", by="sales1")


def story(office, customer):
    return office.rows(LifecycleChange, "from_stage", "to_stage", "reason",
                       where=LifecycleChange.customer_id == customer)


def test_a_new_customer_is_potential_and_its_history_begins(office, river):
    assert office.of(Customer, river, "lifecycle_stage") == "potential"
    assert story(office, river) == [(None, "potential", "created")]


def test_the_history_of_a_customer_made_for_a_stranger_begins_too(office):
    river = office.add(Customer, name="Blue River", by="manager", owner=office.ids["sales2"])
    row = office.rows(LifecycleChange, "owner_id", "team_id", where=LifecycleChange.customer_id == river)
    assert row == [(office.ids["sales2"], office.teams["West"])]


def test_orders_move_stage_and_last_order(office, river):
    office.as_("sales2", follow_orders, {river: placed(1)})
    assert office.of(Customer, river, "lifecycle_stage", "last_order_at") == ("first_purchase", NOON)
    office.as_("sales2", follow_orders, {river: placed(3)})
    office.as_("sales2", follow_orders, {river: placed(5)})
    assert story(office, river)[1:] == [("potential", "first_purchase", "order"),
                                        ("first_purchase", "repeat_purchase", "order"),
                                        ("repeat_purchase", "loyal", "order")]


def test_the_bar_of_loyalty_is_made_of_rows(office, river):
    office.set_up("customers.loyal_orders", 3)
    office.set_up("customers.loyal_span_days", 11)
    office.as_("system", follow_orders, {river: placed(9)})
    assert office.of(Customer, river, "lifecycle_stage") == "repeat_purchase"
    office.set_up("customers.loyal_span_days", 10)
    office.as_("system", follow_orders, {river: placed(3)})
    assert office.of(Customer, river, "lifecycle_stage") == "loyal"


def test_an_order_that_is_taken_back_leads_back(office, river):
    office.as_("system", follow_orders, {river: placed(2)})
    office.as_("system", follow_orders, {river: NO_ORDERS})
    assert office.of(Customer, river, "lifecycle_stage", "last_order_at") == ("potential", None)
    assert story(office, river)[-1] == ("repeat_purchase", "potential", "taken_back")


def test_the_same_stage_again_writes_no_history(office, river):
    for _time in range(2):
        office.as_("system", follow_orders, {river: placed(2)})
    assert len(story(office, river)) == 2


def test_giving_up_marks_the_customer_and_a_later_order_wins_it_back(office, river):
    office.as_("system", follow_orders, {river: placed(2)})
    with clock.at(NOON + dt.timedelta(days=90)):
        office.as_("system", give_up, [river], "alert 7")
    assert office.of(Customer, river, "lifecycle_stage", "churned_at") == ("churned", NOON + dt.timedelta(days=90))
    office.as_("system", follow_orders, {river: placed(2)})
    assert office.of(Customer, river, "lifecycle_stage") == "churned"
    office.as_("system", follow_orders, {river: placed(3, NOON + dt.timedelta(days=91))})
    assert office.of(Customer, river, "lifecycle_stage") == "repeat_purchase"
    assert story(office, river)[2:] == [("repeat_purchase", "churned", "churn"),
                                        ("churned", "repeat_purchase", "won_back")]


def test_giving_up_twice_is_one_step_and_names_its_cause(office, river):
    for cause in ("alert 7", "alert 8"):
        office.as_("system", give_up, [river], cause)
    assert office.rows(LifecycleChange, "cause", where=LifecycleChange.to_stage == "churned") == [("alert 7",)]


def test_giving_up_can_be_taken_back(office, river):
    office.as_("system", give_up, [river])
    office.as_("system", take_back_giving_up, {river: placed(1)})
    assert office.of(Customer, river, "lifecycle_stage", "churned_at") == ("first_purchase", None)


def test_a_deleted_customer_is_passed_over(office, river):
    office.delete(Customer, river)
    office.as_("system", follow_orders, {river: placed(1)})
    office.as_("system", give_up, [river])
    assert office.of(Customer, river, "lifecycle_stage") == "potential"
    assert len(story(office, river)) == 1


@pytest.mark.parametrize(("name", "sees"), [("sales1", 1), ("sales2", 0), ("support1", 1), ("admin", 1)])
def test_history_is_read_through_the_customer(office, river, name, sees):
    found = office.as_(name, lambda: list(session().scalars(sa.select(LifecycleChange.to_stage))))
    assert found == ["potential"] * sees
