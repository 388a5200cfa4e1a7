"""The demo company: every row of it, by entity, as streams of plain dicts.

Nothing is kept: each iterator walks all customers again with the same chances, so that a million of them need no more
memory than one. Rows point at each other by ``key``. The same size, seed and day give the same rows.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

from app.data.demo import catalogue, customer_rows, places, plan, sales_rows, service_rows
from app.data.demo.catalogue import Row
from app.data.demo.days import Days
from app.data.demo.names import IDENTITIES, Draw

SIZES = {"small": 240, "100k": 100_000, "1m": 1_000_000}


@dataclass(frozen=True)
class Company:
    """A company of so many `customers`, as it stands on the morning of `today`; `seed` chooses which one."""

    customer_count: int
    seed: int
    today: dt.date

    @cached_property
    def _days(self) -> Days:
        return Days(self.today)

    def _chances(self, subject: str) -> Draw:
        return random.Random(f"{self.seed}/{subject}").random

    def _profiles(self) -> Iterator[plan.Profile]:
        draw = self._chances("profile")
        offset = random.Random(f"{self.seed}/offset").randrange(IDENTITIES)
        for serial in range(self.customer_count):
            yield plan.profile(draw, serial, offset)

    def _with_deals(self) -> Iterator[tuple[plan.Profile, list[plan.Deal]]]:
        draw = self._chances("deals")
        for customer in self._profiles():
            yield customer, plan.deals(draw, customer)

    def _with_purchases(self) -> Iterator[tuple[plan.Profile, list[plan.Deal], list[plan.Purchase]]]:
        draw = self._chances("purchases")
        for customer, worked in self._with_deals():
            yield customer, worked, plan.purchases(draw, customer, worked)

    def customers(self) -> Iterator[Row]:
        """Customers; those without owner are in the public pool."""
        held, draw = self._chances("contacts"), self._chances("customer")
        for customer, _, bought in self._with_purchases():
            yield customer_rows.customer_row(draw, self._days, customer, bought, plan.contacts(held, customer))

    def contacts(self) -> Iterator[Row]:
        """The people at the customers."""
        draw = self._chances("contact")
        for customer in self._profiles():
            yield from customer_rows.contact_rows(draw, self._days, customer)

    def opportunities(self) -> Iterator[Row]:
        """Opportunities as they stand today."""
        draw = self._chances("opportunity")
        for customer, worked in self._with_deals():
            for deal in worked:
                yield sales_rows.opportunity_row(draw, self._days, customer, deal)

    def opportunity_lines(self) -> Iterator[Row]:
        """The products of the opportunities; their amounts add up to that of the opportunity."""
        for customer, worked in self._with_deals():
            for deal in worked:
                key = customer_rows.deal_key(customer, deal.number)
                yield from sales_rows.line_rows("opportunity", key, deal.lines)

    def stage_changes(self) -> Iterator[Row]:
        """When each opportunity entered which stage."""
        for customer, worked in self._with_deals():
            for deal in worked:
                yield from sales_rows.stage_change_rows(self._days, customer, deal)

    def leads(self) -> Iterator[Row]:
        """Leads, converted ones with the customer and opportunity that they became."""
        draw = self._chances("lead")
        for customer, worked in self._with_deals():
            yield from customer_rows.lead_rows(draw, self._days, customer, worked)

    def _orders(self) -> Iterator[tuple[Row, tuple[plan.Line, ...]]]:
        draw = self._chances("order")
        for customer, worked, bought in self._with_purchases():
            yield from sales_rows.orders(draw, self._days, customer, worked, bought)

    def orders(self) -> Iterator[Row]:
        """Orders, those of a customer in the order of time."""
        for order, _ in self._orders():
            yield order

    def order_lines(self) -> Iterator[Row]:
        """The products of the orders; their amounts add up to that of the order."""
        for order, lines in self._orders():
            yield from sales_rows.line_rows("order", order["key"], lines)

    def lifecycle_changes(self) -> Iterator[Row]:
        """How each customer moved between the five stages, from the first day on."""
        for customer, _, bought in self._with_purchases():
            yield from customer_rows.lifecycle_change_rows(self._days, customer, bought)

    def interactions(self) -> Iterator[Row]:
        """Conversations and internal notes."""
        held, draw = self._chances("contacts"), self._chances("interaction")
        for customer, worked in self._with_deals():
            yield from service_rows.interaction_rows(draw, self._days, customer, worked, plan.contacts(held, customer))

    def tasks(self) -> Iterator[Row]:
        """Tasks about customers and opportunities; ``about`` is the pair of entity and key."""
        draw = self._chances("task")
        for customer, worked in self._with_deals():
            yield from service_rows.task_rows(draw, self._days, customer, worked)

    def tickets(self) -> Iterator[Row]:
        """Tickets in every state."""
        troubles, draw = self._chances("troubles"), self._chances("ticket")
        for customer, _, bought in self._with_purchases():
            had = plan.troubles(troubles, customer, bought)
            yield from service_rows.ticket_rows(draw, self._days, customer, bought, had)

    def ticket_messages(self) -> Iterator[Row]:
        """What was said on the tickets."""
        draw = self._chances("message")
        for ticket in self.tickets():
            yield from service_rows.message_rows(draw, ticket)

    def entities(self) -> dict[str, Callable[[], Iterator[Row]]]:
        """What makes the rows of each entity; an entity comes after those that it points at."""
        return catalogue_rows() | {
            "customer": self.customers, "contact": self.contacts, "opportunity": self.opportunities,
            "opportunity_line": self.opportunity_lines, "stage_change": self.stage_changes, "lead": self.leads,
            "order": self.orders, "order_line": self.order_lines, "lifecycle_change": self.lifecycle_changes,
            "interaction": self.interactions, "task": self.tasks, "ticket": self.tickets,
            "ticket_message": self.ticket_messages}


def catalogue_rows() -> dict[str, Callable[[], Iterator[Row]]]:
    """What makes the rows of the entities that are the same in every company."""
    tables = {"industry": catalogue.INDUSTRIES, "region": places.REGIONS, "loss_reason": catalogue.LOSS_REASONS,
              "product_category": catalogue.PRODUCT_CATEGORIES}
    makers: dict[str, Callable[[], list[Row]]] = {
        "team": catalogue.teams, "user": catalogue.users, "tag": catalogue.tags,
        **{name: partial(catalogue.named, table) for name, table in tables.items()},
        "lead_source": catalogue.lead_sources, "product": catalogue.products, "competitor": catalogue.competitors,
        "pipeline": catalogue.pipelines, "stage": catalogue.stages, "queue": catalogue.queues,
        "ticket_category": catalogue.ticket_categories}
    return {name: partial(_each, make) for name, make in makers.items()}


def _each(make: Callable[[], list[Row]]) -> Iterator[Row]:
    yield from make()


def company(size: str, seed: int, today: dt.date) -> Company:
    """The demo company of `size` ``small``, ``100k`` or ``1m``. KeyError for another size."""
    return Company(SIZES[size], seed, today)
