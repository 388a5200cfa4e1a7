"""Nothing about users, roles and rights changes unseen: each flush is audited, raises the rights version, and ends
the sessions of those whom it concerns. Kept here, below every screen, so that no path can forget it."""

import secrets
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import ApiKey, Group, Role, User
from sqlalchemy import event

from app.kernel import clock
from app.kernel.actor import Actor
from app.kernel.database import UnitSession, session
from app.kernel.errors import NotAllowed
from app.kernel.events import Change, reacts_to
from app.kernel.gate import guard
from app.security.audit import write_entry
from app.security.models import AccessGrant, ColumnRule, RightsVersion, UserProfile
from app.security.queries import UNJUDGED

WATCHED = (User, Role, Group, AccessGrant, ColumnRule)
# Kept by the login itself; neither audited as a change nor a reason to end sessions.
QUIET = frozenset({"last_login", "login_count", "fail_login_count", "changed_on", "changed_by_fk"})
# What a user may do to his own login.
OWN = QUIET | {"password"}
SECRET = frozenset({"password", "key_hash", "lookup_hash"})


def changed_names(row: Any) -> set[str]:
    """The attributes of a row that differ from what is stored."""
    return {attribute.key for attribute in sa.inspect(row).attrs if attribute.history.has_changes()}


def only_security(actor: Actor, row: Any) -> None:
    """Only who holds the right `security` writes users, roles and rights; everybody his own password."""
    if actor.holds("security"):
        return
    if isinstance(row, User) and row.id == actor.id and row.id is not None and changed_names(row) <= OWN:
        return
    if isinstance(row, ApiKey) and row.user_id == actor.id:
        return
    raise NotAllowed()


def install() -> None:
    """Guard the tables of users and rights; the listeners below stand by themselves."""
    for model in (*WATCHED, ApiKey):
        guard(model, only_security)


@event.listens_for(UnitSession, "before_flush")
def watch_security(current: UnitSession, _context: Any, _instances: Any) -> None:
    """After the gate, so that what follows here needs no rights of its own."""
    touched = [row for row in (*current.new, *current.dirty, *current.deleted) if isinstance(row, WATCHED)]
    loud = [row for row in touched if row in current.deleted or row in current.new or changed_names(row) - QUIET]
    if not loud:
        return
    with current.no_autoflush:
        for row in loud:
            _audit(current, row)
        _end_sessions(current, loud)
        raise_version(current)


def raise_version(current: UnitSession) -> None:
    """Make every process read rights anew at its next request."""
    row = current.scalars(sa.select(RightsVersion).where(RightsVersion.id == 1).with_for_update()).first()
    if row is not None and not sa.inspect(row).attrs.number.history.has_changes():
        # Random rather than counted: a database that was restored must not repeat a number that a process remembers.
        row.number = secrets.randbits(62)


def _audit(current: UnitSession, row: Any) -> None:
    names = changed_names(row) - QUIET
    verb = "new" if row in current.new else "deleted" if row in current.deleted else "changed"
    kind = "password" if names == {"password"} and verb == "changed" else "permission"
    changes = {name: _sides(row, name) for name in sorted(names)}
    entity = type(row).__tablename__
    write_entry(kind, entity=entity, record_id=row.id, note=f"{verb}: {row}"[:200], changes=changes)


def _sides(row: Any, name: str) -> list[Any]:
    if name in SECRET:
        return ["•••", "•••"]
    history = sa.inspect(row).attrs[name].history
    return [_plain(history.deleted), _plain(history.added)]


def _plain(side: Iterable[Any]) -> Any:
    found = [str(each) if each is not None else None for each in side or ()]
    return found[0] if len(found) == 1 else found


def _end_sessions(current: UnitSession, rows: list[Any]) -> None:
    """A new password, other roles or a deactivation end cookie, token, refresh token and API keys of the user."""
    ids = {row.id for row in rows if isinstance(row, User) and row.id is not None
           and changed_names(row) & {"password", "roles", "groups", "active"}}
    if not ids:
        return
    found = sa.select(UserProfile).where(UserProfile.user_id.in_(ids)).execution_options(**UNJUDGED)
    for profile in current.scalars(found):
        profile.session_epoch += 1
        profile.credential_epoch += 1
    for key in current.scalars(sa.select(ApiKey).where(ApiKey.user_id.in_(ids), ApiKey.revoked_on.is_(None))):
        key.active, key.revoked_on = False, clock.now().replace(tzinfo=None)


# What the processes remember of teams and profiles with the rights of their users.
REMEMBERED = ("parent", "team", "zone", "locale", "theme", "density", "user")


@reacts_to("team", "user_profile")
def teams_moved(changes: list[Change]) -> None:
    """Teams and memberships decide rights too."""
    if any(change.kind != "update" or change.changed(*REMEMBERED) for change in changes):
        raise_version(session())
