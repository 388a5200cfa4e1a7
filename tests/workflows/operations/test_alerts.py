"""What people do with an alert: take it on, close it with what came of it, or say that it was mistaken."""

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.database import session, unit
from app.kernel.errors import NotAllowed, RuleError
from app.workflows.models import ChurnAlert
from app.workflows.operations import alerts


@pytest.fixture
def alert(company):
    """An open alert of a customer of sales1."""
    with company.acting("system"), unit() as current:
        customer = Customer(name="Acme", owner_id=company.ids["sales1"])
        current.add(customer)
        current.flush()
        made = ChurnAlert(customer_id=customer.id, score=80, owner_id=company.ids["sales1"])
        current.add(made)
        current.flush()
        return made.id


def do(company, name, work, *args):
    with company.acting(name), unit():
        return work(*args)


def now_of(company):
    with company.acting("system"):
        row = session().scalars(sa.select(ChurnAlert)).one()
        stage = session().scalars(sa.select(Customer.lifecycle_stage)).one()
        return row.status, row.outcome, row.closed_at is not None, stage


def test_an_alert_is_taken_on_and_the_customer_kept(company, alert):
    assert do(company, "sales1", alerts.take_on, [alert], {}) == "Taken on."
    assert now_of(company) == ("in_progress", None, False, "potential")
    do(company, "sales1", alerts.close_kept, [alert], {"outcome": "bought again"})
    assert now_of(company) == ("kept", "bought again", True, "potential")


def test_closing_asks_for_the_outcome(company, alert):
    with pytest.raises(RuleError) as refused:
        do(company, "sales1", alerts.close_lost, [alert], {})
    assert list(refused.value.problems) == ["outcome"]
    assert now_of(company)[0] == "open"


def test_a_lost_customer_is_churned_from_now_on(company, alert):
    assert do(company, "sales1", alerts.close_lost, [alert], {"outcome": "a rival"}) == (
        "Closed: the customer was lost.")
    assert now_of(company) == ("lost", "a rival", True, "churned")


def test_a_mistaken_alert_is_dismissed_and_the_customer_stays_as_he_is(company, alert):
    assert do(company, "sales1", alerts.dismiss, [alert], {}) == "Dismissed."
    assert now_of(company) == ("dismissed", None, True, "potential")


def test_a_stranger_may_not_touch_the_alert(company, alert):
    with pytest.raises(NotAllowed):
        do(company, "sales2", alerts.dismiss, [alert], {})
    assert now_of(company)[0] == "open"
