"""Printed numbers: each once, in a series of the year."""

from typing import Any

import sqlalchemy as sa

from app.customers.operations.consequences import UNSCOPED
from app.kernel import clock
from app.kernel.claim_row import claim_row
from app.kernel.database import session
from app.sales.models import NumberCounter
from app.sales.rules.orders import order_numbers


def take_numbers(model: type[Any], prefix: str, wanted: int, *, space: str = "") -> list[str]:
    """The next `wanted` free values of ``model.number`` in this year's series of `prefix`.

    Whoever comes second waits until the first is done, then goes on. Series of the same prefix are told apart by their
    `space`.
    """
    year = clock.now().year
    counter = claim_row(session(), NumberCounter, series=f"{space}{prefix}-{year}", last=0)
    found: list[str] = []
    while len(found) < wanted:
        window = order_numbers(prefix, year, counter.last, wanted - len(found))
        # A number that was typed or imported is passed over, also where its record is deleted or out of sight.
        typed = sa.select(model.number).where(model.number.in_(window))
        taken = set(session().scalars(typed, execution_options=UNSCOPED))
        found += [number for number in window if number not in taken]
        counter.last += len(window)
    return found
