"""Whose personal data an agent sees in plain: the customers whose open tickets are his."""

from typing import Any

import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.kernel.actor import Actor
from app.kernel.rights.columns import lift_masks_where
from app.support.models.ticket import Ticket
from app.support.rules.flow import ACTIVE


def _my_open(pointer: Any, actor: Actor) -> Any:
    return sa.select(pointer).where(Ticket.owner_id == actor.id, Ticket.status.in_(ACTIVE), pointer.is_not(None),
                                    Ticket.deleted_at.is_(None))


def has_open_ticket_of(model: type[Customer], actor: Actor) -> Any:
    """Customers with an open ticket that is the actor's."""
    return model.id.in_(_my_open(Ticket.customer_id, actor))


def speaks_on_open_ticket_of(model: type[Contact], actor: Actor) -> Any:
    """Contacts of such customers, and those whom such a ticket names."""
    return sa.or_(model.customer_id.in_(_my_open(Ticket.customer_id, actor)),
                  model.id.in_(_my_open(Ticket.contact_id, actor)))


lift_masks_where("customer", has_open_ticket_of)
lift_masks_where("contact", speaks_on_open_ticket_of)
