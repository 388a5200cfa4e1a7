"""What tickets are about: a tree that leads to kinds, priorities and queues."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.desk.models import PRIORITIES
from app.kernel import fields
from app.kernel.entity import Entity, Find, Values, living_key
from app.support.rules import promises
from app.support.rules.categories import MOST_PATH, path_of

TICKET_KINDS = {promises.REQUEST: _l("Service request"), promises.COMPLAINT: _l("Complaint"),
                promises.SUGGESTION: _l("Suggestion")}


class TicketCategory(Entity):
    """One node of the tree. Without a kind of its own it has that of the node above; the queue is inherited likewise,
    but when a ticket is assigned, so that a change of the tree is felt at once.
    """

    __tablename__ = "ticket_category"
    __table_args__ = (living_key("ticket_category", "name"),)
    entity_label, entity_label_plural = _l("Ticket category"), _l("Ticket categories")
    natural_key = ("name",)
    lookup_keys = ("name",)
    title_field = "path"
    reference = True

    name = fields.text(_l("Name"), 80, required=True, aliases=("分类名称",))
    parent_id = fields.pointer("ticket_category", _l("Parent category"))
    kind = fields.choice(_l("Kind"), TICKET_KINDS)
    default_priority = fields.choice(_l("Default priority"), PRIORITIES)
    queue_id = fields.pointer("queue", _l("Queue"), aliases=("处理队列",))
    # The names from the top, kept so that lists sort and find by it.
    path = fields.text(_l("Path"), MOST_PATH, readonly=True, index=True)

    parent = orm.relationship("TicketCategory", foreign_keys=[parent_id], remote_side="TicketCategory.id")

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        parent = find("ticket_category", values.get("parent"))
        made: dict[str, Any] = {"kind": values.get("kind") or parent.get("kind")}
        # A path that is being changed was worked out for the whole branch, whose upper part may not be stored yet.
        if before is None or values.get("path") == before.get("path"):
            made["path"] = path_of(values.get("name") or "", parent.get("path"))
        return made
