"""Which rows: the SQL condition that says on which rows of an entity an actor holds a verb."""

from typing import Any

import sqlalchemy as sa

from app.kernel import about
from app.kernel.actor import Actor
from app.kernel.collaborators import Collaborator
from app.kernel.entity import Entity, Scoped, scoped_by_table
from app.kernel.fields import fields_of

# Verbs on rows that a collaborator holds as if the record were his own.
SHARED_VERBS = frozenset({"read", "edit"})
MOST_RANGES = 12


def predicate(model: type[Scoped], actor: Actor, verb: str, *, probing: bool = False) -> Any:
    """The condition on `model` for `verb`; built once per actor. False where the actor holds nothing.

    What is open through another record is asked of the set of all those records, for statements that read many rows.
    `probing` asks for the one record of the row at hand, for statements that look at few rows of a large table.
    """
    key = (model, verb, probing)
    if key not in actor.made:
        actor.made[key] = _build(model, actor, verb, probing)
    return actor.made[key]


def visible(model: type[Scoped], actor: Actor, *, with_deleted: bool = False, probing: bool = False) -> Any:
    """What a plain SELECT may return: readable and, unless asked otherwise, living."""
    rights = predicate(model, actor, "read", probing=probing)
    if with_deleted or not issubclass(model, Entity):
        return rights
    return sa.and_(rights, model.deleted_at.is_(None))


def ranges(model: type[Scoped], actor: Actor, verb: str) -> list[Any]:
    """The condition of `predicate` in parts of which each is one range of an index: a row meets at least one.

    What is open through another record is one part for each range of those records. One part where the condition is a
    single range, and where it has so many that walking the whole order is no worse.
    """
    key = (model, verb, "ranges")
    if key not in actor.made:
        words = frozenset() if actor.is_system else actor.grants.get((model.entity_name(), verb), frozenset())
        parts = [] if "all" in words else [part for word in sorted(words) for part in _parts(model, actor, verb, word)]
        whole = [predicate(model, actor, verb, probing=True)]
        actor.made[key] = parts if 1 < len(parts) <= MOST_RANGES else whole
    return actor.made[key]


def _parts(model: type[Scoped], actor: Actor, verb: str, word: str) -> list[Any]:
    if word == "own" and word not in model.named_scopes:
        return [part for part in (model.owner_id == actor.id, _shared(model, actor, verb)) if part is not None]
    if word == "tree" and word not in model.named_scopes:
        return [model.team_id == team for team in sorted(actor.teams)]
    if word == "through" and word not in model.named_scopes:
        return _parts_through(model, actor)
    part = _word(model, actor, verb, word)
    return [] if part is None else [part]


def _parts_through(model: type[Scoped], actor: Actor) -> list[Any]:
    field = fields_of(model)[model.through] if model.through else None
    parent: Any = scoped_by_table().get(field.target or "") if field is not None else None
    of_parent = [] if parent is None else ranges(parent, actor, "read")
    if len(of_parent) < 2:
        # Nearly all of them, or those that hang on different kinds: each row is asked for the one that it hangs on.
        part = _through(model, actor, probing=True)
        return [] if part is None else [part]
    pointer = getattr(model, field.column)
    return [pointer.in_(sa.select(parent.id).where(part, _living(parent))) for part in of_parent]


def _living(model: type[Scoped]) -> Any:
    return model.deleted_at.is_(None) if issubclass(model, Entity) else sa.true()


def _build(model: type[Scoped], actor: Actor, verb: str, probing: bool) -> Any:
    if actor.is_system:
        return sa.true()
    words = actor.grants.get((model.entity_name(), verb), frozenset())
    if "all" in words:
        return sa.true()
    parts = [part for word in sorted(words) if (part := _word(model, actor, verb, word, probing)) is not None]
    return sa.or_(*parts) if parts else sa.false()


def word_condition(model: type[Scoped], actor: Actor, verb: str, word: str) -> Any:
    """The condition on `model` that one scope word stands for; None where it reaches nothing at all."""
    return sa.true() if word == "all" else _word(model, actor, verb, word)


def _word(model: type[Scoped], actor: Actor, verb: str, word: str, probing: bool = False) -> Any:
    if word in model.named_scopes:
        return model.named_scopes[word](model, actor)
    if word == "through":
        return _through(model, actor, probing)
    build = {"own": _own, "team": _team, "tree": _tree, "pool": _pool}.get(word)
    return build(model, actor, verb) if build else None


def _own(model: type[Scoped], actor: Actor, verb: str) -> Any:
    mine, shared = model.owner_id == actor.id, _shared(model, actor, verb)
    return mine if shared is None else sa.or_(mine, shared)


def _shared(model: type[Scoped], actor: Actor, verb: str) -> Any:
    if not (model.collaborative and verb in SHARED_VERBS):
        return None
    return model.id.in_(sa.select(Collaborator.record_id).where(Collaborator.entity == model.entity_name(),
                                                                Collaborator.user_id == actor.id))


def _team(model: type[Scoped], actor: Actor, verb: str) -> Any:
    return model.team_id == actor.team_id if actor.team_id else None


def _tree(model: type[Scoped], actor: Actor, verb: str) -> Any:
    return model.team_id.in_(sorted(actor.teams)) if actor.teams else None


def _pool(model: type[Scoped], actor: Actor, verb: str) -> Any:
    return model.owner_id.is_(None) if model.pool else None


def _through(model: type[Scoped], actor: Actor, probing: bool) -> Any:
    """Readable parents; a table expression is used so that the hook does not judge the inner select twice."""
    if model.through is None:
        return None
    field = fields_of(model)[model.through]
    if field.kind == "about":
        return _through_about(model, actor, probing)
    return _is_readable(scoped_by_table()[field.target], getattr(model, field.column), actor, probing)


def _is_readable(parent: type[Any], pointer: Any, actor: Actor, probing: bool) -> Any:
    """Whether `pointer` leads to a record that the actor may read."""
    readable = visible(parent, actor, probing=probing)
    if not probing:
        return pointer.in_(sa.select(parent.id).where(readable))
    # As a scalar: no database makes a set of all readable parents out of it.
    found = sa.select(sa.case((readable, True), else_=False)).where(parent.id == pointer)
    return sa.func.coalesce(found.correlate_except(parent.__table__).scalar_subquery(), sa.false())


def _through_about(model: type[Any], actor: Actor, probing: bool) -> Any:
    parts, open_to_him = [], []
    for parent in about.subjects(model):
        name = parent.entity_name()
        if not actor.may("read", name) or (parent.through == "about" and model.may_be_subject):
            # What others may be about does not reach further through something of its own kind: no circles.
            continue
        if isinstance(predicate(parent, actor, "read"), sa.True_):
            open_to_him.append(name)
        else:
            readable = _is_readable(parent, model.about_id, actor, probing)
            parts.append(sa.and_(model.about_entity == name, readable))
    parts += [model.about_entity.in_(open_to_him)] if open_to_him else []
    return sa.or_(*parts) if parts else None
