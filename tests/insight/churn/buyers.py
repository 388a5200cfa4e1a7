"""Customers with a past, in a database: orders, contacts, complaints and lost deals by their age in days."""

import datetime as dt

import sqlalchemy as sa

from app.customers.models import Customer, Interaction
from app.kernel import clock
from app.kernel.bulk import add_rows
from app.kernel.database import session, unit
from app.sales.models import Order

AT = dt.date(2026, 6, 30)


def moment(day):
    """Noon of a day."""
    return dt.datetime.combine(day, dt.time(12), dt.UTC)


def ago(days):
    """The day so many days before `AT`."""
    return AT - dt.timedelta(days=days)


def every(gap, newest, oldest, amount=10_000):
    """Purchases every `gap` days from `oldest` to `newest` days ago, as (day, minor units)."""
    return [(ago(day), amount) for day in range(newest, oldest + 1, gap)]


def add_buyer(company, name, purchases, contacts=(), owner="sales1"):
    """A customer who bought, and was met on the days `contacts`; his id."""
    with company.acting("system"), clock.at(moment(AT)), unit() as current:
        customer = Customer(name=name, owner_id=company.ids.get(owner))
        current.add(customer)
        current.flush()
        orders = [{"customer": customer.id, "ordered_at": moment(day), "amount": amount, "currency": "CNY",
                   "status": "completed"} for day, amount in purchases]
        assert not add_rows(Order, orders).refused
        met = [{"kind": "call", "customer": customer.id, "happened_at": moment(day), "content": "x"}
               for day in contacts]
        assert not add_rows(Interaction, met).refused
        return customer.id


def import_purchases(company, bought):
    """Customers and orders of ``{name: [(day, minor units)]}`` as an import writes them; ids by name."""
    with company.acting("system"):
        with unit():
            add_rows(Customer, [{"name": name} for name in bought])
        ids = dict(session().execute(sa.select(Customer.name, Customer.id)).all())
        orders = [{"customer": ids[name], "ordered_at": moment(day), "amount": amount, "currency": "USD",
                   "status": "completed"} for name, purchases in bought.items() for day, amount in purchases]
        for start in range(0, len(orders), 2_000):
            with unit():
                assert not add_rows(Order, orders[start:start + 2_000]).refused
    return ids
