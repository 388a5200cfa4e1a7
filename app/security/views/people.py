"""Users, teams and the audit as generated screens; only an administrator changes users."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask import session as cookie
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.kernel.actor import acting
from app.kernel.database import in_unit, session
from app.kernel.errors import RuleError
from app.kernel.fields import Field
from app.kernel.once import once
from app.kernel.problems import N_, problem
from app.kernel.views import Action, EntityInterface, EntityView, View
from app.kernel.views.access import by_special
from app.kernel.views.forms import form_for
from app.kernel.views.saving import find_visible
from app.security import audit, operations
from app.security.models import AuditEntry, Team, UserProfile
from app.security.queries import standing_of
from app.security.sessions import SEEN_AS

PASSWORD = Field("password", "password", "secret", _l("Password"), required=True, max_length=128)
ROLES = Field("roles", "roles", "text", _l("Roles"), max_length=200,
              help=_l("Names of roles, separated by commas: Manager, Sales"))
NEW_USER = {field.name: field for field in (
    Field("username", "username", "text", _l("User name"), required=True, max_length=64),
    Field("email", "email", "text", _l("E-mail"), required=True, max_length=254),
    Field("last_name", "last_name", "text", _l("Family name"), max_length=64),
    Field("first_name", "first_name", "text", _l("Given name"), required=True, max_length=64),
    ROLES, PASSWORD)}
WITH_ROWS = Field("with_rows", "with_rows", "boolean", _l("Move the user's records too"),
                  help=_l("As one batch that can be taken back."))


def _users(ids: list[int]) -> list[UserProfile]:
    operations.require_security()
    return [find_visible(UserProfile, record_id) for record_id in ids]


def _names(text: Any) -> list[str]:
    return [part.strip() for part in str(text or "").replace("，", ",").split(",") if part.strip()]


def set_roles(ids: list[int], values: dict[str, Any]) -> str:
    """Replace the roles of a user; his sessions end."""
    for profile in _users(ids):
        operations.set_roles(profile.user_id, _names(values.get("roles")))
    return gettext("The roles are changed.")


def deactivate(ids: list[int], values: dict[str, Any]) -> str:
    """Shut users out."""
    for profile in _users(ids):
        operations.set_active(profile.user_id, False)
    return gettext("Deactivated.")


def activate(ids: list[int], values: dict[str, Any]) -> str:
    """Let users in again."""
    for profile in _users(ids):
        operations.set_active(profile.user_id, True)
    return gettext("Activated.")


def reset_password(ids: list[int], values: dict[str, Any]) -> str:
    """Set another's password; his sessions end."""
    for profile in _users(ids):
        user = operations.find_user(profile.user_id)
        operations.set_password(user.id, operations.hashed_or_problem(values.get("password", ""), user.username,
                                                                      user.email))
    return gettext("The password is changed.")


def see_as(ids: list[int], values: dict[str, Any]) -> str:
    """Look at the product as a user, for reading only, until it is ended; in a browser alone."""
    (profile,) = _users(ids)
    standing = standing_of(profile.user_id)
    if cookie.get("user") is None or standing is None or not standing.active:
        raise RuleError(N_("Only an active user can be looked as, and only in a browser."))
    audit.write_entry("seen_as", entity="user_profile", record_id=profile.id, note=profile.display_name)
    cookie[SEEN_AS] = profile.user_id
    return gettext("Now you see what %(name)s sees.", name=profile.display_name)


def move_team(ids: list[int], values: dict[str, Any]) -> str:
    """Move a user to another team, with his records if wished."""
    if not values.get("team"):
        raise RuleError(problems={"team": problem(N_("This field is required."))})
    for profile in _users(ids):
        batch = operations.move_to_team(profile.id, values["team"], with_rows=_is_yes(values.get("with_rows")))
    return gettext("Moved. Batch %(id)s.", id=batch) if batch else gettext("Moved.")


def _is_yes(given: Any) -> bool:
    return str(given).lower() in ("true", "1", "yes", "on")


class UserProfileView(EntityView):
    """Users: the login with its profile."""

    datamodel = EntityInterface(UserProfile)
    icon = "user"
    help = _l("Who may log in, with team and roles. Changing roles or a password ends the user's sessions.")
    list_columns = ["display_name", "user", "team", "job_title", "locale"]
    text_columns = ["display_name"]
    sort_columns = ["display_name"]
    search_columns = ["team", "locale"]
    show_columns = ["display_name", "user", "team", "job_title", "locale", "zone", "created_at", "updated_at"]
    form_sections = [("", ["display_name", "job_title", "locale", "zone", "reminders_by_mail"])]
    base_order = ("display_name", "asc")
    related = []
    actions = [
        Action("set_roles", _l("Change roles"), set_roles, fields=[ROLES], verb="edit"),
        Action("move_team", _l("Move to another team"), move_team, fields=["team", WITH_ROWS], verb="edit"),
        Action("reset_password", _l("Set password"), reset_password, fields=[PASSWORD], verb="edit"),
        Action("see_as", _l("See as this user"), see_as, verb="edit", icon="eye",
               help=_l("You see the product as this user does, until you end it. Nothing can be changed meanwhile.")),
        Action("deactivate", _l("Deactivate"), deactivate, many=True, verb="edit"),
        Action("activate", _l("Activate"), activate, many=True, verb="edit"),
    ]

    @expose("/add", methods=["GET", "POST"])
    @by_special("security")
    def add(self) -> Any:
        """A new user with login, profile, team and roles."""
        formdata = request.form if request.method == "POST" else None
        names = [*NEW_USER, "team", "locale"]
        form = form_for(self.model, names, acting(), entity=self.entity, formdata=formdata, extra=NEW_USER)
        if request.method == "GET" or not form.validate():
            return self._new_user_page(form, 200 if request.method == "GET" else 422)
        given = {each.name: each.typed for each in form}
        try:
            # Hashing takes a tenth of a second: before the unit takes the write lock.
            hashed = operations.hashed_or_problem(given["password"], given["username"], given["email"])
            in_unit(once, request.form.get("_once", ""), lambda: _add_user(given, hashed))
        except RuleError as error:
            return self._new_user_page(form, error.status, form.add_problems(error.problems))
        flash(gettext("Saved."), "success")
        return redirect(url_for("user_profile.list"))

    def _new_user_page(self, form: Any, status: int, rest: Any = ()) -> Any:
        sections = [("", [*NEW_USER, "team", "locale"])]
        return self.page("crm/form.html", form=form, record=None, sections=sections, rest=rest, current=None,
                         status=status)


def _add_user(given: dict[str, Any], hashed: str) -> int:
    user = operations.add_user(given["username"], hashed, email=given["email"], first_name=given["first_name"],
                               last_name=given["last_name"] or "", role_names=_names(given["roles"]),
                               team_id=given["team"], locale=given["locale"])
    session().flush()
    return user.id


class TeamView(EntityView):
    """The tree of teams."""

    datamodel = EntityInterface(Team)
    icon = "users-group"
    list_columns = ["name", "parent", "manager", "region"]
    text_columns = ["name"]
    search_columns = ["parent", "manager", "region"]
    form_sections = [("", ["name", "parent", "manager", "region"])]
    base_order = ("name", "asc")
    related = ["user_profile.team"]


class AuditView(EntityView):
    """Who did what: read-only, and no row of it can be changed."""

    datamodel = EntityInterface(AuditEntry)
    icon = "history"
    read_only = True
    list_columns = ["at", "kind", "actor_name", "entity", "record_id", "note", "address", "channel"]
    text_columns = ["actor_name", "note"]
    sort_columns = ["at"]
    search_columns = ["at", "kind", "owner", "team", "entity", "record_id", "channel", "batch_id"]
    show_columns = ["at", "kind", "actor_name", "actor_kind", "entity", "record_id", "note", "address", "channel",
                    "request_id", "event_id", "batch_id"]
    base_order = ("id", "desc")
    saved_views = [View(_l("Denied"), kind="denied"), View(_l("Failed logins"), kind="login_failed"),
                   View(_l("Exports"), kind="export"), View(_l("Rights"), kind="permission")]
