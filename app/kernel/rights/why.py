"""Why somebody may do something with a record, or may not: which of his scope words reach it."""

from typing import Any

import sqlalchemy as sa

from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.entity import Scoped
from app.kernel.rights.hook import UNSCOPED
from app.kernel.rights.predicates import word_condition


def reaching(model: type[Scoped], record_id: int, actor: Actor,
             verbs: list[str]) -> dict[tuple[str, str], bool]:
    """For every verb and scope word that the actor holds on the entity: whether that word reaches the record.

    One statement, whatever the rights of the one who asks: only for screens that are closed to all but administrators.
    """
    held = {(verb, word): word_condition(model, actor, verb, word)
            for verb in verbs for word in sorted(actor.grants.get((model.entity_name(), verb), ()))}
    asked = [sa.case((condition, True), else_=False) for condition in held.values() if condition is not None]
    found = sa.select(sa.true(), *asked).select_from(model).where(_id(model) == record_id)
    row = list(session().execute(found, execution_options={UNSCOPED: True}).first() or [])[1:]
    answers = iter(row)
    return {key: condition is not None and bool(row) and bool(next(answers)) for key, condition in held.items()}


def _id(model: Any) -> Any:
    return model.id
