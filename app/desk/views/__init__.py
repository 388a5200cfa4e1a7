"""Screens of tasks, notices, attachments and saved views."""

from app.desk.views.attachment import AttachmentView
from app.desk.views.notification import NotificationView
from app.desk.views.saved_view import SavedViewView
from app.desk.views.task import TaskView

__all__ = ["AttachmentView", "NotificationView", "SavedViewView", "TaskView"]
