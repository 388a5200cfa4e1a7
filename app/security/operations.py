"""Changes of users, sessions and rights. Each runs inside a unit of work unless it says otherwise."""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import ApiKey, Role, User
from sqlalchemy import orm

from app.kernel import bulk, clock
from app.kernel.actor import SYSTEM, acting, circumstance, under
from app.kernel.batches import open_batch
from app.kernel.database import acting_as, db, session, unit
from app.kernel.entity import Entity, entity_names, scoped_by_table
from app.kernel.errors import Missing, NotAllowed, RuleError, Unknown
from app.kernel.judge import is_storable
from app.kernel.problems import N_, problem
from app.kernel.rights.hook import WITH_DELETED
from app.kernel.views.lens import person_name
from app.security import audit, roles
from app.security.models import AccessGrant, ColumnRule, Team, UserProfile
from app.security.passwords import METHOD, check_password, hash_password, needs_rehash
from app.security.queries import NONE, Standing, load_actor, profile_of, standing_of, user_by_name
from app.security.rules import door
from app.security.sessions import KEY_PREFIX, digest_of
from app.security.throttle.operations import admit, record_success

WRONG = N_("User name or password is wrong.")
# Leaves room for counting on within 32 bits.
MOST_EPOCH = 2_000_000_000


def _method() -> str:
    return current_app.config.get("FAB_PASSWORD_HASH_METHOD") or METHOD


def _sessions() -> orm.sessionmaker[orm.Session]:
    return orm.sessionmaker(db.engine)


def log_in(name: str, password: str) -> tuple[int, Standing]:
    """Judge a login outside of any unit: (user id, standing). TooMany when throttled, Unknown when refused.

    The password is checked before the write lock is taken: hashing takes a tenth of a second.
    """
    address = circumstance().address
    if not is_storable(name):
        name = ""  # nobody's, and a name that a database refuses to look up must not end as an error
    admit(_sessions(), name, address)
    with acting_as(SYSTEM):
        user = user_by_name(name)
        stored = user.password if user is not None and user.active else None
        if not check_password(stored, password, _method()) or user is None:
            audit.write_apart("login_failed", note=name[:128])
            raise Unknown(WRONG)
        record_success(_sessions(), name, address)
        fresh = hash_password(password, _method()) if needs_rehash(user.password, _method()) else None
        user_id = user.id
        with unit() as current:
            user = current.scalars(sa.select(User).where(User.id == user_id)).one()
            user.last_login, user.login_count = clock.now().replace(tzinfo=None), (user.login_count or 0) + 1
            if fresh:
                user.password = fresh
        standing = standing_of(user_id)
        if standing is None:
            raise Unknown(WRONG)
        audit.write_apart("login", actor=load_actor(user_id))
        return user_id, standing


def log_out(user_id: int) -> None:
    """End every session of the user: cookies, tokens and refresh tokens, on every device. Outside of a unit."""
    with acting_as(SYSTEM), unit():
        profile = profile_of(user_id)
        if profile is not None:
            profile.session_epoch += 1
        audit.write_entry("logout", actor=load_actor(user_id))


def told_restore(note: str) -> None:
    """End every session of everybody, and tell the audit that a backup came back. Inside a unit, as the system.

    The epochs are as old as the backup: a cookie that was ended since would live again. A random number cannot have
    been handed out before.
    """
    epoch = secrets.randbelow(MOST_EPOCH)
    for profile in session().scalars(sa.select(UserProfile), execution_options={WITH_DELETED: True}):
        profile.session_epoch = epoch
    audit.write_entry("restore", note=note[:200])


def hashed_or_problem(password: str, user_name: str, email: str) -> str:
    """The hash of a judged password. RuleError beside ``password``; call it before the unit begins."""
    found = door.password_problem(password, user_name, email)
    if found is not None:
        raise RuleError(problems={"password": found})
    return hash_password(password, _method())


def change_own_password(current_password: str, new_password: str) -> None:
    """The acting user's own change: asks for the current password, ends all his sessions. Outside of a unit."""
    user = session().scalars(sa.select(User).where(User.id == acting().id)).one()
    if not check_password(user.password, current_password, _method()):
        raise RuleError(problems={"current": problem(N_("This is not your current password."))})
    fresh = hashed_or_problem(new_password, user.username, user.email)
    with unit() as current:
        current.scalars(sa.select(User).where(User.id == acting().id)).one().password = fresh


def find_roles(names: Iterable[str]) -> list[Role]:
    """Roles by name. RuleError for one that does not exist."""
    wanted = list(dict.fromkeys(names))
    found = list(session().scalars(sa.select(Role).where(Role.name.in_(wanted))))
    if len(found) != len(wanted):
        missing = sorted(set(wanted) - {role.name for role in found})
        raise RuleError(problems={"roles": problem(N_("There is no role “%(name)s”."), name=", ".join(missing))})
    return found


def find_team(name: str) -> Team:
    """A living team by name. RuleError if there is none."""
    team = session().scalars(sa.select(Team).where(Team.name == name)).first()
    if team is None:
        raise RuleError(problems={"team": problem(N_("There is no team “%(name)s”."), name=name)})
    return team


def add_user(name: str, password_hash: str, *, email: str, first_name: str = "", last_name: str = "",
             role_names: Iterable[str] = (), team_id: int | None = None, locale: str | None = None) -> User:
    """A new user with profile and roles. RuleError if name or e-mail is taken, or a role is unknown."""
    taken = {}
    for field, column, value in (("username", User.username, name), ("email", User.email, email)):
        if session().execute(sa.select(User.id).where(column == value)).first():
            taken[field] = problem(N_("This is already taken by another record."))
    if taken:
        raise RuleError(problems=taken)
    user = User(username=name, email=email, first_name=first_name or name, last_name=last_name, active=True,
                password=password_hash, roles=find_roles(role_names))
    session().add(user)
    session().flush()
    session().add(UserProfile(user_id=user.id, display_name=person_name(user), team_id=team_id, locale=locale))
    session().flush()
    return user


def find_user(user_id: int) -> User:
    """A user by id. Missing if there is none."""
    user = session().scalars(sa.select(User).where(User.id == user_id)).first()
    if user is None:
        raise Missing()
    return user


def set_roles(user_id: int, role_names: Iterable[str]) -> None:
    """Replace a user's roles; his sessions end. The last active Admin cannot lose the role."""
    user, wanted = find_user(user_id), find_roles(role_names)
    if any(role.name == "Admin" for role in user.roles) and all(role.name != "Admin" for role in wanted):
        _keep_an_admin(user)
    user.roles = wanted
    session().flush()


def set_active(user_id: int, active: bool) -> None:
    """Let a user in or shut him out; shutting out ends all his sessions and keys."""
    user = find_user(user_id)
    if not active:
        if user.id == acting().id:
            raise RuleError(N_("You cannot deactivate yourself."))
        if any(role.name == "Admin" for role in user.roles):
            _keep_an_admin(user)
    user.active = active
    session().flush()


def _keep_an_admin(leaving: User) -> None:
    others = sa.select(User.id).join(User.roles).where(Role.name == "Admin", User.active, User.id != leaving.id)
    if session().execute(others).first() is None:
        raise RuleError(N_("At least one active administrator must remain."))


def set_password(user_id: int, password_hash: str) -> None:
    """An administrator's reset of another's password."""
    find_user(user_id).password = password_hash
    session().flush()


def move_to_team(profile_id: int, team_id: int, *, with_rows: bool) -> int | None:
    """Move a user to another team; if asked, his rows go with him as one batch, whose id is answered."""
    profile = session().scalars(sa.select(UserProfile).where(UserProfile.id == profile_id)).first()
    if profile is None:
        raise Missing()
    profile.team_id = team_id
    session().flush()
    if not with_rows:
        return None
    batch = open_batch("team_move", str(profile), "user_profile")
    with under(batch_id=batch.id, cause="team_move"):
        for entity in entity_names():
            model = scoped_by_table()[entity]
            if issubclass(model, Entity) and entity not in ("user_profile", "team", "import_batch"):
                batch.rows_updated += _move_rows(model, profile.user_id, team_id)
    batch.state, batch.finished_at = "done", clock.now()
    return batch.id


def _move_rows(model: type[Entity], user_id: int, team_id: int) -> int:
    mine = sa.select(model.id).where(model.owner_id == user_id,
                                     sa.or_(model.team_id.is_(None), model.team_id != team_id))
    ids = list(session().scalars(mine))
    return len(bulk.change_rows(model, {record_id: {"team": team_id} for record_id in ids}, as_actor=SYSTEM).done)


def make_api_key(name: str, days: int | None = None) -> str:
    """A new API key of the acting user: shown once, kept as a digest."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    expires = None if days is None else (clock.now() + dt.timedelta(days=days)).replace(tzinfo=None)
    session().add(ApiKey(name=name[:200], key_hash=digest_of(key), lookup_hash=digest_of(key), key_prefix=key[:12],
                         user_id=acting().id, expires_on=expires, created_on=clock.now().replace(tzinfo=None)))
    session().flush()
    audit.write_entry("permission", entity="ab_api_key", note=f"new key: {name}"[:200])
    return key


def revoke_api_key(key_id: int) -> None:
    """End one of the acting user's own keys. Missing for another's."""
    key = session().scalars(sa.select(ApiKey).where(ApiKey.id == key_id, ApiKey.user_id == acting().id)).first()
    if key is None:
        raise Missing()
    key.active, key.revoked_on = False, clock.now().replace(tzinfo=None)
    audit.write_entry("permission", entity="ab_api_key", record_id=key.id, note="revoked")


def write_grants(role: Role, grants: roles.Grants, specials: Iterable[str],
                 modes: Mapping[tuple[str, str], str]) -> None:
    """Replace all rights of a role. Needs the right `security`, which the guard asks for."""
    for model in (AccessGrant, ColumnRule):
        for row in session().scalars(sa.select(model).where(model.role_id == role.id)):
            session().delete(row)
    session().flush()
    for entity, verbs in grants.items():
        for verb, words in verbs.items():
            session().add_all(AccessGrant(role_id=role.id, entity=entity, verb=verb, scope=word)
                              for word in dict.fromkeys(words.split()))
    session().add_all(AccessGrant(role_id=role.id, entity=NONE, verb=special, scope="all") for special in specials)
    session().add_all(ColumnRule(role_id=role.id, entity=entity, field=field, mode=mode)
                      for (entity, field), mode in modes.items())
    session().flush()


def require_security() -> None:
    """NotAllowed unless the actor may touch users and roles."""
    if not acting().holds("security"):
        raise NotAllowed()

