"""Saved views: a name for a filter, sort and columns of one list; declared by the product or kept by a user."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import lazy_gettext as _l

from app.kernel import fields, filters
from app.kernel.actor import Actor, acting
from app.kernel.database import session
from app.kernel.entity import Entity, Values, scoped_by_table
from app.kernel.errors import Malformed
from app.kernel.problems import N_, Problem, problem

SHARING = {"private": _l("Only me"), "team": _l("My team"), "all": _l("Everybody")}


def _shared(model: type, actor: Actor) -> Any:
    """What others share with the actor."""
    return sa.or_(model.shared == "all", sa.and_(model.shared == "team", model.team_id == actor.team_id))


class SavedView(Entity):
    """A user's saved view of one entity's list, as the query of its address."""

    __tablename__ = "saved_view"
    __table_args__ = (sa.Index("ix_saved_view_entity", "entity", "owner_id"),)
    entity_label, entity_label_plural = _l("Saved view"), _l("Saved views")
    named_scopes = {"shared": _shared}

    name = fields.text(_l("Name"), 80, required=True)
    entity = fields.text(_l("Entity"), 60, required=True)
    query = fields.text(_l("Filter"), 2000)
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


@dataclass(frozen=True)
class Tab:
    """One tab above a list."""

    label: str
    url: str


def saved_views_of(view: Any) -> list[Tab]:
    """The declared views and those that the actor may read, in one statement."""
    base = url_for(f"{view.entity}.list")
    tabs = [Tab(str(each.label), f"{base}?{filters.to_query(each.tree())}") for each in view.saved_views]
    if acting().may("read", "saved_view"):
        kept = sa.select(SavedView).where(SavedView.entity == view.entity).order_by(SavedView.id).limit(30)
        tabs += [Tab(each.name, f"{base}?{each.query or ''}") for each in session().scalars(kept)]
    return tabs
