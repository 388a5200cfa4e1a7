"""Contacts: people who belong to a customer and to whoever has it."""

import pytest

from app.customers.models import Contact, Customer
from app.kernel.bulk import add_rows
from app.kernel.fields import fields_of

OF_INTERFACE = "name customer job_title decision_maker phone email wechat gender birth_date preferences remark".split()


def test_a_contact_has_the_fields_that_others_rely_on():
    assert set(OF_INTERFACE) <= set(fields_of(Contact))


def test_a_contact_belongs_to_the_owner_of_its_customer(office):
    river = office.add(Customer, name="Blue River", by="sales1")
    ann = office.add(Contact, name="Ann", customer=river, by="manager")
    assert office.of(Contact, ann, "owner_id", "team_id") == (office.ids["sales1"], office.teams["East"])


def test_a_seller_adds_no_people_to_the_customers_of_a_colleague_or_of_the_pool(office):
    theirs, free = office.add(Customer, name="Theirs", by="sales2"), office.add(Customer, name="Free", owner=None)
    for customer in (theirs, free):
        outcome = office.as_("sales1", add_rows, Contact, [{"name": "Ann", "customer": customer}])
        assert outcome.refused
    assert office.count(Contact) == 0


def test_contacts_are_deleted_and_restored_with_their_customer(office):
    river = office.add(Customer, name="Blue River", by="sales1")
    ann = office.add(Contact, name="Ann", customer=river)
    office.delete(Customer, river, by="sales1")
    assert office.of(Contact, ann, "deleted_with") == f"customer:{river}"
    office.restore(Customer, river, by="sales1")
    assert office.of(Contact, ann, "deleted_at", "deleted_with") == (None, None)


@pytest.mark.parametrize(("field", "value"), [
    ("phone", "hello"), ("email", "@"), ("birth_date", "soon"), ("gender", "x")])
def test_a_bad_value_is_refused_with_its_field(office, field, value):
    assert set(office.as_("sales1", add_rows, Contact, [{"name": "Ann", field: value}]).refused[0]) == {field}


def test_personal_values_are_read_back_as_they_were_typed(office):
    ann = office.add(Contact, name="Ann", phone="010-62345678 转 12", email="Ann@Example.com", wechat="ann_88",
                     birth_date="1990/1/5")
    assert office.of(Contact, ann, "phone", "email", "wechat", "birth_date") == (
        "010-62345678 转 12", "Ann@Example.com", "ann_88", "1990-01-05")


def test_leaving_a_customer_leaves_the_owner(office):
    river = office.add(Customer, name="Blue River", by="sales1")
    ann = office.add(Contact, name="Ann", customer=river)
    office.edit(Contact, ann, customer=None)
    assert office.of(Contact, ann, "owner_id") == office.ids["sales1"]
