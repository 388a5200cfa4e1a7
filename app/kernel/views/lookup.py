"""Type-ahead for pointers: a few visible records whose key or title fits, never a list of all."""

from typing import Any

import sqlalchemy as sa
from flask import Response, jsonify
from flask_appbuilder.security.sqla.models import User

from app.kernel import about
from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.errors import Missing
from app.kernel.fields import fields_of
from app.kernel.filters.text import like
from app.kernel.rights import columns
from app.kernel.search.narrow import matches
from app.kernel.views.access import require
from app.kernel.views.lens import person_name

LIMIT = 20
# Of each entity, where several are looked through at once.
FEW = 5


def answer(model: type[Scoped], field_name: str, text: str) -> Response:
    """JSON ``{"result": [{"id", "name"}]}`` for a pointer field of `model`, or over `model` itself without one."""
    return jsonify(result=find(model, field_name, text))


def find(model: type[Scoped], field_name: str, text: str) -> list[dict[str, Any]]:
    """What may be pointed at. Missing for a field that does not exist for the actor."""
    text = text.replace("\0", "").strip()[:100]
    if not field_name:
        return records(model, text)
    field = fields_of(model).get(field_name)
    if field is None or not columns.may_see(acting(), model, field_name):
        raise Missing()
    if field.kind == "user":
        return users(text)
    if field.kind == "about":
        return subjects(model, text)
    target = scoped_by_table().get(field.target or "")
    if target is None:
        raise Missing()
    require("read", target.entity_name())
    return records(target, text)


def records(model: type[Any], text: str) -> list[dict[str, Any]]:
    """Visible records whose title or a look-up key contains the text; the latest first without a text."""
    names = [name for name in dict.fromkeys([model.title_field, *model.lookup_keys])
             if columns.may_use(acting(), model, name)] if issubclass(model, Entity) else []
    names = [name for name in names if name in fields_of(model) and fields_of(model)[name].kind == "text"]
    found = sa.select(model)
    if text and names:
        found = found.where(*matches(model, names, text, lambda asked: _containing(model, asked, text)))
    return [{"id": row.id, "name": str(row)} for row in session().scalars(found.order_by(model.id.desc()).limit(LIMIT))]


def _containing(model: type[Any], names: list[str], text: str) -> Any:
    return sa.or_(*(like(getattr(model, fields_of(model)[name].column), text, True, True) for name in names))


def subjects(model: type[Any], text: str) -> list[dict[str, Any]]:
    """What a record of `model` may be about: a few of each entity that people know by name."""
    found = []
    for target in about.subjects(model):
        if target.lookup_keys and not target.reference and acting().may("read", target.entity_name()):
            found += [{"id": about.text_of(target.entity_name(), each["id"]),
                       "name": f"{target.entity_label}: {each['name']}"} for each in records(target, text)[:FEW]]
    return found


def users(text: str) -> list[dict[str, Any]]:
    """Active users by name; names of colleagues are no secret inside the company."""
    found = sa.select(User).where(User.active)
    if text:
        whole = User.last_name + User.first_name
        found = found.where(sa.or_(like(User.username, text, True, True), like(whole, text, True, True),
                                   like(User.first_name + " " + User.last_name, text, True, True)))
    rows = session().scalars(found.order_by(User.id).limit(LIMIT))
    return [{"id": user.id, "name": person_name(user)} for user in rows]
