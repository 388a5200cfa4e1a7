"""Ticket numbers: each once, in a series of the year."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.customers.operations import follow_on
from app.kernel import clock
from app.kernel.claim_row import claim_row
from app.kernel.database import session
from app.kernel.settings import declare, read_setting
from app.sales.models import NumberCounter
from app.sales.rules.orders import order_numbers as printed_numbers
from app.support.models import Ticket

declare("support.ticket_prefix", default="T", kind="text", label=_l("Beginning of ticket numbers"),
        help=_l("Followed by the year and a running number."))


def take_numbers(wanted: int) -> list[str]:
    """The next free ticket numbers of this year. Whoever comes second waits until the first is done, then goes on."""
    prefix, year = read_setting("support.ticket_prefix"), clock.now().year
    counter = claim_row(session(), NumberCounter, series=f"ticket:{prefix}-{year}", last=0)
    found: list[str] = []
    while len(found) < wanted:
        window = printed_numbers(prefix, year, counter.last, wanted - len(found))
        typed = sa.select(Ticket.number).where(Ticket.number.in_(window))
        # A number that an import brought is passed over, also where its ticket is deleted or out of sight.
        taken = set(session().scalars(typed, execution_options={"unscoped": True}))
        found += [number for number in window if number not in taken]
        counter.last += len(window)
    return found


def number_tickets(ids: Sequence[int]) -> None:
    """Give numbers to new tickets that were saved without."""
    numbers = take_numbers(len(ids))
    follow_on(Ticket, {each: {"number": number} for each, number in zip(sorted(ids), numbers, strict=True)}, "number")
