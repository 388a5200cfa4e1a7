"""Tasks, notices, attachments and saved views."""

from app.desk.models.attachment import Attachment
from app.desk.models.notification import NOTICE_KINDS, Notification
from app.desk.models.saved_view import SHARING, SavedView
from app.desk.models.task import PRIORITIES, Task

__all__ = ["NOTICE_KINDS", "PRIORITIES", "SHARING", "Attachment", "Notification", "SavedView", "Task"]
