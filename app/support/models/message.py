"""What was said on a ticket: to the customer and by him, or among colleagues."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import fields
from app.kernel.entity import Entity, Values
from app.kernel.problems import Problem
from app.support.rules import flow

AUTHORS: dict[str, Any] = {flow.AGENT: _l("Our side"), flow.CUSTOMER: _l("Customer")}


class TicketMessage(Entity):
    """One message of a ticket. Its owner is who wrote it or took it down; an internal one never leaves the house."""

    __tablename__ = "ticket_message"
    __table_args__ = (sa.Index("ix_ticket_message_ticket_id_created_at", "ticket_id", "created_at"),)
    entity_label, entity_label_plural = _l("Ticket message"), _l("Ticket messages")
    title_field = "body"
    hangs_on = ("ticket",)
    through = "ticket"
    may_be_subject = False

    ticket_id = fields.pointer("ticket", _l("Ticket"), required=True, index=False)
    author = fields.choice(_l("Written by"), AUTHORS, required=True, default=flow.AGENT)
    internal = fields.boolean(_l("Internal note"), help=_l("For colleagues only."))
    body = fields.long_text(_l("Text"), required=True)

    ticket = orm.relationship("Ticket", foreign_keys=[ticket_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return flow.message_problems(values)
