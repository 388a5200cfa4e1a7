"""The ticket: what a customer asks, complains about or suggests, and what became of it."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.desk.models import PRIORITIES
from app.desk.rules.tasks import one_holder
from app.kernel import clock, fields
from app.kernel.actor import Actor, circumstance
from app.kernel.entity import Entity, Find, Values, living_key
from app.kernel.gate import team_of
from app.kernel.problems import Problem
from app.support.models.category import TICKET_KINDS
from app.support.models.hours import promise_of
from app.support.rules import flow, promises

TICKET_STATUSES = {status: _l(word) for status, word in flow.STATUS_WORDS.items()}
TICKET_CHANNELS = {"phone": _l("Phone"), "email": _l("E-mail"), "chat": _l("Chat"), "web": _l("Website"),
                   "social": _l("Social media"), "visit": _l("In person"), "other": _l("Other")}


def _in_own_queues(model: Any, actor: Actor) -> Any:
    """Tickets that lie in a queue which the actor serves."""
    queues = actor.groups.get("queue", frozenset())
    return model.queue_id.in_(sorted(queues)) if queues else None


class Ticket(Entity):
    """One matter of one customer. Its assignee is its owner; as long as nobody took it, it waits in its queue."""

    __tablename__ = "ticket"
    __table_args__ = (living_key("ticket", "number"), sa.Index("ix_ticket_owner_id_status", "owner_id", "status"),
                      sa.Index("ix_ticket_customer_id_status", "customer_id", "status"),
                      sa.Index("ix_ticket_queue_id_status", "queue_id", "status"))
    entity_label, entity_label_plural = _l("Ticket"), _l("Tickets")
    natural_key = ("number",)
    lookup_keys = ("number", "subject")
    title_field = "subject"
    through = "customer"
    owned_by_maker = False
    named_scopes = {"queue": _in_own_queues}
    scope_labels = {"queue": _l("In the user's queues")}

    number = fields.text(_l("Number"), 60, aliases=("工单编号",))
    subject = fields.text(_l("Subject"), 300, required=True, aliases=("工单标题",))
    description = fields.long_text(_l("Description"), aliases=("问题描述", "投诉内容"))
    kind = fields.choice(_l("Kind"), TICKET_KINDS, help=_l("If nothing is chosen, that of the category."))
    category_id = fields.pointer("ticket_category", _l("Category"), aliases=("投诉分类", "工单分类"))
    priority = fields.choice(_l("Priority"), PRIORITIES, help=_l("If nothing is chosen, that of the category."))
    status = fields.choice(_l("Status"), TICKET_STATUSES, required=True, default=flow.NEW, aliases=("处理状态",))
    channel = fields.choice(_l("Channel"), TICKET_CHANNELS, aliases=("来源渠道",))
    customer_id = fields.pointer("customer", _l("Customer"), index=False, aliases=("客户名称",))
    contact_id = fields.pointer("contact", _l("Contact"), aliases=("联系人",))
    product_id = fields.pointer("product", _l("Product"), aliases=("产品名称",))
    order_id = fields.pointer("order", _l("Sales order"), aliases=("订单编号",))
    queue_id = fields.pointer("queue", _l("Queue"), index=False, aliases=("处理队列",))
    assignee_id = fields.pointer("ab_user", _l("Assignee"), index=False, aliases=("处理人",))
    assignment_note = fields.text(_l("Why this assignee"), 500, readonly=True)
    response_due_at = fields.moment(_l("Answer due"), index=True)
    first_responded_at = fields.moment(_l("First response"))
    response_minutes = fields.integer(_l("Minutes to the first response"), readonly=True)
    resolve_due_at = fields.moment(_l("Solution due"), index=True)
    resolved_at = fields.moment(_l("Resolved at"))
    resolution_minutes = fields.integer(_l("Minutes to the solution"), readonly=True)
    reopened = fields.integer(_l("Times reopened"), required=True, default=0, readonly=True)
    satisfaction = fields.integer(_l("Satisfaction"), least=1, most=5, aliases=("满意度",),
                                  help=_l("From 1 to 5, 5 is best."))
    resolution = fields.long_text(_l("Resolution"), aliases=("处理结果", "解决方案"))
    merged_into_id = fields.pointer("ticket", _l("Merged into"), readonly=True)

    category = orm.relationship("TicketCategory", foreign_keys=[category_id])
    customer = orm.relationship("Customer", foreign_keys=[customer_id])
    contact = orm.relationship("Contact", foreign_keys=[contact_id])
    product = orm.relationship("Product", foreign_keys=[product_id])
    order = orm.relationship("Order", foreign_keys=[order_id])
    assignee = orm.relationship("User", foreign_keys=[assignee_id])
    merged_into = orm.relationship("Ticket", foreign_keys=[merged_into_id], remote_side="Ticket.id")

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return flow.ticket_problems(values, before, taken_back=circumstance().cause == "undo")

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        made: dict[str, Any] = {"number": values.get("number") or None, **one_holder(values, before)}
        made |= promises.by_category(values, find("ticket_category", values.get("category")))
        made["customer"] = _customer_of(values, find)
        made |= _times({**values, **made}, before)
        if made["owner"] is None and values.get("team") is None:
            # Nobody's ticket is still the business of the team that took it down.
            made["team"] = team_of(values.get("created_by"))
        return made

    def __str__(self) -> str:
        return f"{self.number} {self.subject}" if self.number else str(self.subject)


def _customer_of(values: Values, find: Find) -> int | None:
    """The customer that was named, else the one of the contact or of the order."""
    if values.get("customer") is not None:
        return values["customer"]
    return find("contact", values.get("contact")).get("customer") or find("order", values.get("order")).get("customer")


def _times(values: Values, before: Values | None) -> dict[str, Any]:
    """Everything about time that follows from the rest."""
    status, was = values.get("status"), before.get("status") if before is not None else None
    resolved_at = flow.settled_at(status, values.get("resolved_at"), clock.now())
    made = promises.due_times({**values, "resolved_at": resolved_at}, before, promise_of(values["priority"]))
    made |= {"resolved_at": resolved_at, "reopened": (values.get("reopened") or 0) + flow.is_reopened(was, status)}
    created_at = values.get("created_at")
    made["response_minutes"] = flow.minutes_between(created_at, values.get("first_responded_at"))
    made["resolution_minutes"] = flow.minutes_between(created_at, resolved_at)
    return made
