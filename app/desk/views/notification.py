"""Notices, and the number at the bell."""

from typing import Any

from flask import Response, flash, jsonify, redirect, url_for
from flask_appbuilder import expose
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.desk import operations, queries
from app.desk.models import Notification
from app.kernel.actor import acting
from app.kernel.database import in_unit
from app.kernel.views import Action, EntityInterface, EntityView, View
from app.kernel.views.access import by_verb


class NotificationView(EntityView):
    """What the system told a user."""

    datamodel = EntityInterface(Notification)
    icon = "bell"
    list_columns = ["title", "kind", "about", "created_at", "read_at"]
    text_columns = ["title"]
    sort_columns = ["created_at", "read_at"]
    search_columns = ["kind", "read_at", "created_at"]
    form_sections = [("", [])]
    show_columns = ["title", "kind", "about", "created_at", "read_at"]
    saved_views = [View(_l("Unread"), read_at__is_empty=True)]
    actions = [Action("read", _l("Mark as read"), operations.mark_read, many=True, verb="edit", icon="mail-opened")]

    @expose("/unread")
    @by_verb("read")
    def unread(self) -> Response:
        """``{"unread": n}`` for the bell."""
        return jsonify(unread=queries.unread_count(acting().id or 0))

    @expose("/read_all", methods=["POST"])
    @by_verb("edit")
    def read_all(self) -> Any:
        """Mark everything of one's own as read."""
        count = in_unit(operations.mark_all_read, acting().id or 0)
        flash(ngettext("%(num)d notice marked as read.", "%(num)d notices marked as read.", count), "success")
        return redirect(url_for(f"{self.entity}.list"))
