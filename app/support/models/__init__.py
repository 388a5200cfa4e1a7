"""Tickets, their categories as a tree, and their messages."""

from app.support.models.category import TicketCategory
from app.support.models.masks import has_open_ticket_of
from app.support.models.message import TicketMessage
from app.support.models.ticket import Ticket

__all__ = ["Ticket", "TicketCategory", "TicketMessage", "has_open_ticket_of"]
