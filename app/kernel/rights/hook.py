"""The law of the rows: every ORM statement gets the actor's condition for each entity it touches.

The conditions are plain expressions built outside of any lambda (a lambda's closure is cached by SQLAlchemy and showed
one actor's rows to another), only for the entities in the statement, and cached on the actor.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import event, orm
from sqlalchemy.sql import visitors

from app.kernel.actor import Actor, NoActor, acting_or_none
from app.kernel.database import UnitSession
from app.kernel.entity import Scoped
from app.kernel.rights.predicates import visible
from app.kernel.rights.statements import judged

# Execution options: `unscoped` only inside the kernel and for system reads that say why; `with_deleted` for the bin.
UNSCOPED = "unscoped"
WITH_DELETED = "with_deleted"
# For statements that look at few rows of a large table, see `predicates.predicate`.
PROBING = "probing"


def touched(statement: Any) -> Iterator[type[Scoped]]:
    """The scoped classes that stand anywhere in `statement`, subqueries included."""
    seen = set()
    for element in visitors.iterate(statement):
        entity = element._annotations.get("parententity") if hasattr(element, "_annotations") else None
        model = getattr(entity, "class_", None)
        if model is not None and model not in seen and issubclass(model, Scoped):
            seen.add(model)
            yield model


@event.listens_for(UnitSession, "do_orm_execute")
def apply_row_rights(state: orm.ORMExecuteState) -> None:
    """Add the actor's conditions. NoActor when records are touched and nobody acts."""
    if state.is_column_load or state.execution_options.get(UNSCOPED):
        return
    actor = acting_or_none()
    how = tuple(bool(state.execution_options.get(each)) for each in (WITH_DELETED, PROBING))
    if actor is None or state.is_relationship_load:
        state.statement = _judge(state, actor, *how)
    else:
        state.statement = judged(actor, state.statement, how, lambda: _judge(state, actor, *how))


def _judge(state: orm.ORMExecuteState, actor: Actor | None, with_deleted: bool, probing: bool) -> Any:
    models = frozenset(touched(state.statement)) | {
        mapper.class_ for mapper in state.all_mappers if issubclass(mapper.class_, Scoped)}
    if not models:
        return state.statement
    if not state.is_select:
        raise NoActor("bulk statements go through app.kernel.bulk")
    if actor is None:
        raise NoActor(f"a statement over {sorted(m.__name__ for m in models)} without an actor")
    key = (models, with_deleted, probing)
    if key not in actor.made:
        actor.made[key] = tuple(
            orm.with_loader_criteria(model, visible(model, actor, with_deleted=with_deleted, probing=probing),
                                     include_aliases=True, propagate_to_loaders=False)
            for model in models)
    return state.statement.options(*actor.made[key])
