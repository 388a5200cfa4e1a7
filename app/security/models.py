"""Users' profiles, the tree of teams, rights as rows, and the audit."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.database import db
from app.kernel.entity import Entity, Find, Scoped, Values, living_key
from app.kernel.problems import Problem
from app.security.rules.people import profile_problems, team_problems

LANGUAGES = {"zh": _l("Chinese"), "en": _l("English")}
# "system" is what the device says.
THEMES = {"system": _l("As the device"), "light": _l("Light"), "dark": _l("Dark")}
DENSITIES = {"comfortable": _l("Comfortable"), "compact": _l("Compact")}


class Team(Entity):
    """A team; teams form a tree, and who holds a right for his tree holds it for all teams below his own."""

    __tablename__ = "team"
    __table_args__ = (living_key("team", "name"),)
    entity_label, entity_label_plural = _l("Team"), _l("Teams")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 120, required=True)
    parent_id = fields.pointer("team", _l("Parent team"))
    manager_id = fields.pointer("ab_user", _l("Manager"))
    region = fields.text(_l("Region"), 80)
    parent = orm.relationship("Team", foreign_keys=[parent_id], remote_side="Team.id")
    manager = orm.relationship("User", foreign_keys=[manager_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return team_problems(values)


class UserProfile(Entity):
    """What the product knows of a user beyond the login: team, language, zone. The row's owner is the user himself."""

    __tablename__ = "user_profile"
    __table_args__ = (living_key("user_profile", "user_id"),)
    entity_label, entity_label_plural = _l("User"), _l("Users")
    natural_key = ("user",)
    title_field = "display_name"
    lookup_keys = ("display_name",)

    user_id = fields.pointer("ab_user", _l("Login"), required=True)
    display_name = fields.text(_l("Name"), 130, required=True)
    job_title = fields.text(_l("Job title"), 80)
    locale = fields.choice(_l("Language"), LANGUAGES)
    zone = fields.text(_l("Time zone"), 60)
    theme = fields.choice(_l("Appearance"), THEMES)
    density = fields.choice(_l("Density"), DENSITIES)
    reminders_by_mail = fields.boolean(_l("Reminders by e-mail"), default=True)
    # Raised to end every session of the user: cookie, token, refresh token.
    session_epoch: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False, default=1)
    # Raised to end his API keys too.
    credential_epoch: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False, default=1)
    user = orm.relationship("User", foreign_keys=[user_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return profile_problems(values)

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        return {"owner": values.get("user")}


class AccessGrant(db.Model):
    """One scope word of one verb on one entity for one role. Entity ``*`` holds the rights that belong to none."""

    __tablename__ = "access_grant"
    __table_args__ = (sa.UniqueConstraint("role_id", "entity", "verb", "scope"),)

    id: orm.Mapped[int] = orm.mapped_column(sa.Integer, primary_key=True)
    role_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("ab_role.id", ondelete="CASCADE"), nullable=False)
    entity: orm.Mapped[str] = orm.mapped_column(sa.String(60), nullable=False)
    verb: orm.Mapped[str] = orm.mapped_column(sa.String(40), nullable=False)
    scope: orm.Mapped[str] = orm.mapped_column(sa.String(20), nullable=False)


class ColumnRule(db.Model):
    """How a role sees one field of one entity: write, read, mask or hide."""

    __tablename__ = "column_rule"
    __table_args__ = (sa.UniqueConstraint("role_id", "entity", "field"),)

    id: orm.Mapped[int] = orm.mapped_column(sa.Integer, primary_key=True)
    role_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("ab_role.id", ondelete="CASCADE"), nullable=False)
    entity: orm.Mapped[str] = orm.mapped_column(sa.String(60), nullable=False)
    field: orm.Mapped[str] = orm.mapped_column(sa.String(60), nullable=False)
    mode: orm.Mapped[str] = orm.mapped_column(sa.String(10), nullable=False)


class RightsVersion(db.Model):
    """One row: a number that is another after every write to roles, rights, users and teams."""

    __tablename__ = "rights_version"

    id: orm.Mapped[int] = orm.mapped_column(sa.Integer, primary_key=True)
    number: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, nullable=False)


AUDIT_KINDS = {
    "create": _l("Created"), "update": _l("Changed"), "delete": _l("Deleted"), "undelete": _l("Restored"),
    "login": _l("Logged in"), "login_failed": _l("Login failed"), "logout": _l("Logged out"),
    "denied": _l("Denied"), "export": _l("Exported"), "import": _l("Imported"), "undo": _l("Batch taken back"),
    "permission": _l("Rights changed"), "password": _l("Password changed"), "erasure": _l("Erased"),
    "purge": _l("Removed for good"), "restore": _l("Backup restored"),
    "seen_as": _l("Looked as another user"),
}


class AuditEntry(Scoped):
    """Who did what, when, from where, with before and after. Append-only: the database itself refuses changes.

    Owner and team are those of the person who acted, so that a manager reads the audit of his tree.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (sa.Index("ix_audit_entry_record", "entity", "record_id", "id"),)
    entity_label, entity_label_plural = _l("Audit entry"), _l("Audit")

    at = fields.moment(_l("Time"), required=True, default=clock.now, readonly=True, index=True)
    kind = fields.choice(_l("Kind"), AUDIT_KINDS, required=True, readonly=True)
    actor_name = fields.text(_l("Who"), 130, readonly=True)
    actor_kind = fields.text(_l("Kind of actor"), 10, readonly=True)
    channel = fields.text(_l("Channel"), 20, readonly=True)
    address = fields.text(_l("Address"), 60, readonly=True)
    request_id = fields.text(_l("Request"), 40, readonly=True)
    entity = fields.text(_l("Entity"), 60, readonly=True)
    record_id = fields.integer(_l("Record"), readonly=True)
    event_id = fields.integer(_l("Event"), readonly=True)
    batch_id = fields.integer(_l("Batch"), readonly=True)
    note = fields.text(_l("Note"), 1000, readonly=True)
    changes = fields.json(_l("Changes"), readonly=True)
    # HMAC over the row under the audit key: a row that was changed behind the triggers is found by verify-audit.
    seal: orm.Mapped[str | None] = orm.mapped_column(sa.String(64))


class AuditPass(db.Model):
    """A row here opens the audit for the retention job or an erasure, within the transaction that holds the row."""

    __tablename__ = "audit_pass"

    id: orm.Mapped[int] = orm.mapped_column(sa.Integer, primary_key=True)
    reason: orm.Mapped[str] = orm.mapped_column(sa.String(200), nullable=False)


UNLESS_OPEN = ("ON audit_entry WHEN NOT EXISTS (SELECT 1 FROM audit_pass) "
               "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END")
SQLITE_TRIGGERS = ("CREATE TRIGGER audit_no_update BEFORE UPDATE " + UNLESS_OPEN,
                   "CREATE TRIGGER audit_no_delete BEFORE DELETE " + UNLESS_OPEN)
POSTGRESQL_TRIGGERS = (
    ("CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
     "IF EXISTS (SELECT 1 FROM audit_pass) THEN RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END; END IF; "
     "RAISE EXCEPTION 'the audit is append-only'; END $$"),
    ("CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW "
     "EXECUTE FUNCTION audit_append_only()"),
    ("CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT "
     "EXECUTE FUNCTION audit_append_only()"))
for dialect, statements in (("sqlite", SQLITE_TRIGGERS), ("postgresql", POSTGRESQL_TRIGGERS)):
    for statement in statements:
        sa.event.listen(AuditPass.metadata, "after_create",
                        sa.DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))
