"""Which columns: how an actor may see and write each field of an entity."""

from collections.abc import Callable, Iterable
from typing import Any

from app.kernel.actor import Actor
from app.kernel.entity import Scoped
from app.kernel.fields import Field, fields_of
from app.kernel.rights.words import COLUMN_MODES

OPENNESS = list(COLUMN_MODES)

# entity -> scope word that lifts a mask row by row: personal columns are open while a ticket of the customer is mine.
Reveal = Callable[[type, Actor], Any]
_reveals: dict[str, Reveal] = {}


def lift_masks_where(entity: str, condition: Reveal) -> None:
    """Rows of `entity` that meet `condition(model, actor)` show masked columns in plain."""
    _reveals[entity] = condition


def reveal_condition(model: type[Scoped], actor: Actor) -> Any:
    """The SQL condition under which masks are lifted for `actor`, or None."""
    build = _reveals.get(model.entity_name())
    return build(model, actor) if build else None


def mode(actor: Actor, entity: str, field: str) -> str:
    """write, read, mask or hide. Without a rule a field is open."""
    if actor.is_system:
        return "write"
    return actor.columns.get((entity, field), "write")


def merge_modes(modes: Iterable[str]) -> str:
    """The most open of several roles' modes for one field."""
    return min(modes, key=OPENNESS.index, default="write")


def may_see(actor: Actor, model: type[Scoped], field: str) -> bool:
    """Whether the field exists for the actor at all (it may be masked)."""
    return mode(actor, model.entity_name(), field) != "hide"


def may_use(actor: Actor, model: type[Scoped], field: str) -> bool:
    """Whether the actor may filter, sort, group or export by the field: masked values must not be guessed."""
    return mode(actor, model.entity_name(), field) in ("write", "read")


def may_name(actor: Actor, model: type[Scoped]) -> bool:
    """Whether the actor may read what records of `model` are called; a title that is made has no column rule."""
    title = getattr(model, "title_field", "")
    return title not in fields_of(model) or may_use(actor, model, title)


def may_write(actor: Actor, model: type[Scoped], field: str) -> bool:
    """Whether the actor may set the field from outside."""
    return mode(actor, model.entity_name(), field) == "write"


def visible_fields(actor: Actor, model: type[Scoped]) -> dict[str, Field]:
    """The fields of `model` that exist for `actor`."""
    return {name: field for name, field in fields_of(model).items() if may_see(actor, model, name)}


def writable_fields(actor: Actor, model: type[Scoped]) -> dict[str, Field]:
    """The fields that `actor` may set through form, API or file."""
    return {name: field for name, field in fields_of(model).items()
            if not field.readonly and may_write(actor, model, name)}
