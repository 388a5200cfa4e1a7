"""What the judgement reads: purchases that count, contacts but notes, complaints, and what may be the cause."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from app.customers.models import Customer, Interaction
from app.insight.churn.queries import CauseWords, read_causes, read_ledger
from app.kernel import clock
from app.kernel.database import db, unit
from app.sales.models import Competitor, LossReason, Opportunity, Order, Pipeline, Stage
from app.support.models import Ticket, TicketCategory
from tests.insight.churn.buyers import AT, add_buyer, ago, every, moment

WORDS = CauseWords(product=("quality", "质量"), price=("price", "价格"))


def ledger(company, at=AT):
    with company.acting("system"):
        return read_ledger(at)


def test_only_purchases_that_count_and_contacts_that_are_none_are_read(company):
    pk = add_buyer(company, "A", every(30, 10, 100), contacts=[ago(5), ago(40)])
    with company.acting("system"), unit() as current:
        current.scalars(sa.select(Order).order_by(Order.ordered_at)).first().status = "cancelled"
        current.add(Interaction(kind="note", customer_id=pk, happened_at=moment(ago(3)), content="n"))
    ids, found = ledger(company)
    assert ids == [pk]
    assert list(found.purchases.day) == [ago(day).toordinal() for day in (70, 40, 10)]
    assert list(found.contacts.day) == [ago(day).toordinal() for day in (40, 5)]
    assert list(found.may_alert) == [True]


def test_what_lies_after_the_day_of_judgement_is_not_seen(company):
    pk = add_buyer(company, "A", every(30, 10, 100), contacts=[ago(5), ago(40)])
    with company.acting("system"), clock.at(moment(ago(1))), unit() as current:
        current.add(Ticket(subject="T", kind="complaint", priority="normal", customer_id=pk))
    _ids, found = ledger(company, ago(20))
    assert len(found.purchases.day) == 3
    assert len(found.contacts.day) == 1
    assert list(found.open_complaints) == [0]


def test_complaints_that_wait_are_counted_with_the_age_of_the_oldest(company):
    first = add_buyer(company, "A", every(30, 10, 100))
    add_buyer(company, "B", every(30, 10, 100))
    with company.acting("system"):
        for age, kind in ((40, "complaint"), (3, "complaint"), (90, "request")):
            with clock.at(moment(ago(age))), unit() as current:
                current.add(Ticket(subject="T", kind=kind, priority="normal", customer_id=first))
    _ids, found = ledger(company)
    assert list(found.open_complaints) == [2, 0]
    assert list(found.oldest_complaint_days) == [40, 0]


def test_a_churned_customer_and_one_without_a_purchase_may_not_be_alerted(company):
    gone = add_buyer(company, "A", every(30, 10, 100))
    add_buyer(company, "B", [])
    with company.acting("system"), unit() as current:
        current.scalars(sa.select(Customer).where(Customer.id == gone)).one().lifecycle_stage = "churned"
    _ids, found = ledger(company)
    assert list(found.may_alert) == [False, False]


@pytest.mark.parametrize(("name", "about"), [("Product Quality", "product"), ("投诉 / 产品质量", "product"),
                                             ("价格与账单", "price"), ("PRICE of quality", "price"), ("Attitude", ""),
                                             (None, "")])
def test_a_name_is_understood_by_its_words(name, about):
    assert WORDS.speaks_of(name) == about


@pytest.fixture
def troubled(company):
    """A customer with complaints of every kind, poor ratings, and deals lost on product, price and otherwise."""
    pk = add_buyer(company, "A", every(30, 10, 100))
    with company.acting("system"), clock.at(moment(ago(20))), unit() as current:
        topics = {name: TicketCategory(name=name, kind="complaint") for name in ("Quality", "Price", "Attitude")}
        current.add_all(topics.values())
        current.flush()
        for name, count in (("Quality", 2), ("Price", 1), ("Attitude", 3)):
            current.add_all([Ticket(subject="T", kind="complaint", priority="normal", customer_id=pk,
                                    category_id=topics[name].id) for _number in range(count)])
        current.add(Ticket(subject="T", kind="request", priority="normal", customer_id=pk, satisfaction=1))
        current.add(Ticket(subject="T", kind="request", priority="normal", customer_id=pk, satisfaction=5))
        lose_deals(current, pk)
    return company, pk


def lose_deals(current, customer):
    pipeline = Pipeline(name="P")
    reasons = {name: LossReason(name=name) for name in ("better quality", "the price", "bad time")}
    rivals = {name: Competitor(name=name) for name in ("Old", "New")}
    current.add_all([pipeline, *reasons.values(), *rivals.values()])
    current.flush()
    lost = Stage(pipeline_id=pipeline.id, key="lost", label="Lost", category="lost", order=9)
    current.add(lost)
    current.flush()
    for age, reason, rival in ((60, "better quality", "Old"), (30, "better quality", "New"), (25, "the price", "Old"),
                               (22, "bad time", None), (500, "better quality", "Old")):
        current.add(Opportunity(name="D", customer_id=customer, stage_id=lost.id, loss_reason_id=reasons[reason].id,
                                competitor_id=rivals[rival].id if rival else None, closed_at=moment(ago(age))))


def test_causes_are_counted_from_complaints_ratings_and_lost_deals(troubled):
    company, pk = troubled
    with company.acting("system"):
        found = read_causes([pk, pk + 1], AT, WORDS)
    facts = found[pk]
    assert (facts.product_complaints, facts.price_complaints, facts.other_complaints) == (2, 1, 3)
    assert facts.low_satisfaction == 1
    assert (facts.lost_on_product, facts.lost_on_price, facts.lost_otherwise) == (2, 1, 1)
    assert facts.competitor == "New"
    assert found[pk + 1].product_complaints == 0


def test_what_is_older_than_a_year_and_answered_explains_nothing(troubled):
    company, pk = troubled
    with company.acting("system"):
        later = read_causes([pk], AT + dt.timedelta(days=400), WORDS)[pk]
        before = read_causes([pk], ago(100), WORDS)[pk]
    assert (later.lost_on_product, later.low_satisfaction, later.product_complaints) == (0, 0, 2)
    assert (before.product_complaints, before.lost_on_price) == (0, 0)


def test_the_causes_of_many_customers_take_two_statements(troubled):
    company, pk = troubled
    with company.acting("system"):
        said = []
        note = lambda *args: said.append(args[2])  # noqa: E731  a listener that can be taken off again
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            read_causes([pk], AT, WORDS)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    assert len([text for text in said if text.startswith("SELECT")]) == 2
