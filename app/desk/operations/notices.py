"""Telling users something, once; and what the users do with it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import exc

from app.desk.models import Notification
from app.kernel import about, clock
from app.kernel.actor import SYSTEM, acting, under
from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import session
from app.kernel.events import Change
from app.kernel.language import in_language
from app.security.queries import profile_of

# (change or None, how many) -> a lazy sentence: about one record, or about several.
Sentence = Callable[[Change | None, int], Any]


def notify(user_id: int, kind: str, title: Any, about_entity: str | None = None, about_id: int | None = None,
           key: str | None = None) -> bool:
    """Put a notice on the user's desk inside the unit in force; whether it is new.

    `title` may be a lazy text, which is said in the user's language. Told again under the same `key`, by whomever and
    however often, nothing happens. RuleError for an unknown kind.
    """
    if key is not None and _is_told(key):
        return False
    row = {"user": user_id, "kind": kind, "title": _said(title, user_id)[:300], "key": key,
           "about": about.text_of(about_entity, about_id)}
    try:
        with session().begin_nested(), under(verb=""):
            add_rows(Notification, [row], as_actor=SYSTEM).insist()
    except exc.IntegrityError:
        # Somebody told it at the same moment; his notice counts.
        return False
    return True


def _is_told(key: str) -> bool:
    # A notice belongs to its user; the question is whether there is one at all.
    found = sa.select(Notification.id).where(Notification.key == key)
    return session().execute(found, execution_options={"unscoped": True}).first() is not None


def _said(title: Any, user_id: int) -> str:
    profile = None if isinstance(title, str) else profile_of(user_id)
    return in_language(title, profile.locale) if profile is not None and profile.locale else str(title)


def tell_new_owners(changes: Iterable[Change], sentence: Sentence) -> None:
    """One notice to everybody who got one or several records from somebody else in this transaction.

    Records that an import or another batch created are passed over: nobody wants a notice for each line of a file.
    """
    by_owner: dict[int, list[Change]] = {}
    for change in changes:
        is_mass = change.kind == "create" and change.batch_id is not None
        if change.changed("owner") and change.owner_id not in (None, acting().id) and not is_mass:
            by_owner.setdefault(change.owner_id, []).append(change)
    for owner_id, got in by_owner.items():
        first, is_one = got[0], len(got) == 1
        key = f"assigned:{first.entity}:{first.record_id}:{first.version}:{owner_id}:{len(got)}"
        notify(owner_id, "assigned", sentence(first if is_one else None, len(got)),
               first.entity if is_one else None, first.record_id if is_one else None, key)


def mark_read(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Mark notices as read; the sentence to show. Another's are passed over."""
    _read(ids)
    return _l("%(done)d marked as read.", done=len(ids))


def mark_all_read(user_id: int) -> int:
    """Mark every notice of the user as read; how many were not."""
    found = sa.select(Notification.id).where(Notification.owner_id == user_id, Notification.read_at.is_(None))
    ids = list(session().scalars(found))
    _read(ids)
    return len(ids)


def _read(ids: Sequence[int]) -> None:
    unread = sa.select(Notification.id).where(Notification.id.in_(list(ids)), Notification.read_at.is_(None))
    now = clock.now()
    change_rows(Notification, {each: {"read_at": now} for each in session().scalars(unread)}).insist()
