"""Screens of tasks, notices and attachments."""

from app.desk.views.attachment import AttachmentView
from app.desk.views.notification import NotificationView
from app.desk.views.task import TaskView

__all__ = ["AttachmentView", "NotificationView", "TaskView"]
