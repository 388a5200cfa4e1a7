"""Named changes of tasks, notices and files. Importing this starts the reactions."""

from app.desk.operations import reactions
from app.desk.operations.files import remove_orphans, upload
from app.desk.operations.notices import mark_all_read, mark_read, notify, tell_new_owners
from app.desk.operations.tasks import finish, reopen

__all__ = ["finish", "mark_all_read", "mark_read", "notify", "reactions", "remove_orphans", "reopen",
           "tell_new_owners", "upload"]
