"""Ticket numbers: each once, in a series of the year."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from app.customers.operations import follow_on
from app.kernel.settings import declare, read_setting
from app.sales.operations import take_numbers
from app.support.models import Ticket

declare("support.ticket_prefix", default="T", kind="text", label=_l("Beginning of ticket numbers"),
        help=_l("Followed by the year and a running number."))


def take_ticket_numbers(wanted: int) -> list[str]:
    """The next free ticket numbers of this year."""
    return take_numbers(Ticket, read_setting("support.ticket_prefix"), wanted, space="ticket:")


def number_tickets(ids: Sequence[int]) -> None:
    """Give numbers to new tickets that were saved without."""
    numbers = take_ticket_numbers(len(ids))
    follow_on(Ticket, {each: {"number": number} for each, number in zip(sorted(ids), numbers, strict=True)}, "number")
