"""Related lists: the records that point at one, each under the rights of its own entity.

The first of them are read with the record; what stands further down is read when somebody scrolls there.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for

from app.kernel import about
from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.errors import Missing
from app.kernel.fields import Field, fields_of
from app.kernel.rights import columns
from app.kernel.rights.statements import kept
from app.kernel.views import site
from app.kernel.views.lens import Lens, far_loaders, shown_only
from app.kernel.views.titles import Titles

SHOWN = 10
# So many lists are read with the record itself: about what a screen shows.
AT_ONCE = 5


@dataclass(frozen=True)
class RelatedList:
    """The first records of one related entity; `more` if there are others, with the address of all.

    Where `later` is an address the records are not read yet: it answers the list.
    """

    view: Any
    records: list[Any]
    lens: Lens | None
    columns: dict[str, Field]
    more: bool
    url: str
    add_url: str
    later: str = ""


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
    found: list[RelatedList] = []
    for spec in view.related:
        child = _child_of(view, spec)
        if child is None:
            continue
        if len(found) < AT_ONCE:
            found.append(_list_of(*child, (view.entity, record), titles))
        else:
            later = url_for(f"{view.entity}.related_list", pk=record.id, name=spec)
            found.append(RelatedList(child[0], [], None, {}, False, *_addresses(*child, (view.entity, record)), later))
    return found


def list_of(view: Any, record: Entity, spec: str, titles: Titles) -> RelatedList:
    """One declared related list. Missing where there is none for the actor."""
    child = _child_of(view, spec) if spec in view.related else None
    if child is None:
        raise Missing()
    return _list_of(*child, (view.entity, record), titles)


def _child_of(view: Any, spec: str) -> tuple[Any, Field] | None:
    """The view of a related entity and its field that points here, None if the actor may read or use either not."""
    entity, _, named = spec.partition(".")
    model, shown = scoped_by_table().get(entity), site.view_of(entity)
    field = pointer_of(model, view.entity, named) if model is not None else None
    if shown is None or model is None or field is None or not acting().may("read", entity):
        return None
    return (shown, field) if columns.may_use(acting(), model, field.name) else None


def _held(field: Field, above: tuple[str, Entity]) -> Any:
    parent, record = above
    return about.text_of(parent, record.id) if field.kind == "about" else record.id


def _addresses(view: Any, field: Field, above: tuple[str, Entity]) -> tuple[str, str]:
    query = f"{field.name}={_held(field, above)}"
    may_add = acting().may("create", view.entity) and not view.read_only
    return url_for(f"{view.entity}.list") + f"?{query}", url_for(f"{view.entity}.add") + f"?{query}" if may_add else ""


def _first(child: Any, field: Field, names: list[str]) -> sa.Select:
    column = getattr(child, field.column)
    found = sa.select(child).where(column == sa.bindparam("above")).order_by(child.id.desc()).limit(SHOWN + 1)
    return found.options(*far_loaders(child, names), shown_only(child, names))


def _list_of(view: Any, field: Field, above: tuple[str, Entity], titles: Titles) -> RelatedList:
    child = view.model
    names = [name for name in view.list_columns if name.split(".")[0] != field.name][:6]
    found = kept(acting(), ("related", child, field.column, tuple(names)), lambda: _first(child, field, names))
    records = list(session().scalars(found, {"above": _held(field, above)}))
    lens = Lens(acting(), child, records[:SHOWN], names, titles)
    return RelatedList(view, records[:SHOWN], lens, view.visible_columns(names), len(records) > SHOWN,
                       *_addresses(view, field, above))
