"""Screens of tickets, their messages and categories."""

from flask_babel import lazy_gettext as _l

from app.kernel.fields import Field
from app.kernel.views import Action, Chart, EntityInterface, EntityView, View, average_of
from app.support import operations, queries
from app.support.models import Ticket, TicketCategory, TicketMessage
from app.support.rules.flow import ACTIVE, SETTLED, WAITING_CUSTOMER

__all__ = ["TicketCategoryView", "TicketMessageView", "TicketView"]

# The field of the ticket itself is kept by the system; the action asks for it.
MERGED_INTO = Field("merged_into", "merged_into_id", "pointer", _l("Merge into"), target="ticket", required=True)


class TicketView(EntityView):
    """Requests, complaints and suggestions."""

    datamodel = EntityInterface(Ticket)
    icon = "headset"
    list_columns = ["number", "subject", "kind", "category", "priority", "status", "customer", "assignee",
                    "resolve_due_at", "created_at"]
    text_columns = ["number", "subject"]
    search_columns = [
        "status", "priority", "kind", "category", "channel", "queue", "assignee", "team", "customer", "contact",
        "product", "order", "response_due_at", "first_responded_at", "resolve_due_at", "resolved_at", "satisfaction",
        "reopened", "created_at", "category.path", "customer.name", "customer.level"]
    form_sections = [
        (_l("Matter"), ["subject", "description", "kind", "category", "priority", "channel"]),
        (_l("Concerns"), ["customer", "contact", "product", "order"]),
        (_l("Handling"), ["status", "queue", "assignee", "response_due_at", "resolve_due_at", "resolution",
                          "satisfaction"]),
    ]
    show_columns = [
        "number", "subject", "description", "kind", "category", "priority", "status", "channel", "customer", "contact",
        "product", "order", "queue", "assignee", "assignment_note", "team", "response_due_at", "first_responded_at",
        "response_minutes", "resolve_due_at", "resolved_at", "resolution_minutes", "reopened", "resolution",
        "satisfaction", "merged_into", "created_at", "created_by"]
    base_order = ("created_at", "desc")
    board_by, calendar_by, timeline = "status", "resolve_due_at", True
    saved_views = [
        View(_l("My open tickets"), assignee="me", status=ACTIVE),
        View(_l("Unassigned"), assignee__is_empty=True, status=ACTIVE),
        View(_l("Answer overdue"), status=ACTIVE, first_responded_at__is_empty=True, response_due_at="overdue"),
        View(_l("Solution overdue"), status=ACTIVE, resolve_due_at="overdue"),
        View(_l("Waiting for the customer"), status=WAITING_CUSTOMER),
        View(_l("Open complaints"), kind="complaint", status=ACTIVE),
        View(_l("Urgent"), priority="urgent", status=ACTIVE),
        View(_l("Settled this month"), status=SETTLED, resolved_at="this_month"),
    ]
    charts = [
        Chart("by_category", _l("Tickets by category"), group="category", split="kind", period="created_at"),
        Chart("by_status", _l("Tickets by status"), group="status", split="priority", period="created_at",
              rollup=True),
        Chart("by_agent", _l("Tickets by agent"), group="assignee", split="status", period="created_at"),
        Chart("by_month", _l("New tickets by month"), group="created_at:month", split="kind", period="created_at",
              kind="line"),
        Chart("complaints_by_product", _l("Complaints by product"), group="product", where={"kind": "complaint"},
              period="created_at", help=_l("What recurs, and with what.")),
        Chart("complaints_by_category", _l("Complaints by category"), group="category", where={"kind": "complaint"},
              period="created_at", help=_l("What recurs, and with what.")),
        Chart("by_channel", _l("Tickets by channel"), group="channel", period="created_at", kind="pie"),
        Chart("first_response", _l("Minutes to the first response, by agent"), group="assignee",
              measure=average_of("response_minutes"), period="created_at"),
        Chart("resolution_time", _l("Minutes to the solution, by agent"), group="assignee",
              measure=average_of("resolution_minutes"), period="created_at"),
        Chart("satisfaction", _l("Satisfaction by agent"), group="assignee", measure=average_of("satisfaction"),
              where={"satisfaction__is_not_empty": True}, period="created_at"),
        Chart("agents", _l("Agents at a glance"), query=queries.agent_figures, period="created_at", kind="table"),
    ]
    related = ["ticket_message", "task.about", "attachment.about", "ticket.merged_into"]
    bulk_fields = ["assignee", "status", "priority", "category", "queue"]
    actions = [
        Action("take", _l("Take"), operations.take, many=True, verb="edit", icon="hand-grab"),
        Action("resolve", _l("Resolve"), operations.resolve, many=True, fields=["resolution"], verb="edit",
               icon="check"),
        Action("close", _l("Close"), operations.close, many=True, fields=["satisfaction"], verb="edit",
               icon="archive"),
        Action("reopen", _l("Reopen"), operations.reopen, many=True, verb="edit", icon="rotate"),
        Action("merge", _l("Merge"), operations.merge, many=True, fields=[MERGED_INTO], verb="edit",
               icon="git-merge", help=_l("Messages, files and tasks go along. The batch can be taken back.")),
    ]


class TicketMessageView(EntityView):
    """What was said on tickets."""

    datamodel = EntityInterface(TicketMessage)
    icon = "message"
    list_columns = ["body", "ticket", "author", "internal", "owner", "created_at"]
    text_columns = ["body"]
    sort_columns = ["created_at"]
    search_columns = ["ticket", "author", "internal", "owner", "created_at"]
    form_sections = [("", ["ticket", "body", "author", "internal"])]
    show_columns = ["body", "ticket", "author", "internal", "owner", "created_at"]


class TicketCategoryView(EntityView):
    """The tree of categories, with what each leads to."""

    datamodel = EntityInterface(TicketCategory)
    icon = "sitemap"
    list_columns = ["path", "kind", "default_priority", "queue"]
    text_columns = ["name", "path"]
    search_columns = ["parent", "kind", "default_priority", "queue"]
    form_sections = [("", ["name", "parent", "kind", "default_priority", "queue"])]
    show_columns = ["path", "name", "parent", "kind", "default_priority", "queue", "created_at", "updated_at"]
    base_order = ("path", "asc")
    related = ["ticket_category.parent", "ticket.category"]
    saved_views = [View(_l("Complaints"), kind="complaint"), View(_l("Requests"), kind="request")]
