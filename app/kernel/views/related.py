"""Related lists: the records that point at one, each under the rights of its own entity."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for

from app.kernel import about
from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import Field, fields_of
from app.kernel.rights import columns
from app.kernel.views import site
from app.kernel.views.lens import Lens, far_loaders
from app.kernel.views.titles import Titles

SHOWN = 10


@dataclass(frozen=True)
class RelatedList:
    """The first records of one related entity; `more` if there are others, with the address of all."""

    view: Any
    records: list[Any]
    lens: Lens
    columns: dict[str, Field]
    more: bool
    url: str
    add_url: str


def pointer_of(child: type, parent: str, named: str = "") -> Field | None:
    """The field of `child` that points at the entity `parent`, the `named` one if there are several."""
    for field in fields_of(child).values():
        points = field.kind == "about" or (field.kind == "pointer" and field.target == parent)
        if points and (not named or field.name == named):
            return field
    return None


def lists_of(view: Any, record: Entity, titles: Titles) -> list[RelatedList]:
    """The related lists of a record page; entities that the actor may not read at all are left out.

    What their records point at is wanted of `titles`, which the caller fetches.
    """
    found = []
    for spec in view.related:
        entity, _, named = spec.partition(".")
        child = scoped_by_table().get(entity)
        shown = site.view_of(entity)
        field = pointer_of(child, view.entity, named) if child is not None else None
        if shown is None or field is None or not acting().may("read", entity):
            continue
        if columns.may_use(acting(), child, field.name):
            found.append(_list_of(shown, child, field, (view.entity, record), titles))
    return found


def _list_of(view: Any, child: type, field: Field, above: tuple[str, Entity], titles: Titles) -> RelatedList:
    parent, record = above
    names = [name for name in view.list_columns if name.split(".")[0] != field.name][:6]
    held = about.text_of(parent, record.id) if field.kind == "about" else record.id
    query = f"{field.name}={held}"
    statement = sa.select(child).where(getattr(child, field.column) == held).order_by(child.id.desc()).limit(SHOWN + 1)
    records = list(session().scalars(statement.options(*far_loaders(child, names))))
    lens = Lens(acting(), child, records[:SHOWN], names, titles)
    may_add = acting().may("create", view.entity) and not view.read_only
    add = url_for(f"{view.entity}.add") + f"?{query}" if may_add else ""
    return RelatedList(view, records[:SHOWN], lens, view.visible_columns(names), len(records) > SHOWN,
                       url_for(f"{view.entity}.list") + f"?{query}", add)
