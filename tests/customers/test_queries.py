"""Named reads about customers."""

import datetime as dt

import pytest

from app.customers.models import Contact, Customer
from app.customers.operations import claim
from app.customers.queries import MOST_ALIKE, claims_today, likely_same, neglected, ownership_of
from app.kernel import clock
from app.kernel.database import session

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def river(office):
    return office.add(Customer, name="Blue River Ltd", phone="13800138000", email="Info@BlueRiver.example", by="sales1")


def alike(office, values, by="admin", other_than=None):
    return office.as_(by, lambda: [each.id for each in likely_same(values, other_than)])


@pytest.mark.parametrize("values", [
    {"phone": "+86 138-0013-8000"}, {"phone": "１３８００１３８０００"}, {"email": "info@blueriver.EXAMPLE"},
    {"name": "BLUE  RIVER ltd"}, {"name": "Somebody else", "phone": "0086 13800138000"}])
def test_another_spelling_of_the_same_customer_is_found(office, river, values):
    assert alike(office, values) == [river]


@pytest.mark.parametrize("values", [
    {}, {"name": "Blue River"}, {"phone": "13800138001"}, {"email": ""}, {"phone": None}])
def test_another_customer_is_not(office, river, values):
    assert alike(office, values) == []


def test_the_phone_of_one_of_its_people_leads_to_the_customer(office, river):
    office.add(Contact, name="Ann", customer=river, phone="010-62345678")
    assert alike(office, {"phone": "+86 10 6234 5678"}) == [river]


def test_the_record_itself_and_deleted_ones_are_left_out(office, river):
    twin = office.add(Customer, name="Blue River Ltd")
    assert alike(office, {"name": "Blue River Ltd"}, other_than=twin) == [river]
    office.delete(Customer, river)
    assert alike(office, {"name": "Blue River Ltd"}) == [twin]


def test_nobody_is_told_of_customers_that_he_may_not_read(office, river):
    assert alike(office, {"phone": "13800138000"}, by="sales2") == []
    assert alike(office, {"phone": "13800138000"}, by="sales1") == [river]


def test_a_common_name_gives_no_endless_list(office):
    for _number in range(MOST_ALIKE + 3):
        office.add(Customer, name="张伟", kind="person")
    assert len(alike(office, {"name": "张伟"})) == MOST_ALIKE


def test_claims_are_counted_by_person_kind_and_day(office):
    customers = [office.add(Customer, name=name, owner=None) for name in "ABC"]
    office.add(Customer, name="made", by="sales1")
    with clock.at(NOON):
        office.as_("sales1", claim, customers[:2], {})
    with clock.at(NOON + dt.timedelta(days=1)):
        office.as_("sales1", claim, customers[2:], {})
        office.as_("sales2", lambda: None)
        counts = [office.as_(name, claims_today, entity, office.people[name])
                  for name, entity in (("sales1", "customer"), ("sales1", "lead"), ("sales2", "customer"))]
    assert counts == [1, 0, 0]


def test_the_history_of_owners_is_told_latest_first(office, river):
    office.edit(Customer, river, owner=office.ids["sales2"])
    found = office.as_("sales2", lambda: [(row.kind, row.to_owner_id) for row in
                                          ownership_of(session().get_one(Customer, river))])
    assert found == [("assigned", office.ids["sales2"]), ("created", office.ids["sales1"])]


def test_the_longest_owned_of_the_neglected_come_first(office):
    for days in (40, 60, 50):
        with clock.at(NOON - dt.timedelta(days=days)):
            office.add(Customer, name=str(days), owner=office.ids["sales1"])
    with clock.at(NOON):
        found = office.as_("system", lambda: list(session().execute(
            neglected(Customer, Customer.next_contact_at, 45).with_only_columns(Customer.name)).scalars()))
    assert found == ["60", "50"]
