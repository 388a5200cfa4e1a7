"""What changes of customers and interactions bring about in the same transaction."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer, Interaction, LifecycleChange, OwnerChange
from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.kernel.events import DomainEvent

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("owner", ["sales2", None])
def test_contacts_go_with_their_customer(office, owner):
    customer = office.add(Customer, name="Blue River", by="sales1")
    people = [office.add(Contact, name=name, customer=customer, by="sales1") for name in ("Ann", "Bob")]
    office.delete(Contact, people[1])
    target = office.ids.get(owner)
    office.edit(Customer, customer, owner=target)
    assert office.of(Contact, people[0], "owner_id") == target
    assert office.of(Contact, people[1], "owner_id") == office.ids["sales1"]


def test_a_contact_that_moves_to_another_customer_changes_hands(office):
    mine, other = (office.add(Customer, name=name, by=name) for name in ("sales1", "sales2"))
    ann = office.add(Contact, name="Ann", customer=mine)
    office.edit(Contact, ann, customer=other)
    assert office.of(Contact, ann, "owner_id", "team_id") == (office.ids["sales2"], office.teams["West"])


def test_a_contact_of_nobody_belongs_to_who_typed_it(office):
    assert office.of(Contact, office.add(Contact, name="Ann", by="sales1"), "owner_id") == office.ids["sales1"]


def test_the_team_alone_moves_the_contacts_too(office):
    customer = office.add(Customer, name="Blue River", by="sales1")
    ann = office.add(Contact, name="Ann", customer=customer)
    office.edit(Customer, customer, team=office.teams["Sales"])
    assert office.of(Contact, ann, "team_id") == office.teams["Sales"]


def test_contacts_that_go_along_name_the_customer_as_their_cause(office):
    customer = office.add(Customer, name="Blue River", by="sales1")
    office.add(Contact, name="Ann", customer=customer)
    office.edit(Customer, customer, owner=office.ids["sales2"], by="manager")
    event = office.rows(DomainEvent, "kind", "cause", "actor_id", where=DomainEvent.entity == "contact")[-1]
    assert event == ("update", "customer", office.ids["manager"])


def test_an_edit_of_the_name_moves_no_contact(office):
    customer = office.add(Customer, name="Blue River", by="sales1")
    ann = office.add(Contact, name="Ann", customer=customer)
    office.edit(Customer, customer, name="Blue River Ltd")
    assert office.of(Contact, ann, "version") == 1


def test_many_customers_change_hands_with_all_their_people_at_once(office):
    rows = [{"name": f"c{number}"} for number in range(30)]
    customers = office.as_("sales1", add_rows, Customer, rows).done
    people = [{"name": f"p{number}", "customer": customers[number % 30]} for number in range(60)]
    office.as_("sales1", add_rows, Contact, people)

    def assign():
        for record in session().scalars(sa.select(Customer)):
            record.owner_id = office.ids["sales2"]
        session().flush()

    office.as_("manager", assign)
    assert {owner for owner, in office.rows(Contact, "owner_id")} == {office.ids["sales2"]}
    assert len(office.rows(OwnerChange, "id", where=OwnerChange.kind == "assigned")) == 30


def test_a_restored_customer_does_not_begin_its_history_again(office):
    customer = office.add(Customer, name="Blue River", by="sales1")
    office.delete(Customer, customer)
    office.restore(Customer, customer)
    assert office.count(LifecycleChange) == office.count(OwnerChange) == 1


def test_a_customer_saved_with_its_first_contact_is_followed_too(office):
    def save():
        river = Customer(name="Blue River")
        session().add_all([river, Interaction(kind="call", customer=river, happened_at=NOON)])
        session().flush()

    office.as_("sales1", save)
    assert office.rows(Customer, "last_contact_at") == [(NOON,)]


def test_a_contact_saved_with_its_customer_belongs_to_who_typed_both(office):
    def save():
        river = Customer(name="Blue River")
        session().add_all([river, Contact(name="Ann", customer=river)])
        session().flush()

    office.as_("sales1", save)
    assert office.rows(Contact, "owner_id", "customer_id") == [(office.ids["sales1"], office.rows(Customer,
                                                                                                  "id")[0][0])]


def test_a_transaction_that_fails_leaves_no_history(office):
    def work():
        add_rows(Customer, [{"name": "Blue River"}])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        office.as_("sales1", work)
    assert office.count(LifecycleChange) == office.count(OwnerChange) == 0
    assert office.rows(DomainEvent, "id", where=DomainEvent.entity == "customer") == []
