"""Logging in and out, the first administrator, the own profile with password and API keys; tokens for programs."""

from typing import Any

import sqlalchemy as sa
from flask import Response, flash, g, jsonify, redirect, request, url_for
from flask import session as cookie
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.security.sqla.models import ApiKey, User
from flask_babel import gettext

from app.kernel.actor import SYSTEM, acting
from app.kernel.database import acting_as, in_unit, session
from app.kernel.errors import CrmError, Malformed, Missing, RuleError, Unknown
from app.kernel.language import say_problem, say_problems
from app.kernel.views.access import public, require_login, signed_in
from app.kernel.views.saving import update
from app.security import operations
from app.security.models import DENSITIES, THEMES, UserProfile
from app.security.queries import profile_of, standing_of
from app.security.rules.door import safe_next
from app.security.sessions import refreshed, start_cookie, tokens_for
from app.security.templates import sync_roles

LANGUAGES = ("zh", "en")


class LoginView(BaseView):
    """What a person does about the own session."""

    route_base = ""
    default_view = "login"

    def create_blueprint(self, appbuilder: Any, endpoint: str | None = None, static_folder: str | None = None) -> Any:
        return super().create_blueprint(appbuilder, "login", static_folder)

    @expose("/login/", methods=["GET", "POST"])
    @public
    def login(self) -> Any:
        """The login form. A wrong name and a wrong password are told apart by nothing."""
        if not _somebody_exists():
            return redirect(url_for("login.first"))
        if request.method == "GET":
            return self.render_template("crm/login.html", problem="", username="")
        name = request.form.get("username", "").strip()[:200]
        try:
            user_id, standing = operations.log_in(name, request.form.get("password", ""))
        except CrmError as error:
            if error.status not in (401, 429):
                raise
            page = self.render_template("crm/login.html", problem=say_problem(error.sentence), username=name)
            return page, error.status, {"Retry-After": str(getattr(error, "retry_after", 1))}
        _begin(user_id, standing)
        return redirect(safe_next(request.args.get("next")))

    @expose("/logout/", methods=["POST"])
    @signed_in
    def logout(self) -> Any:
        """End every session of the user."""
        operations.log_out(acting().id)
        cookie.clear()
        return redirect(url_for("login.login"))

    @expose("/first/", methods=["GET", "POST"])
    @public
    def first(self) -> Any:
        """The first administrator of an empty system; gone as soon as there is one."""
        if _somebody_exists():
            raise Missing()
        inputs = (("username", gettext("User name"), "text"), ("email", gettext("E-mail"), "email"),
                  ("password", gettext("Password"), "password"))
        problems: dict[str, str] = {}
        if request.method == "POST":
            try:
                _make_first(request.form)
            except RuleError as error:
                problems = say_problems(error.problems)
            else:
                flash(gettext("Please log in."), "success")
                return redirect(url_for("login.login"))
        page = self.render_template("crm/first.html", inputs=inputs, problems=problems, given=request.form)
        return page, 422 if problems else 200

    @expose("/language/<code>")
    @public
    def language(self, code: str) -> Any:
        """Choose the language of this browser; a known user's choice is kept with the profile by its form."""
        if code not in LANGUAGES:
            raise Missing()
        cookie["locale"] = code
        return redirect(safe_next(request.args.get("next")))

    @expose("/profile/")
    @signed_in
    def profile(self) -> Any:
        """The own profile."""
        return self._profile_page()

    def _profile_page(self, problems: Any = None, new_key: str = "") -> Any:
        keys = session().scalars(sa.select(ApiKey).where(ApiKey.user_id == acting().id, ApiKey.revoked_on.is_(None)))
        page = self.render_template("crm/profile.html", me=acting(), profile=profile_of(acting().id), keys=list(keys),
                                    themes=THEMES, densities=DENSITIES,
                                    problems=say_problems(problems or {}), new_key=new_key)
        return page, 422 if problems else 200

    @expose("/profile/password", methods=["POST"])
    @signed_in
    def password(self) -> Any:
        """Change the own password: asks for the current one; every session ends, this browser begins a new one."""
        try:
            operations.change_own_password(request.form.get("current", ""), request.form.get("password", ""))
        except RuleError as error:
            return self._profile_page(error.problems)
        _begin(acting().id, standing_of(acting().id))
        flash(gettext("Your password is changed."), "success")
        return redirect(url_for("login.profile"))

    @expose("/profile/preferences", methods=["POST"])
    @signed_in
    def preferences(self) -> Any:
        """Language, zone and reminders of the own profile, which needs no right on profiles."""
        given = {"locale": request.form.get("locale"), "zone": request.form.get("zone"), **_looks(),
                 "reminders_by_mail": bool(request.form.get("reminders_by_mail"))}
        try:
            _change_profile(given)
        except RuleError as error:
            return self._profile_page(error.problems)
        if given["locale"] in LANGUAGES:
            cookie["locale"] = given["locale"]
        flash(gettext("Saved."), "success")
        return redirect(url_for("login.profile"))

    @expose("/profile/appearance", methods=["POST"])
    @signed_in
    def appearance(self) -> Any:
        """Light or dark, comfortable or compact: the switches at the top of every page, kept with the profile."""
        given = _looks()
        if given:
            _change_profile(given)
        return redirect(safe_next(request.form.get("next")))

    @expose("/profile/keys", methods=["POST"])
    @signed_in
    def new_key(self) -> Any:
        """Make an API key; it is shown once."""
        key = in_unit(operations.make_api_key, request.form.get("name", "").strip() or gettext("Key"))
        return self._profile_page(new_key=key)

    @expose("/profile/keys/<int:pk>/revoke", methods=["POST"])
    @signed_in
    def revoke_key(self, pk: int) -> Any:
        """End one of the own API keys."""
        in_unit(operations.revoke_api_key, pk)
        return redirect(url_for("login.profile"))


def _looks() -> dict[str, str]:
    known = {"theme": THEMES, "density": DENSITIES}
    return {name: request.form[name] for name, choices in known.items() if request.form.get(name) in choices}


def _change_profile(given: dict[str, Any]) -> None:
    """Change the own profile, which needs no right on profiles. RuleError with the problems by field."""
    user_id = acting().id
    with acting_as(SYSTEM):
        in_unit(lambda: update(UserProfile, profile_of(user_id).id, given))


def _somebody_exists() -> bool:
    return session().execute(sa.select(User.id).limit(1)).first() is not None


def _begin(user_id: int, standing: Any) -> None:
    user = session().scalars(sa.select(User).where(User.id == user_id)).one()
    start_cookie(user, standing)


def _make_first(form: Any) -> None:
    name, email = form.get("username", "").strip(), form.get("email", "").strip()
    hashed = operations.hashed_or_problem(form.get("password", ""), name, email)
    with acting_as(SYSTEM):
        in_unit(_make_first_admin, name, email, hashed)


def _make_first_admin(name: str, email: str, hashed: str) -> None:
    if _somebody_exists():
        raise Missing()
    sync_roles()
    operations.add_user(name, hashed, email=email, role_names=["Admin"])


class LoginApi(BaseApi):
    """Tokens for programs: ``POST /api/v1/security/login``."""

    resource_name = "security"
    openapi_spec_tag = "Security"
    csrf_exempt = False

    def add_apispec_components(self, api_spec: Any) -> None:
        """How programs authenticate."""
        super().add_apispec_components(api_spec)
        for name in ("jwt", "api_key"):
            api_spec.components.security_scheme(name, {"type": "http", "scheme": "bearer"})

    @expose("/login", methods=["POST"])
    @public
    def login(self) -> Response:
        """Log in for tokens.
        ---
        post:
          description: An access token, and with refresh a refresh token, for a user name and password
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  properties:
                    username: {type: string}
                    password: {type: string}
                    provider: {type: string, enum: [db]}
                    refresh: {type: boolean}
          responses:
            200: {description: Tokens}
            400: {$ref: '#/components/responses/400'}
            401: {$ref: '#/components/responses/401'}
        """
        given = request.get_json(silent=True)
        if not isinstance(given, dict) or not isinstance(given.get("username"), str) \
                or not isinstance(given.get("password"), str):
            raise Malformed()
        user_id, standing = operations.log_in(given["username"].strip()[:200], given["password"])
        return jsonify(tokens_for(user_id, standing, refresh=bool(given.get("refresh"))))

    @expose("/refresh", methods=["POST"])
    @public
    def refresh(self) -> Response:
        """A new access token for the refresh token in the Authorization header.
        ---
        post:
          description: A new access token for a refresh token
          responses:
            200: {description: A new access token}
            401: {$ref: '#/components/responses/401'}
        """
        return jsonify(refreshed(g.get("refresh_token") or ""))

    @expose("/logout", methods=["POST"])
    @public
    def logout(self) -> Response:
        """End every session of the caller.
        ---
        post:
          description: End every session of the caller, browsers included
          responses:
            200: {description: Done}
            401: {$ref: '#/components/responses/401'}
        """
        require_login()
        if acting().id is None:
            raise Unknown()
        operations.log_out(acting().id)
        return jsonify(message="OK")
