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


def predicate(model: type[Scoped], actor: Actor, verb: str) -> Any:
    """The condition on `model` for `verb`; built once per actor. False where the actor holds nothing."""
    key = (model, verb)
    if key not in actor.made:
        actor.made[key] = _build(model, actor, verb)
    return actor.made[key]


def visible(model: type[Scoped], actor: Actor, *, with_deleted: bool = False) -> Any:
    """What a plain SELECT may return: readable and, unless asked otherwise, living."""
    rights = predicate(model, actor, "read")
    if with_deleted or not issubclass(model, Entity):
        return rights
    return sa.and_(rights, model.deleted_at.is_(None))


def ranges(model: type[Scoped], actor: Actor, verb: str) -> list[Any]:
    """The condition of `predicate` in parts of which each is one range of an index: a row meets at least one.

    One part where the condition is a single range, and where it has so many that walking the whole order is no worse.
    """
    key = (model, verb, "ranges")
    if key not in actor.made:
        words = frozenset() if actor.is_system else actor.grants.get((model.entity_name(), verb), frozenset())
        parts = [] if "all" in words else [part for word in sorted(words) for part in _parts(model, actor, verb, word)]
        whole = [predicate(model, actor, verb)]
        actor.made[key] = parts if 1 < len(parts) <= MOST_RANGES else whole
    return actor.made[key]


def _parts(model: type[Scoped], actor: Actor, verb: str, word: str) -> list[Any]:
    if word == "own" and word not in model.named_scopes:
        return [part for part in (model.owner_id == actor.id, _shared(model, actor, verb)) if part is not None]
    if word == "tree" and word not in model.named_scopes:
        return [model.team_id == team for team in sorted(actor.teams)]
    part = _word(model, actor, verb, word)
    return [] if part is None else [part]


def _build(model: type[Scoped], actor: Actor, verb: str) -> Any:
    if actor.is_system:
        return sa.true()
    words = actor.grants.get((model.entity_name(), verb), frozenset())
    if "all" in words:
        return sa.true()
    parts = [part for word in sorted(words) if (part := _word(model, actor, verb, word)) is not None]
    return sa.or_(*parts) if parts else sa.false()


def word_condition(model: type[Scoped], actor: Actor, verb: str, word: str) -> Any:
    """The condition on `model` that one scope word stands for; None where it reaches nothing at all."""
    return sa.true() if word == "all" else _word(model, actor, verb, word)


def _word(model: type[Scoped], actor: Actor, verb: str, word: str) -> Any:
    if word in model.named_scopes:
        return model.named_scopes[word](model, actor)
    build = {"own": _own, "team": _team, "tree": _tree, "pool": _pool, "through": _through}.get(word)
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


def _through(model: type[Scoped], actor: Actor, verb: str) -> Any:
    """Readable parents; a table expression is used so that the hook does not judge the inner select twice."""
    if model.through is None:
        return None
    field = fields_of(model)[model.through]
    if field.kind == "about":
        return _through_about(model, actor)
    return getattr(model, field.column).in_(_readable_ids(scoped_by_table()[field.target], actor))


def _readable_ids(parent: type[Scoped], actor: Actor) -> Any:
    return sa.select(parent.id).where(visible(parent, actor))


def _through_about(model: type[Any], actor: Actor) -> Any:
    parts, open_to_him = [], []
    for parent in about.subjects(model):
        name = parent.entity_name()
        if not actor.may("read", name) or (parent.through == "about" and model.may_be_subject):
            # What others may be about does not reach further through something of its own kind: no circles.
            continue
        if isinstance(predicate(parent, actor, "read"), sa.True_):
            open_to_him.append(name)
        else:
            parts.append(sa.and_(model.about_entity == name, model.about_id.in_(_readable_ids(parent, actor))))
    parts += [model.about_entity.in_(open_to_him)] if open_to_him else []
    return sa.or_(*parts) if parts else None
