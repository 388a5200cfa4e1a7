"""What users keep of a list: a name for its filter, sort and columns."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.kernel import fields, filters
from app.kernel.actor import Actor
from app.kernel.entity import Entity, Values, scoped_by_table
from app.kernel.errors import Malformed
from app.kernel.problems import N_, Problem, problem
from app.security.encryption.columns import personal

SHARING = {"private": _l("Only me"), "team": _l("My team"), "all": _l("Everybody")}


def _shared(model: type, actor: Actor) -> Any:
    """What others share with the actor."""
    return sa.or_(model.shared == "all", sa.and_(model.shared == "team", model.team_id == actor.team_id))


class SavedView(Entity):
    """A user's saved view of one entity's list, as the query of its address.

    The query may ask for a phone number or a name, hence it is a personal value itself.
    """

    __tablename__ = "saved_view"
    __table_args__ = (sa.Index("ix_saved_view_entity", "entity", "owner_id"),)
    entity_label, entity_label_plural = _l("Saved view"), _l("Saved views")
    named_scopes = {"shared": _shared}
    scope_labels = {"shared": _l("Shared with the user")}

    name = fields.text(_l("Name"), 80, required=True)
    entity = fields.text(_l("Entity"), 60, required=True)
    query = personal(_l("Filter"), length=2000, indexed=False)
    shared = fields.choice(_l("Shared with"), SHARING, required=True, default="private")

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        if values["entity"] not in scoped_by_table():
            return {"entity": problem(N_("There is no such entity."))}
        try:
            filters.parse(values.get("query") or "")
        except Malformed:
            return {"query": problem(N_("This filter cannot be read."))}
        return {}
