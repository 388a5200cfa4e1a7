"""Keeping the roles of an installation in step with the templates: what an administrator changed stays as he left it.

What the templates said at the last sync is kept beside the setting `roles.synced`. A right of a role follows its
template as long as it stands as that sync left it.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import Role
from flask_babel import lazy_gettext as _l

from app.kernel.database import session
from app.kernel.settings import Setting, declare
from app.security import roles
from app.security.models import AccessGrant, ColumnRule, RightsVersion
from app.security.operations import write_grants
from app.security.queries import NONE

RECORD = "roles.synced"
declare(RECORD, default="", kind="text", label=_l("Version whose role templates were followed last (kept)"))

# One right of a role as a text: scope words by ``entity.verb``, a column mode by ``entity.field``.
Rights = Mapping[str, str]


def sync_roles() -> None:
    """Roles that do not exist yet are made with their rights; rights that nobody touched follow their template."""
    if session().scalars(sa.select(RightsVersion).where(RightsVersion.id == 1)).first() is None:
        session().add(RightsVersion(id=1, number=secrets.randbits(62)))
        session().flush()
    record = _record()
    last: Mapping[str, Any] = (record.extra or {}).get("templates", {})
    known = {role.name: role for role in session().scalars(sa.select(Role))}
    for name, grants in roles.TEMPLATES.items():
        if name in known:
            _follow(known[name], last.get(name))
        elif name not in last:
            _make_role(name, grants)
    _keep(record, {name: {"grants": grants_of(name), "columns": columns_of(name)} for name in roles.TEMPLATES})


def grants_of(role: str) -> dict[str, str]:
    """What the template of a role grants, the rights that belong to no entity too."""
    found = {f"{entity}.{verb}": _ordered(words.split()) for entity, verbs in roles.TEMPLATES[role].items()
             for verb, words in verbs.items() if words}
    return found | {f"{NONE}.{special}": "all" for special in roles.SPECIALS.get(role, ())}


def columns_of(role: str) -> dict[str, str]:
    """The column modes of the template of a role."""
    return {f"{entity}.{field}": mode for (entity, field), mode in roles.column_rules(role).items()}


def _ordered(words: Iterable[str]) -> str:
    return " ".join(sorted(set(words)))


def _record() -> Setting:
    record = session().scalars(sa.select(Setting).where(Setting.name == RECORD)).first()
    if record is None:
        record = Setting(name=RECORD)
        session().add(record)
        session().flush()
    return record


def _keep(record: Setting, templates: dict[str, Any]) -> None:
    if (record.extra or {}).get("templates") != templates:
        record.value, record.extra = current_app.config["APP_VERSION"], {"templates": templates}
        session().flush()


def _make_role(name: str, grants: roles.Grants) -> None:
    role = Role(name=name)
    session().add(role)
    session().flush()
    write_grants(role, grants, roles.SPECIALS.get(name, ()), roles.column_rules(name))


def _follow(role: Role, last: Mapping[str, Rights] | None) -> None:
    grants, rules = _held_grants(role), _held_rules(role)
    held = {key: _ordered(row.scope for row in rows) for key, rows in grants.items()}
    now = grants_of(role.name)
    for key, words in roles.followed(held, now, _before(role.name, held, now) if last is None else last["grants"]):
        _write_grant(role, key, set(words.split()), grants.get(key, []))
    modes, wanted = {key: row.mode for key, row in rules.items()}, columns_of(role.name)
    for key, mode in roles.followed(modes, wanted, wanted if last is None else last["columns"]):
        _write_rule(role, key, mode, rules.get(key))
    session().flush()


def _before(role: str, held: Rights, now: Rights) -> Rights:
    """What an installation without a record had from its template: an earlier wording where it stands like that."""
    earlier = {f"{entity}.{verb}": _ordered(words.split()) for entity, verbs in roles.EARLIER.get(role, {}).items()
               for verb, words in verbs.items()}
    return dict(now) | {key: words for key, words in earlier.items() if held.get(key, "") == words}


def _held_grants(role: Role) -> dict[str, list[AccessGrant]]:
    found: dict[str, list[AccessGrant]] = {}
    for row in session().scalars(sa.select(AccessGrant).where(AccessGrant.role_id == role.id)):
        found.setdefault(f"{row.entity}.{row.verb}", []).append(row)
    return found


def _held_rules(role: Role) -> dict[str, ColumnRule]:
    rows = session().scalars(sa.select(ColumnRule).where(ColumnRule.role_id == role.id))
    return {f"{row.entity}.{row.field}": row for row in rows}


def _write_grant(role: Role, key: str, words: set[str], rows: Iterable[AccessGrant]) -> None:
    entity, _dot, verb = key.partition(".")
    kept = {row.scope for row in rows}
    for row in rows:
        if row.scope not in words:
            session().delete(row)
    session().add_all(AccessGrant(role_id=role.id, entity=entity, verb=verb, scope=word)
                      for word in sorted(words - kept))


def _write_rule(role: Role, key: str, mode: str, row: ColumnRule | None) -> None:
    entity, _dot, field = key.partition(".")
    if row is not None and not mode:
        session().delete(row)
    elif row is not None:
        row.mode = mode
    else:
        session().add(ColumnRule(role_id=role.id, entity=entity, field=field, mode=mode))
