"""What changes of tasks bring about in the same transaction."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.desk.models import Task
from app.desk.operations.notices import tell_new_owners
from app.desk.rules.tasks import LIVE
from app.kernel.database import session
from app.kernel.events import Change, reacts_to


@reacts_to("task")
def new_assignees_are_told(changes: list[Change]) -> None:
    """A notice for a task that somebody else handed over."""
    moved = [change for change in changes if change.changed("owner")]
    found = sa.select(Task.id, Task.subject).where(Task.id.in_([change.record_id for change in moved]),
                                                   Task.status.in_(LIVE), Task.deleted_at.is_(None))
    # Who hands a task over may lose sight of it by that.
    subjects: dict[int, str] = dict(session().execute(found, execution_options={"unscoped": True}).all())

    def sentence(change: Change | None, count: int) -> Any:
        if change is None:
            return _l("%(count)d tasks were assigned to you.", count=count)
        return _l("Task for you: %(subject)s", subject=subjects[change.record_id])

    tell_new_owners([change for change in moved if change.record_id in subjects], sentence)
