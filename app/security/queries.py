"""Who somebody is: users, their teams and rights as an `Actor`, cached until the rights version moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import Group, Role, User

from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.entity import scoped_by_table
from app.kernel.rights.columns import merge_modes
from app.kernel.views.lens import person_name
from app.security.models import AccessGrant, ColumnRule, RightsVersion, Team, UserProfile
from app.security.rules.people import descendants

# In access_grant.entity: every entity, and rights that belong to none.
EVERY, NONE = "*", "-"
# The actor is not known yet while his rights are read, and these tables hold nothing that belongs to anybody.
UNJUDGED = {"unscoped": True}
MOST_ACTORS = 5_000

_group_sources: dict[str, Callable[[int], frozenset[int]]] = {}


def add_group_source(name: str, ids_of_user: Callable[[int], frozenset[int]]) -> None:
    """Give actors a further set of ids (``queue``); bump the rights version whenever its answer changes."""
    _group_sources[name] = ids_of_user


@dataclass(frozen=True)
class Standing:
    """What one statement tells about a user at the start of a request."""

    user_id: int
    active: bool
    session_epoch: int
    credential_epoch: int
    version: int


# Put together once: every request begins with it.
_STANDING = (
    sa.select(User.id, User.active, UserProfile.session_epoch, UserProfile.credential_epoch, RightsVersion.number)
    .join(UserProfile, UserProfile.user_id == User.id).join(RightsVersion, RightsVersion.id == 1)
    .where(User.id == sa.bindparam("user_id"), UserProfile.deleted_at.is_(None)))


def standing_of(user_id: int) -> Standing | None:
    """The user's standing now, in one statement; None for an unknown or profile-less user."""
    row = session().execute(_STANDING, {"user_id": user_id}, execution_options=UNJUDGED).first()
    return Standing(*row) if row else None


@dataclass(frozen=True)
class Held:
    """What a set of roles holds."""

    grants: Mapping[tuple[str, str], frozenset[str]]
    specials: frozenset[str]
    columns: Mapping[tuple[str, str], str]
    shared: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What this process knows at one rights version: users as actors, and what their sets of roles hold."""

    version: int
    actors: dict[int, Actor] = field(default_factory=dict)
    held: dict[frozenset[int], Held] = field(default_factory=dict)


def actor_of(user_id: int, version: int) -> Actor:
    """The user with all his rights; from the memory of this process as long as `version` is that of what it knows."""
    known: Known | None = current_app.extensions.get("actors")
    if known is None or known.version != version or len(known.actors) > MOST_ACTORS:
        known = current_app.extensions["actors"] = Known(version)
    if user_id not in known.actors:
        known.actors[user_id] = load_actor(user_id, known)
    return known.actors[user_id]


def load_actor(user_id: int, known: Known | None = None) -> Actor:
    """The user with all his rights, read from the database; what his roles hold only where it is not known."""
    row = session().execute(
        sa.select(User, UserProfile).join(UserProfile, UserProfile.user_id == User.id).where(User.id == user_id),
        execution_options=UNJUDGED).one()
    user, profile = row
    roles = _roles_of(user_id)
    held = _held_by(roles, {} if known is None else known.held)
    return Actor(kind="user", id=user.id, name=person_name(user), team_id=profile.team_id,
                 teams=_tree_of(profile.team_id), roles=frozenset(roles.values()), grants=held.grants,
                 specials=held.specials, columns=held.columns, locale=profile.locale or "",
                 zone=profile.zone or _default_zone(), theme=profile.theme or "", density=profile.density or "",
                 shared=held.shared,
                 groups={name: ids_of(user_id) for name, ids_of in _group_sources.items()})


def _held_by(roles: dict[int, str], known: dict[frozenset[int], Held]) -> Held:
    key = frozenset(roles)
    if key not in known:
        grants, specials = _grants_of(roles)
        known[key] = Held(grants, specials, _columns_of(roles))
    return known[key]


def _default_zone() -> str:
    return current_app.config.get("CRM_TIMEZONE") or "Asia/Shanghai"


def _roles_of(user_id: int) -> dict[int, str]:
    own = sa.select(Role.id, Role.name).join(Role.user).where(User.id == user_id)
    by_group = sa.select(Role.id, Role.name).join(Role.groups).join(Group.users).where(User.id == user_id)
    return dict(session().execute(own.union(by_group)).all())


def _grants_of(roles: dict[int, str]) -> tuple[dict[tuple[str, str], frozenset[str]], frozenset[str]]:
    rows = session().execute(sa.select(AccessGrant.entity, AccessGrant.verb, AccessGrant.scope)
                             .where(AccessGrant.role_id.in_(roles)))
    words: dict[tuple[str, str], set[str]] = {}
    specials = set()
    for entity, verb, scope in rows:
        if entity == NONE:
            specials.add(verb)
            continue
        for name in scoped_by_table() if entity == EVERY else (entity,):
            words.setdefault((name, verb), set()).add(scope)
    return {key: frozenset(scopes) for key, scopes in words.items()}, frozenset(specials)


def role_counts() -> list[tuple[int, str, int]]:
    """Every role as (id, name, number of users who hold it themselves, groups aside), in order."""
    found = (sa.select(Role.id, Role.name, sa.func.count(User.id)).outerjoin(Role.user)
             .group_by(Role.id, Role.name).order_by(Role.id))
    return [(role_id, name, count) for role_id, name, count in session().execute(found)]


def scopes_by_role(user_id: int, entity: str) -> dict[str, list[tuple[str, str]]]:
    """By verb: which roles of the user grant it on the entity, as (role, scope word)."""
    roles = _roles_of(user_id)
    rows = session().execute(sa.select(AccessGrant.role_id, AccessGrant.verb, AccessGrant.scope).where(
        AccessGrant.role_id.in_(roles), AccessGrant.entity.in_((entity, EVERY))))
    found: dict[str, list[tuple[str, str]]] = {}
    for role_id, verb, scope in rows:
        found.setdefault(verb, []).append((roles[role_id], scope))
    return {verb: sorted(set(granted)) for verb, granted in found.items()}


def _columns_of(roles: dict[int, str]) -> dict[tuple[str, str], str]:
    """The most open mode of the user's roles; a role without a rule for a field leaves it open."""
    rows = session().execute(sa.select(ColumnRule.role_id, ColumnRule.entity, ColumnRule.field, ColumnRule.mode)
                             .where(ColumnRule.role_id.in_(roles)))
    ruled: dict[tuple[str, str], dict[int, str]] = {}
    for role_id, entity, name, mode in rows:
        ruled.setdefault((entity, name), {})[role_id] = mode
    return {key: merge_modes(modes.get(role_id, "write") for role_id in roles) for key, modes in ruled.items()}


def _tree_of(team_id: int | None) -> frozenset[int]:
    if team_id is None:
        return frozenset()
    rows = session().execute(sa.select(Team.id, Team.parent_id).where(Team.deleted_at.is_(None)),
                             execution_options=UNJUDGED)
    return descendants(dict(rows.all()), team_id)


def team_of_user(user_id: int) -> int | None:
    """The team of a user's profile; the kernel asks it for the team of a row."""
    cache = session().info.setdefault("found", {})
    key = ("team_of", user_id)
    if key not in cache:
        found = sa.select(UserProfile.team_id).where(UserProfile.user_id == user_id, UserProfile.deleted_at.is_(None))
        cache[key] = session().execute(found, execution_options=UNJUDGED).scalar()
    return cache[key]


def user_by_name(name: str) -> Any:
    """The user with this user name or, in any case of letters, this e-mail; None if there is none."""
    wanted = sa.or_(User.username == name, sa.func.lower(User.email) == name.lower())
    return session().scalars(sa.select(User).where(wanted).order_by(User.id)).first()


def profile_of(user_id: int) -> UserProfile | None:
    """The profile of a user whatever the actor's rights are: sessions and teams depend on it."""
    found = sa.select(UserProfile).where(UserProfile.user_id == user_id, UserProfile.deleted_at.is_(None))
    return session().scalars(found.execution_options(**UNJUDGED)).first()
