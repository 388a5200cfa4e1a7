"""For administrators: why a user may see a record, and the way back from the product as a user sees it."""

from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask import session as cookie
from flask_appbuilder.api import expose
from flask_appbuilder.baseviews import BaseView
from flask_babel import gettext

from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.entity import scoped_by_table
from app.kernel.errors import Missing
from app.kernel.fields import fields_of
from app.kernel.rights.why import reaching
from app.kernel.rights.words import COLUMN_MODES
from app.kernel.views import site
from app.kernel.views.access import by_special
from app.kernel.views.saving import find_visible
from app.security.models import UserProfile
from app.security.queries import actor_of, scopes_by_role, standing_of
from app.security.sessions import SEEN_AS
from app.security.views.wording import scope_label, verb_label, verbs_of

MOST_USERS = 500
# They concern no record that is there already.
WITHOUT_RECORD = {"create", "import"}


def _users() -> list[UserProfile]:
    found = sa.select(UserProfile).where(UserProfile.deleted_at.is_(None)).order_by(UserProfile.display_name)
    return list(session().scalars(found.limit(MOST_USERS)))


def _actor(user_id: int) -> Actor:
    """The active user. Missing if there is none."""
    standing = standing_of(user_id)
    if standing is None or not standing.active:
        raise Missing()
    return actor_of(user_id, standing.version)


def reasons(model: Any, record_id: int, actor: Actor) -> list[dict[str, Any]]:
    """For each verb: {verb, may, roles: [(role, label of the scope, whether it reaches the record)]}."""
    verbs = [verb for verb in verbs_of(model.entity_name()) if verb not in WITHOUT_RECORD]
    reached = reaching(model, record_id, actor, verbs)
    granted = scopes_by_role(actor.id, model.entity_name())
    answer = []
    for verb in verbs:
        roles = [(role, scope_label(model, word), reached.get((verb, word), False))
                 for role, word in granted.get(verb, [])]
        answer.append({"verb": verb_label(model.entity_name(), verb), "may": any(each[-1] for each in roles),
                       "roles": roles})
    return answer


def closed_columns(model: Any, actor: Actor) -> list[tuple[Any, str]]:
    """The fields of which the actor sees less than all, each with its mode."""
    return [(field.label, COLUMN_MODES[mode]) for field in fields_of(model).values()
            if (mode := actor.columns.get((model.entity_name(), field.name), "write")) != "write"]


class LookView(BaseView):
    """Rights seen from the other side."""

    route_base = "/look"
    default_view = "why"

    @expose("/why/<entity>/<int:pk>")
    @by_special("security")
    def why(self, entity: str, pk: int) -> Any:
        """Why the user ``user`` may or may not do what with a record."""
        if entity not in scoped_by_table() or site.view_of(entity) is None:
            raise Missing()
        model, user_id = scoped_by_table()[entity], request.args.get("user", type=int)
        record = find_visible(model, pk)
        actor = _actor(user_id) if user_id else None
        return self.render_template(
            "crm/why.html", model=model, record=record, users=_users(), actor=actor, link=site.record_url(entity, pk),
            reasons=reasons(model, pk, actor) if actor else [], columns=closed_columns(model, actor) if actor else [])

    @expose("/end", methods=["POST"])
    @by_special("security")
    def end(self) -> Any:
        """Be oneself again."""
        if cookie.pop(SEEN_AS, None) is not None:
            flash(gettext("You are yourself again."), "success")
        return redirect(url_for("HomeView.index"))

