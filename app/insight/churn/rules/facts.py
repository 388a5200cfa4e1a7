"""What is known of customers on the day of judgement: one by one, or a hundred thousand as flat columns.

Days in columns are proleptic ordinals (``date.toordinal()``), amounts integer minor units of one currency.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# A customer who never bought cannot stop buying, and one who is known to be lost needs no warning.
STAGES_WITHOUT_ALERT = frozenset({"potential", "churned"})


@dataclass(frozen=True)
class CustomerFacts:
    """One customer: purchases as (day, minor units) and contact days (interactions but notes), in any order.

    `oldest_complaint_days` is the age of the oldest complaint still open; `stage` a lifecycle stage; `segment` any key.
    """

    purchases: Sequence[tuple[dt.date, int]] = ()
    contacts: Sequence[dt.date] = ()
    open_complaints: int = 0
    oldest_complaint_days: int = 0
    stage: str = "repeat_purchase"
    segment: str = ""


@dataclass(frozen=True)
class Events:
    """Flat columns sorted by owner, then day; `owner` is the customer's position."""

    owner: Ints
    day: Ints
    amount: Ints


@dataclass(frozen=True)
class Ledger:
    """Many customers in columns, one entry per customer but for the events.

    `segment` holds positions in `segments`; `may_alert` is False where the lifecycle stage rules an alert out.
    """

    purchases: Events
    contacts: Events
    open_complaints: Ints
    oldest_complaint_days: Ints
    segment: Ints
    segments: tuple[str, ...]
    may_alert: Flags

    def __len__(self) -> int:
        return len(self.segment)


@dataclass(frozen=True)
class Columns:
    """Rows as a database gives them, in any order, one entry per customer in the last five.

    `purchases` is (owner positions, days, amounts), `contacts` (owner positions, days); what is left out is none.
    """

    customers: int
    purchases: tuple[Sequence[int], Sequence[int], Sequence[int]] = ((), (), ())
    contacts: tuple[Sequence[int], Sequence[int]] = ((), ())
    open_complaints: Sequence[int] | None = None
    oldest_complaint_days: Sequence[int] | None = None
    segments: Sequence[str] | None = None
    stages: Sequence[str] | None = None


@dataclass(frozen=True)
class History:
    """Events of each customer up to a day, those of one day taken as one occasion. Arrays of one entry per customer.

    `first` and `last` are 0 where `count` is 0. `recent` counts what lies in the recent time, `later` what came after
    the first few occasions; the amounts likewise. Amounts below zero (returned goods) count as zero per day.
    """

    count: Ints
    first: Ints
    last: Ints
    recent: Ints
    later: Ints
    recent_amount: Floats
    later_amount: Floats
    total_amount: Floats
    largest: Floats


def ledger_of(facts: Sequence[CustomerFacts]) -> Ledger:
    """The columns of these customers, in their order."""
    purchases = [(owner, day.toordinal(), amount) for owner, one in enumerate(facts) for day, amount in one.purchases]
    contacts = [(owner, day.toordinal()) for owner, one in enumerate(facts) for day in one.contacts]
    owners, days, amounts = zip(*purchases, strict=True) if purchases else ((), (), ())
    contact_owners, contact_days = zip(*contacts, strict=True) if contacts else ((), ())
    return ledger_from(Columns(
        customers=len(facts),
        purchases=(owners, days, amounts),
        contacts=(contact_owners, contact_days),
        open_complaints=[one.open_complaints for one in facts],
        oldest_complaint_days=[one.oldest_complaint_days for one in facts],
        segments=[one.segment for one in facts],
        stages=[one.stage for one in facts],
    ))


def ledger_from(columns: Columns) -> Ledger:
    """Sort what the database gave. ValueError if an event names no customer or a column has the wrong length."""
    size = columns.customers
    segments, codes = _coded(columns.segments, size)
    return Ledger(
        purchases=_by_owner_and_day(size, *columns.purchases),
        contacts=_by_owner_and_day(size, *columns.contacts, [0] * len(columns.contacts[0])),
        open_complaints=_per_customer(columns.open_complaints, size),
        oldest_complaint_days=_per_customer(columns.oldest_complaint_days, size),
        segment=codes,
        segments=segments,
        may_alert=_may_alert(columns.stages, size),
    )


def history(events: Events, customers: int, at: int, recent_days: int, pace_after: int) -> History:
    """What each of `customers` had done by the ordinal `at`.

    Recent is the half-open time (at - recent_days, at]; later is all but the first `pace_after` occasions.
    """
    owner, day, amount = _occasions(events, at)
    amounts = amount.astype(float)
    bounds = np.searchsorted(owner, np.arange(customers + 1))
    count = np.diff(bounds)
    has = count > 0
    starts, ends = bounds[:-1][has], bounds[1:][has]
    first, last, largest = np.zeros(customers, np.int64), np.zeros(customers, np.int64), np.zeros(customers)
    first[has], last[has] = day[starts], day[ends - 1]
    largest[has] = np.maximum.reduceat(amount, starts) if len(starts) else 0
    recent = day > at - recent_days
    later = np.arange(len(owner)) - bounds[owner] >= pace_after
    return History(
        count, first, last,
        recent=np.bincount(owner[recent], minlength=customers),
        later=np.bincount(owner[later], minlength=customers),
        recent_amount=_sums(owner[recent], amounts[recent], customers),
        later_amount=_sums(owner[later], amounts[later], customers),
        total_amount=_sums(owner, amounts, customers),
        largest=largest,
    )


def _sums(owner: Ints, amounts: Floats, customers: int) -> Floats:
    return np.bincount(owner, amounts, customers).astype(float)


def _occasions(events: Events, at: int) -> tuple[Ints, Ints, Ints]:
    seen = events.day <= at
    owner, day, amount = events.owner[seen], events.day[seen], events.amount[seen]
    if not len(owner):
        return owner, day, amount
    starts = np.flatnonzero(np.r_[True, (np.diff(owner) != 0) | (np.diff(day) != 0)])
    return owner[starts], day[starts], np.maximum(np.add.reduceat(amount, starts), 0)


def _by_owner_and_day(size: int, owners: Sequence[int], days: Sequence[int],
                      amounts: Sequence[int]) -> Events:
    owner, day, amount = (np.asarray(column, np.int64) for column in (owners, days, amounts))
    if not len(owner) == len(day) == len(amount):
        raise ValueError("columns of events differ in length")
    if len(owner) and not 0 <= owner.min() <= owner.max() < size:
        raise ValueError("an event names no customer")
    # One key sorts twice as fast as two columns; days stay far below 2**24 (year 9999 is 3,652,059).
    key = (owner << 24) + day
    if np.all(key[:-1] <= key[1:]):
        return Events(owner, day, amount)
    order = np.argsort(key, kind="stable")
    return Events(owner[order], day[order], amount[order])


def _per_customer(values: Sequence[int] | None, size: int) -> Ints:
    column = np.zeros(size, np.int64) if values is None else np.asarray(values, np.int64)
    if len(column) != size:
        raise ValueError("a column has not one entry per customer")
    return column


def _coded(names: Sequence[str] | None, size: int) -> tuple[tuple[str, ...], Ints]:
    if names is None:
        return ("",), np.zeros(size, np.int64)
    known = {name: position for position, name in enumerate(dict.fromkeys(names))}
    return tuple(known), _per_customer([known[name] for name in names], size)


def _may_alert(stages: Sequence[str] | None, size: int) -> Flags:
    if stages is None:
        return np.ones(size, bool)
    return _per_customer([stage not in STAGES_WITHOUT_ALERT for stage in stages], size).astype(bool)
