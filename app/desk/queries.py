"""Named reads about notices, files and saved views."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from app.desk.models import Attachment, Notification, SavedView
from app.kernel import about
from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.errors import Missing
from app.kernel.rights.statements import kept
from app.kernel.views.saving import find_visible

# More tabs than these do not fit above a list.
MOST_TABS = 30


def unread_count(user_id: int) -> int:
    """How many notices the user has not read: the number at the bell."""
    found = sa.select(sa.func.count()).select_from(Notification).where(
        Notification.owner_id == user_id, Notification.read_at.is_(None))
    return session().execute(found).scalar_one()


def readable_attachment(attachment_id: int) -> Attachment:
    """The attachment, if both it and the record that it belongs to may be read. Missing otherwise."""
    record = find_visible(Attachment, attachment_id)
    require_subject(record)
    return record


def require_subject(record: Any) -> Any:
    """The record that `record` is about. Missing unless the actor may read it."""
    entity, record_id = about.split(record.about) or ("", 0)
    target = about.subject(type(record), entity)
    if target is None or not acting().may("read", entity):
        raise Missing()
    return find_visible(target, record_id)


def digests_in_use(digests: Iterable[str]) -> set[str]:
    """Which of these files a row still names, be it in the recycle bin."""
    found = sa.select(Attachment.digest).where(Attachment.digest.in_(list(digests)))
    # Whether a file may go is a question to all rows, whoever may read them.
    return set(session().scalars(found, execution_options={"unscoped": True}))


def kept_views(entity: str) -> list[tuple[str, str]]:
    """(name, query) of the saved views of a list that the actor may read, the oldest first."""
    if not acting().may("read", "saved_view"):
        return []
    found = kept(acting(), ("kept_views",), lambda: sa.select(SavedView.name, SavedView.query).where(
        SavedView.entity == sa.bindparam("shown")).order_by(SavedView.id).limit(sa.bindparam("most")))
    return [(name, query or "") for name, query in session().execute(found, {"shown": entity, "most": MOST_TABS})]
