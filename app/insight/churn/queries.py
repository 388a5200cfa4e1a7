"""What the churn judgement needs of every customer, in few statements of plain columns."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.customers.models import Customer, Interaction
from app.insight.churn.rules import CauseFacts, Columns, Ledger, ledger_from
from app.kernel.database import session
from app.sales.models import Competitor, LossReason, Opportunity, Order
from app.support.models import Ticket, TicketCategory

OPEN_TICKETS = ("new", "open", "waiting_customer", "waiting_third")
NO_PURCHASE = ("cancelled", "refunded")
# How far back a complaint or a lost deal may still explain why somebody leaves, days.
CAUSE_DAYS = 365
# Of 1 to 5; these are poor.
POOR_RATING = 2


def read_ledger(at: dt.date) -> tuple[list[int], Ledger]:
    """Customer ids in order and their ledger as of the day `at`: orders, contacts but notes, open complaints."""
    rows = list(session().execute(
        sa.select(Customer.id, Customer.industry_id, Customer.lifecycle_stage).order_by(Customer.id)))
    ids = [row.id for row in rows]
    places = {customer: place for place, customer in enumerate(ids)}
    waiting, oldest = _complaints(places, at)
    columns = Columns(
        customers=len(ids), purchases=_purchases(places, at), contacts=_contacts(places, at),
        open_complaints=waiting, oldest_complaint_days=oldest,
        segments=[f"industry {row.industry_id}" if row.industry_id else "" for row in rows],
        stages=[row.lifecycle_stage for row in rows])
    return ids, ledger_from(columns)


def _end_of(at: dt.date) -> dt.datetime:
    return dt.datetime.combine(at + dt.timedelta(days=1), dt.time(), dt.UTC)


def _purchases(places: dict[int, int], at: dt.date) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    found = sa.select(Order.customer_id, Order.ordered_at, Order.amount).where(
        Order.customer_id.is_not(None), Order.ordered_at < _end_of(at), Order.status.not_in(NO_PURCHASE))
    owners, days, amounts = [], [], []
    for customer, moment, amount in session().execute(found.execution_options(yield_per=5_000)):
        if customer in places:
            owners.append(places[customer])
            days.append(moment.date().toordinal())
            amounts.append(amount or 0)
    return owners, days, amounts


def _contacts(places: dict[int, int], at: dt.date) -> tuple[Sequence[int], Sequence[int]]:
    found = sa.select(Interaction.customer_id, Interaction.happened_at).where(
        Interaction.customer_id.is_not(None), Interaction.kind != "note", Interaction.happened_at < _end_of(at))
    owners, days = [], []
    for customer, moment in session().execute(found.execution_options(yield_per=5_000)):
        if customer in places:
            owners.append(places[customer])
            days.append(moment.date().toordinal())
    return owners, days


def _complaints(places: dict[int, int], at: dt.date) -> tuple[list[int], list[int]]:
    waiting, oldest = [0] * len(places), [0] * len(places)
    found = sa.select(Ticket.customer_id, Ticket.created_at).where(
        Ticket.kind == "complaint", Ticket.status.in_(OPEN_TICKETS), Ticket.customer_id.is_not(None),
        Ticket.created_at < _end_of(at))
    for customer, made in session().execute(found):
        if customer in places:
            place = places[customer]
            waiting[place] += 1
            oldest[place] = max(oldest[place], (at - made.date()).days)
    return waiting, oldest


@dataclass(frozen=True)
class CauseWords:
    """By which words in it a category of complaints or a loss reason speaks of the product or of the price.

    Both are rows that an admin names; the words are compared without regard to case.
    """

    product: tuple[str, ...] = ()
    price: tuple[str, ...] = ()

    def speaks_of(self, name: str | None) -> str:
        """``price``, ``product`` or nothing."""
        text = (name or "").casefold()
        if any(word in text for word in self.price):
            return "price"
        return "product" if any(word in text for word in self.product) else ""


def read_causes(customers: Sequence[int], at: dt.date, words: CauseWords) -> dict[int, CauseFacts]:
    """What tickets and lost deals of the year before `at` say about each of `customers`; two statements.

    A complaint counts by its category, any other ticket only where its rating is poor.
    """
    counted: dict[int, Counter[str]] = {customer: Counter() for customer in customers}
    _count_tickets(counted, at, words)
    rivals = _count_lost_deals(counted, at, words)
    return {customer: CauseFacts(**counts, competitor=rivals.get(customer, "")) for customer, counts in counted.items()}


def _year_before(at: dt.date) -> dt.datetime:
    return _end_of(at) - dt.timedelta(days=CAUSE_DAYS)


def _count_tickets(counted: dict[int, Counter[str]], at: dt.date, words: CauseWords) -> None:
    complaint = Ticket.kind == "complaint"
    still = sa.and_(complaint, Ticket.status.in_(OPEN_TICKETS))
    found = sa.select(Ticket.customer_id, Ticket.kind, TicketCategory.path).outerjoin(
        TicketCategory, TicketCategory.id == Ticket.category_id).where(
        Ticket.customer_id.in_(counted), Ticket.created_at < _end_of(at), Ticket.status != "merged",
        sa.or_(still, Ticket.created_at >= _year_before(at)), sa.or_(complaint, Ticket.satisfaction <= POOR_RATING))
    for customer, kind, path in session().execute(found):
        about = f"{words.speaks_of(path) or 'other'}_complaints" if kind == "complaint" else "low_satisfaction"
        counted[customer][about] += 1


def _count_lost_deals(counted: dict[int, Counter[str]], at: dt.date, words: CauseWords) -> dict[int, str]:
    """Count lost deals by reason; by customer the competitor who won the last one on the product."""
    found = sa.select(Opportunity.customer_id, LossReason.name, Competitor.name).outerjoin(
        LossReason, LossReason.id == Opportunity.loss_reason_id).outerjoin(
        Competitor, Competitor.id == Opportunity.competitor_id).where(
        Opportunity.customer_id.in_(counted), Opportunity.stage_category == "lost",
        Opportunity.closed_at < _end_of(at), Opportunity.closed_at >= _year_before(at))
    rivals = {}
    for customer, reason, rival in session().execute(found.order_by(Opportunity.closed_at, Opportunity.id)):
        about = words.speaks_of(reason)
        counted[customer][f"lost_on_{about}" if about else "lost_otherwise"] += 1
        if about == "product" and rival:
            rivals[customer] = rival
    return rivals
