"""Tasks."""

from flask_babel import lazy_gettext as _l

from app.desk import operations
from app.desk.models import Task
from app.desk.rules.tasks import DONE, LIVE
from app.kernel.views import Action, Chart, EntityInterface, EntityView, View


class TaskView(EntityView):
    """What has to be done, by whom and until when."""

    datamodel = EntityInterface(Task)
    icon = "checkbox"
    list_columns = ["subject", "about", "assignee", "due_at", "priority", "status"]
    text_columns = ["subject"]
    search_columns = ["status", "priority", "assignee", "team", "due_at", "remind_at", "about_entity", "created_at"]
    form_sections = [
        ("", ["subject", "description", "about", "assignee"]),
        (_l("Time"), ["due_at", "remind_at", "priority", "status"]),
    ]
    show_columns = ["subject", "description", "about", "assignee", "team", "due_at", "remind_at", "priority", "status",
                    "done_at", "created_at", "created_by"]
    base_order = ("due_at", "asc")
    board_by, calendar_by = "status", "due_at"
    saved_views = [
        View(_l("My open tasks"), assignee="me", status=LIVE),
        View(_l("Due today"), assignee="me", status=LIVE, due_at="today"),
        View(_l("Overdue"), status=LIVE, due_at="overdue"),
        View(_l("Done"), status=DONE),
    ]
    charts = [
        Chart("by_assignee", _l("Open tasks by assignee"), group="assignee", split="priority", where={"status": LIVE},
              period="due_at"),
        Chart("overdue_by_assignee", _l("Overdue tasks by assignee"), group="assignee",
              where={"status": LIVE, "due_at": "overdue"}),
        Chart("done_by_month", _l("Tasks done by month"), group="done_at:month", split="assignee",
              where={"status": DONE}, period="done_at"),
    ]
    related = ["attachment.about"]
    bulk_fields = ["assignee", "due_at", "priority", "status"]
    actions = [
        Action("done", _l("Mark as done"), operations.finish, many=True, verb="edit", icon="check"),
        Action("reopen", _l("Reopen"), operations.reopen, many=True, verb="edit", icon="rotate"),
    ]
