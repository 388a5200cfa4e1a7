"""From what a person or a program gave to a saved record: one way for form, inline edit and API."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import Actor, acting
from app.kernel.database import session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.errors import Missing, NotAllowed, RuleError, Stale
from app.kernel.fields import Field, fields_of
from app.kernel.gate import UNKNOWN
from app.kernel.problems import N_, Problems, problem
from app.kernel.rights import columns
from app.kernel.rights.statements import kept
from app.kernel.typed import is_problem, typed
from app.kernel.views.lens import far_loaders
from app.kernel.views.wording import DEFAULT_CURRENCY

# What a client may send back untouched from a record that it read.
ECHOED = frozenset({"id", "version", "created_at", "created_by", "updated_at", "updated_by"})


def read_given(model: type[Entity], given: Mapping[str, Any], actor: Actor, currency: str = DEFAULT_CURRENCY,
               ) -> tuple[dict[str, Any], Problems]:
    """Typed values and problems by field. Unknown, hidden and read-only fields are problems, echoed stamps ignored."""
    known, values, problems = fields_of(model), {}, {}
    currency = str(given.get("currency") or currency)
    for name, value in given.items():
        if name in ECHOED:
            continue
        field = known.get(name)
        if field is None or not columns.may_see(actor, model, name):
            problems[str(name)[:60]] = problem(N_("There is no such field."))
        elif field.readonly or not columns.may_write(actor, model, name):
            problems[name] = problem(N_("You may not change this field."))
        else:
            found = typed(field, value, zone=actor.zone, currency=currency)
            (problems if is_problem(found) else values)[name] = found
    return values, problems


def find_visible(model: type[Entity], record_id: int, *, with_deleted: bool = False, names: Iterable[str] = ()) -> Any:
    """The record that the actor may read, with the relations of `names` of which more than the title is shown.

    Missing if there is none, or none for him.
    """
    found = kept(acting(), ("record", model, tuple(names)), lambda: sa.select(model).where(
        model.id == sa.bindparam("wanted")).options(*far_loaders(model, names)))
    asked = {"with_deleted": True} if with_deleted else {}
    is_id = abs(record_id) < 2**63
    record = session().scalars(found, {"wanted": record_id}, execution_options=asked).first() if is_id else None
    if record is None:
        raise Missing()
    return record


def apply(record: Entity, values: Mapping[str, Any]) -> Problems:
    """Set typed values on a record; the targets of a many are looked up under the actor's rights."""
    known, problems = fields_of(type(record)), {}
    for name, value in values.items():
        field = known[name]
        if field.kind == "many":
            targets = _targets(field, value)
            if len(targets) != len(set(value)):
                problems[name] = problem(UNKNOWN)
            else:
                setattr(record, field.column, targets)
        elif getattr(record, field.column) != value:
            setattr(record, field.column, value)
    return problems


def _targets(field: Field, ids: Iterable[int]) -> list[Entity]:
    target = scoped_by_table()[field.target]
    return list(session().scalars(sa.select(target).where(target.id.in_(set(ids)))))


def create(model: type[Entity], given: Mapping[str, Any]) -> Entity:
    """A new record inside the unit in force. RuleError with every problem by field."""
    actor = acting()
    values, problems = read_given(model, given, actor)
    record = model()
    with session().no_autoflush:
        problems |= apply(record, values)
        if problems:
            raise RuleError(problems=problems)
        session().add(record)
    session().flush()
    return record


def update(model: type[Entity], record_id: int, given: Mapping[str, Any], version: int | None = None) -> Entity:
    """Change fields of a visible record inside the unit in force.

    Raises Missing, NotAllowed, RuleError, and Stale when `version` is not the record's any more.
    """
    actor = acting()
    record = find_visible(model, record_id)
    if not actor.may("edit", model.entity_name()):
        raise NotAllowed()
    if version is not None and version != record.version:
        raise Stale()
    values, problems = read_given(model, given, actor, getattr(record, "currency", None) or DEFAULT_CURRENCY)
    with session().no_autoflush:
        problems |= apply(record, values)
        if problems:
            raise RuleError(problems=problems)
    session().flush()
    return record
