"""Notices to one user: what the bell counts."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import about, fields
from app.kernel.entity import Entity, Find, Values

# Upper rooms add the kinds of their own notices when their models are imported.
NOTICE_KINDS: dict[str, Any] = {
    "assigned": _l("Assigned to you"), "reminder": _l("Reminder"), "overdue": _l("Overdue"),
    "escalation": _l("Escalation"), "job": _l("Job"), "info": _l("Information"),
}


class Notification(Entity):
    """One notice. Its user is its owner; made by the system only, so that every field is read-only from outside."""

    __tablename__ = "notification"
    __table_args__ = (sa.Index("ix_notification_owner_id_read_at", "owner_id", "read_at"),)
    entity_label, entity_label_plural = _l("Notice"), _l("Notices")
    title_field = "title"
    may_be_subject = False

    user_id = fields.pointer("ab_user", _l("Recipient"), required=True, readonly=True)
    kind = fields.choice(_l("Kind of notice"), NOTICE_KINDS, required=True, readonly=True)
    title = fields.text(_l("Title"), 300, required=True, readonly=True)
    about = fields.about(_l("About"), readonly=True)
    about_entity = fields.text(_l("Kind of record"), 60, readonly=True)
    about_id = fields.integer(_l("Number of the record"), readonly=True)
    read_at = fields.moment(_l("Read at"), readonly=True)
    # What makes a notice one: told again under the same key, nothing happens, also after it was read and deleted.
    key = fields.text(_l("Notice key"), 200, unique=True, readonly=True)

    user = orm.relationship("User", foreign_keys=[user_id])

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        return {**about.parts(values.get("about")), "owner": values.get("user")}
