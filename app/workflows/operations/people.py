"""Whom to tell: owners, their managers, creators; in the app, and by mail if they wish."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale, gettext

from app.desk.operations import notify
from app.kernel.database import session
from app.kernel.views import site
from app.security.models import Team
from app.security.queries import profile_of
from app.workflows.operations.outbox import post


def manager_of(user_id: int | None, team_id: int | None = None) -> int | None:
    """Who leads the user's team, or the next team above that has a manager other than himself."""
    profile = profile_of(user_id) if user_id else None
    team = profile.team_id if profile is not None else team_id
    for _step in range(20):
        if team is None:
            return None
        row = session().execute(sa.select(Team.manager_id, Team.parent_id).where(Team.id == team)).first()
        if row is None or row.manager_id not in (None, user_id):
            return row.manager_id if row else None
        team = row.parent_id
    return None


def zone_of(user_id: int | None) -> str:
    """The user's time zone, else the house's."""
    profile = profile_of(user_id) if user_id else None
    return (profile.zone if profile is not None else None) or current_app.config.get("CRM_TIMEZONE") or "Asia/Shanghai"


def recipients(words: Iterable[Any], owner_id: int | None, creator_id: int | None, team_id: int | None) -> list[int]:
    """User ids for ``owner``, ``manager``, ``creator`` and plain ids; each once."""
    found = []
    for word in words:
        user_id = {"owner": owner_id, "creator": creator_id}.get(word) if isinstance(word, str) else word
        if word == "manager":
            user_id = manager_of(owner_id, team_id)
        if user_id is not None and user_id not in found:
            found.append(user_id)
    return found


def tell(user_id: int, kind: str, title: Any, entity: str, record_id: int, key: str,
         channels: Iterable[str] = ("in_app",)) -> None:
    """One notice under a key, inside the unit in force; by mail too if the channel is asked and the user wishes."""
    profile = profile_of(user_id)
    if "in_app" in channels:
        notify(user_id, kind, title, entity, record_id, key=f"{key}:{user_id}"[:200])
    # Where no mail server is named, notices stay in the app.
    by_mail = "email" in channels and current_app.config.get("SMTP_URL")
    if by_mail and profile is not None and profile.reminders_by_mail:
        with force_locale(profile.locale or current_app.config["BABEL_DEFAULT_LOCALE"]):
            subject = str(title)
            body = "\n\n".join([subject, gettext("Open it here:") + " " + _address(entity, record_id)])
        post(f"{key}:{user_id}", "email", subject=subject, body=body, user_id=user_id)


def _address(entity: str, record_id: int) -> str:
    base = (current_app.config.get("CRM_BASE_URL") or "").rstrip("/")
    return f"{base}/{entity}/show/{record_id}" if entity in site.views() else base
