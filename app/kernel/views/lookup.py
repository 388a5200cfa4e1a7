"""Type-ahead for pointers: a few visible records whose key or title fits, never a list of all."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask import Response, jsonify
from flask_appbuilder.security.sqla.models import User

from app.kernel import about
from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.dialects import united
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.errors import Missing
from app.kernel.events import BY_USERS, DomainEvent
from app.kernel.fields import fields_of
from app.kernel.filters.text import like
from app.kernel.rights import columns
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rights.predicates import visible
from app.kernel.search import everywhere
from app.kernel.search.grams import cleaned
from app.kernel.search.narrow import Search
from app.kernel.search.spoken import heard, spoken_of
from app.kernel.views.access import require
from app.kernel.views.lens import person_name
from app.kernel.views.titles import Titles, full_name, record_name

LIMIT = 20
# Of each entity, where several are looked through at once.
FEW = 5
# So many of the actor's last changes are looked through for what he touched.
LAST_CHANGES = 200
# So many colleagues have their names compared by sound.
MOST_COLLEAGUES = 2_000


def answer(model: type[Scoped], field_name: str, text: str) -> Response:
    """JSON ``{"result": [{"id", "name"}]}`` for a pointer field of `model`, or over `model` itself without one."""
    return jsonify(result=find(model, field_name, text))


def find(model: type[Scoped], field_name: str, text: str) -> list[dict[str, Any]]:
    """What may be pointed at. Missing for a field that does not exist for the actor. At most three statements."""
    text = cleaned(text)[:100]
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
    """Visible records whose title or a look-up key contains the text; without one those that the actor touched last."""
    named = (model.title_field, *model.lookup_keys) if issubclass(model, Entity) else ()
    names = [name for name in dict.fromkeys(named) if columns.may_use(acting(), model, name)]
    names = [name for name in names if name in fields_of(model) and fields_of(model)[name].kind == "text"]
    if not text:
        return [_offer(row) for row in _recent(model)]
    found = sa.select(model).order_by(model.id.desc()).limit(LIMIT)
    if names:
        search = Search(model, names, text, lambda at, asked: _containing(at, asked, text))
        found = found.where(*search.by_index())
    return [_offer(row) for row in session().scalars(found)]


def _containing(at: Any, names: list[str], text: str) -> Any:
    known = fields_of(sa.inspect(at).mapper.class_)
    return sa.or_(*(like(getattr(at, known[name].column), text, True, True) for name in names))


def _offer(row: Any) -> dict[str, Any]:
    return {"id": row.id, "name": record_name(acting(), row)}


def _recent(model: type[Any]) -> list[Any]:
    """The visible records that the actor touched last, then the newest."""
    touched = [record_id for _entity, record_id in _touched([model.entity_name()])][:LIMIT]
    chosen = sa.select(model).where(model.id.in_(touched))
    known = {row.id: row for row in session().scalars(chosen)} if touched else {}
    found = [known[record_id] for record_id in touched if record_id in known]
    if len(found) == LIMIT:
        return found
    newest = sa.select(model).where(model.id.not_in(list(known))).order_by(model.id.desc())
    return [*found, *session().scalars(newest.limit(LIMIT - len(found)))]


def _touched(entities: Iterable[str]) -> list[tuple[str, int]]:
    """Which records of `entities` the actor changed last, the last one first; from his own events, hence no secret."""
    if acting().id is None:
        return []
    mine = sa.select(DomainEvent.id, DomainEvent.entity, DomainEvent.record_id).where(
        DomainEvent.actor_id == acting().id, BY_USERS).order_by(DomainEvent.id.desc()).limit(LAST_CHANGES)
    # Each entity is a range of the index by itself.
    every = united(mine.where(DomainEvent.entity == entity) for entity in sorted(entities)).subquery()
    rows = session().execute(sa.select(every).order_by(every.c.id.desc()).limit(LAST_CHANGES))
    return list(dict.fromkeys((row.entity, row.record_id) for row in rows))


def subjects(model: type[Any], text: str) -> list[dict[str, Any]]:
    """What a record of `model` may be about, of the entities that people know by name: the best, or the last."""
    models = [target for target in about.subjects(model) if target.lookup_keys and not target.reference
              and acting().may("read", target.entity_name())]
    by_name = {target.entity_name(): target for target in models}
    if not models:
        return []
    titles = Titles(acting())
    found = [hit[:2] for hit in everywhere.find(acting(), models, text, LIMIT)] if text else _last(models)
    for entity, record_id in found:
        titles.want(entity, [record_id])
    titles.fetch()
    told = [(pair, title) for pair in found if (title := titles.of(*pair))]
    return [{"id": about.text_of(*pair), "name": f"{by_name[pair[0]].entity_label}: {title}"}
            for pair, title in told[:LIMIT]]


def _last(models: list[type[Any]]) -> list[tuple[str, int]]:
    """What the actor touched last, then a few of the newest of each entity."""
    touched = _touched(model.entity_name() for model in models)[:LIMIT]
    if len(touched) == LIMIT:
        return touched
    newest = [sa.select(sa.literal(model.entity_name()).label("entity"), model.id)
              .where(visible(model, acting())).order_by(model.id.desc()).limit(FEW) for model in models]
    # Each part carries the rights of its entity itself.
    rows = session().execute(united(newest), execution_options={UNSCOPED: True})
    return list(dict.fromkeys([*touched, *((row.entity, row.id) for row in rows)]))


def users(text: str) -> list[dict[str, Any]]:
    """Active users by name or its sound, the actor first; names of colleagues are no secret inside the company."""
    found = sa.select(User).where(User.active)
    if text:
        whole = User.last_name + User.first_name
        found = found.where(sa.or_(like(User.username, text, True, True), like(whole, text, True, True),
                                   like(User.first_name + " " + User.last_name, text, True, True),
                                   User.id.in_(_sounding(text))))
    own_first = sa.case((User.id == acting().id, 0), else_=1)
    rows = session().scalars(found.order_by(own_first, User.id).limit(LIMIT))
    return [{"id": user.id, "name": person_name(user)} for user in rows]


def _sounding(text: str) -> list[int]:
    """The colleagues whose names sound like the text. They are too few to be kept in the text index."""
    letters = heard(text)
    if not letters:
        return []
    rows = session().execute(sa.select(User.id, User.first_name, User.last_name, User.username).where(User.active)
                             .order_by(User.id.desc()).limit(MOST_COLLEAGUES))
    return [row.id for row in rows if f" {letters}" in (
        spoken_of([full_name(row.first_name, row.last_name, row.username)]) or "")]
