"""What was said to a customer or a lead, when, by which way, and what comes next."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.customers.rules.follow_up import interaction_problems
from app.kernel import clock, fields
from app.kernel.entity import Entity, Find, Values
from app.kernel.problems import Problem

INTERACTION_KINDS = {
    "call": _l("Call"), "visit": _l("Visit"), "meeting": _l("Meeting"), "email": _l("E-mail"), "chat": _l("Chat"),
    "return_visit": _l("Return visit"), "note": _l("Internal note"),
}
DIRECTIONS = {"out": _l("By us"), "in": _l("By the customer")}


class Interaction(Entity):
    """A call, visit, meeting, mail or chat; or a note, which is internal and no contact.

    Its owner is who had it, also after the customer went to somebody else.
    """

    __tablename__ = "interaction"
    __table_args__ = (sa.Index("ix_interaction_customer_id_happened_at", "customer_id", "happened_at"),)
    entity_label, entity_label_plural = _l("Interaction"), _l("Interactions")
    title_field = "content"
    hangs_on = ("customer",)
    through = "customer"

    kind = fields.choice(_l("Kind of contact"), INTERACTION_KINDS, required=True, default="call", aliases=("跟进方式",))
    customer_id = fields.pointer("customer", _l("Customer"), index=False, aliases=("客户名称",))
    contact_id = fields.pointer("contact", _l("Contact"), aliases=("联系人",))
    lead_id = fields.pointer("lead", _l("Lead"), aliases=("线索名称",))
    opportunity_id = fields.pointer("opportunity", _l("Opportunity"), aliases=("商机名称",))
    happened_at = fields.moment(_l("Time of contact"), required=True, default=clock.now, index=True,
                                aliases=("跟进时间",))
    direction = fields.choice(_l("Direction"), DIRECTIONS, default="out")
    content = fields.long_text(_l("Content"), aliases=("跟进内容",))
    reaction = fields.long_text(_l("Customer's reaction"), 4000)
    outcome = fields.long_text(_l("Outcome"), 4000)
    next_step = fields.text(_l("Next step"), 300)
    next_at = fields.moment(_l("Next contact"), index=True, aliases=("下次联系时间",))

    customer = orm.relationship("Customer", foreign_keys=[customer_id])
    contact = orm.relationship("Contact", foreign_keys=[contact_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return interaction_problems(values)

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        if values.get("customer") is not None:
            return {}
        known = find("contact", values.get("contact")) or find("opportunity", values.get("opportunity"))
        return {"customer": known["customer"]} if known.get("customer") else {}
