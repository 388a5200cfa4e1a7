"""Who somebody is: users, their teams and rights as an `Actor`, cached until the rights version moves."""

from collections.abc import Callable
from dataclasses import dataclass
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


def standing_of(user_id: int) -> Standing | None:
    """The user's standing now, in one statement; None for an unknown or profile-less user."""
    found = sa.select(User.id, User.active, UserProfile.session_epoch, UserProfile.credential_epoch,
                      RightsVersion.number)
    found = found.join(UserProfile, UserProfile.user_id == User.id).join(RightsVersion, RightsVersion.id == 1)
    row = session().execute(found.where(User.id == user_id, UserProfile.deleted_at.is_(None)),
                            execution_options=UNJUDGED).first()
    return Standing(*row) if row else None


def actor_of(user_id: int, version: int) -> Actor:
    """The user with all his rights; from the cache of this process while `version` is that of the cached one."""
    cache: dict[int, tuple[int, Actor]] = current_app.extensions.setdefault("actors", {})
    known = cache.get(user_id)
    if known is None or known[0] != version:
        if len(cache) > 5_000:
            cache.clear()
        cache[user_id] = known = (version, load_actor(user_id))
    return known[1]


def load_actor(user_id: int) -> Actor:
    """The user with all his rights, read from the database."""
    row = session().execute(
        sa.select(User, UserProfile).join(UserProfile, UserProfile.user_id == User.id).where(User.id == user_id),
        execution_options=UNJUDGED).one()
    user, profile = row
    roles = _roles_of(user_id)
    grants, specials = _grants_of(roles)
    return Actor(kind="user", id=user.id, name=person_name(user), team_id=profile.team_id,
                 teams=_tree_of(profile.team_id), roles=frozenset(roles.values()), grants=grants, specials=specials,
                 columns=_columns_of(roles), locale=profile.locale or "", zone=profile.zone or _default_zone(),
                 groups={name: ids_of(user_id) for name, ids_of in _group_sources.items()})


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


def _columns_of(roles: dict[int, str]) -> dict[tuple[str, str], str]:
    """The most open mode of the user's roles; a role without a rule for a field leaves it open."""
    rows = session().execute(sa.select(ColumnRule.role_id, ColumnRule.entity, ColumnRule.field, ColumnRule.mode)
                             .where(ColumnRule.role_id.in_(roles)))
    ruled: dict[tuple[str, str], dict[int, str]] = {}
    for role_id, entity, field, mode in rows:
        ruled.setdefault((entity, field), {})[role_id] = mode
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
