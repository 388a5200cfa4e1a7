"""Tasks, notices and attachments."""

from app.desk.models.attachment import Attachment
from app.desk.models.notification import NOTICE_KINDS, Notification
from app.desk.models.task import PRIORITIES, Task

__all__ = ["NOTICE_KINDS", "PRIORITIES", "Attachment", "Notification", "Task"]
