"""Rights of a role as one page and one resource: grants, special rights, column rules."""

from typing import Any

import sqlalchemy as sa
from flask import Response, flash, jsonify, redirect, request, url_for
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.security.sqla.models import Role
from flask_babel import gettext

from app.kernel.api.reading import body
from app.kernel.database import in_unit, session
from app.kernel.entity import scoped_by_table
from app.kernel.errors import Malformed, Missing, RuleError
from app.kernel.fields import fields_of
from app.kernel.problems import N_, Problems, problem
from app.kernel.rights.words import COLUMN_MODES, SCOPES
from app.kernel.views.access import by_special
from app.security import operations, roles
from app.security.models import AccessGrant, ColumnRule
from app.security.queries import EVERY, NONE, role_counts
from app.security.views.wording import SPECIALS, all_scopes, matrix, role_label, verb_label, verbs_of

ALL_SPECIALS = roles.SPECIALS["Admin"]


def _role(role_id: int) -> Role:
    role = session().scalars(sa.select(Role).where(Role.id == role_id)).first()
    if role is None:
        raise Missing()
    return role


def read_rights(role: Role) -> dict[str, Any]:
    """A role's rights as JSON: grants {entity: {verb: words}}, specials, columns {entity: {field: mode}}."""
    grants: dict[str, dict[str, list[str]]] = {}
    specials = []
    for row in session().scalars(sa.select(AccessGrant).where(AccessGrant.role_id == role.id)):
        if row.entity == NONE:
            specials.append(row.verb)
        else:
            grants.setdefault(row.entity, {}).setdefault(row.verb, []).append(row.scope)
    columns: dict[str, dict[str, str]] = {}
    for rule in session().scalars(sa.select(ColumnRule).where(ColumnRule.role_id == role.id)):
        columns.setdefault(rule.entity, {})[rule.field] = rule.mode
    words = {entity: {verb: " ".join(sorted(scopes)) for verb, scopes in verbs.items()}
             for entity, verbs in sorted(grants.items())}
    return {"id": role.id, "name": role.name, "grants": words, "specials": sorted(specials), "columns": columns}


def check_rights(given: dict[str, Any]) -> Problems:
    """What speaks against rights as they were given, by place."""
    found: Problems = {}
    for entity, verbs in given["grants"].items():
        for verb, words in verbs.items():
            found |= _check_grant(entity, verb, str(words))
    for special in given["specials"]:
        if special not in ALL_SPECIALS:
            found["specials"] = problem(N_("There is no right “%(name)s”."), name=str(special))
    for entity, fields in given["columns"].items():
        for field, mode in fields.items():
            known = entity in scoped_by_table() and field in fields_of(scoped_by_table()[entity])
            if not known or mode not in COLUMN_MODES:
                found[f"{entity}.{field}"] = problem(N_("There is no such field or mode."))
    return found


def _check_grant(entity: str, verb: str, words: str) -> Problems:
    if entity != EVERY and entity not in scoped_by_table():
        return {entity: problem(N_("There is no such entity."))}
    known = set(SCOPES) | (set() if entity == EVERY else set(scoped_by_table()[entity].named_scopes))
    if entity != EVERY and verb not in verbs_of(entity):
        return {f"{entity}.{verb}": problem(N_("There is no right “%(name)s”."), name=verb)}
    for word in words.split():
        if word not in known:
            return {f"{entity}.{verb}": problem(N_("There is no scope “%(name)s”."), name=word)}
    return {}


def save_rights(role_id: int, given: dict[str, Any]) -> None:
    """Replace a role's rights inside the unit in force. The Admin role cannot lose its own."""
    role = _role(role_id)
    problems = check_rights(given)
    if role.name == "Admin" and "security" not in given["specials"]:
        problems["specials"] = problem(N_("The administrator keeps the right to change rights."))
    if problems:
        raise RuleError(problems=problems)
    modes = {(entity, field): mode for entity, fields in given["columns"].items() for field, mode in fields.items()}
    operations.write_grants(role, given["grants"], given["specials"], modes)


def _shaped(given: dict[str, Any]) -> dict[str, Any]:
    shaped = {"grants": given.get("grants", {}), "specials": given.get("specials", []),
              "columns": given.get("columns", {})}
    maps = [shaped["grants"], shaped["columns"], *_values(shaped["grants"]), *_values(shaped["columns"])]
    if not all(isinstance(each, dict) for each in maps) or not isinstance(shaped["specials"], list):
        raise Malformed()
    return shaped


def _values(mapping: Any) -> list[Any]:
    return list(mapping.values()) if isinstance(mapping, dict) else []


class RightsView(BaseView):
    """Roles and their rights for people."""

    route_base = "/rights"
    default_view = "roles"

    @expose("/")
    @by_special("security")
    def roles(self) -> Any:
        """All roles."""
        return self.render_template("crm/roles.html", roles=role_counts(), role_label=role_label)

    @expose("/<int:role_id>", methods=["GET", "POST"])
    @by_special("security")
    def role(self, role_id: int) -> Any:
        """One role as a table of entity and verb with its scope words."""
        role = _role(role_id)
        problems: dict[str, Any] = {}
        shown = read_rights(role)
        if request.method == "POST":
            shown = _from_form(request.form)
            try:
                in_unit(save_rights, role_id, shown)
            except RuleError as error:
                problems = error.problems
            else:
                flash(gettext("Saved."), "success")
                return redirect(url_for("RightsView.role", role_id=role_id))
        page = self.render_template(
            "crm/rights.html", role=role, role_label=role_label, shown=shown, problems=problems, sections=matrix(),
            specials={name: SPECIALS[name] for name in ALL_SPECIALS}, scopes=SCOPES, labels=all_scopes(),
            verb_label=verb_label, fields_of=fields_of, modes=COLUMN_MODES)
        return page, 422 if problems else 200


def _from_form(form: Any) -> dict[str, Any]:
    grants: dict[str, dict[str, str]] = {}
    columns: dict[str, dict[str, str]] = {}
    for key, text in form.items():
        kind, _, rest = key.partition(":")
        entity, _, name = rest.partition(":")
        if kind == "grant" and text.strip():
            grants.setdefault(entity, {})[name] = text.strip()
        elif kind == "column" and text:
            columns.setdefault(entity, {})[name] = text
    return {"grants": grants, "specials": form.getlist("specials"), "columns": columns}


class RightsApi(BaseApi):
    """Roles and their rights for programs; a change takes effect at the next request of every process."""

    resource_name = "rights"
    openapi_spec_tag = "Rights"
    csrf_exempt = False

    @expose("/", methods=["GET"])
    @by_special("security")
    def get_list(self) -> Response:
        """All roles with their rights.
        ---
        get:
          description: All roles with grants, special rights and column rules
          responses:
            200: {description: The roles}
        """
        return jsonify(result=[read_rights(role) for role in session().scalars(sa.select(Role).order_by(Role.id))])

    @expose("/<int:role_id>", methods=["PUT"])
    @by_special("security")
    def put(self, role_id: int) -> Response:
        """Replace the rights of a role.
        ---
        put:
          description: Replace grants, specials and columns of a role
          parameters:
          - {in: path, name: role_id, required: true, schema: {type: integer}}
          responses:
            200: {description: The rights as they are now}
            422: {$ref: '#/components/responses/422'}
        """
        in_unit(save_rights, role_id, _shaped(body()))
        return jsonify(result=read_rights(_role(role_id)))
