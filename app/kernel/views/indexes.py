"""The indexes that lists need, derived from their declaration: the order of a list is walked, never sorted.

For every column by which a list sorts or filters there is (column, id), for every pointer too, since related lists ask
by it; and for the rows of one owner or of one team there is (owner, base order, id) and (team, base order, id): the
ranges that `rights.predicates.ranges` and `keyset` walk. They hold the living only, as lists do. Catalogues are too
small for any; logs, which are written with every change, carry only their base order and what they point at.
"""

from typing import Any

import sqlalchemy as sa

from app.kernel.entity import Entity, Scoped
from app.kernel.fields import fields_of

SORTED = frozenset({"text", "integer", "decimal", "money", "boolean", "date", "moment", "choice", "pointer", "user"})
POINTERS = frozenset({"pointer", "user"})


def wanted(view: Any) -> list[tuple[str, ...]]:
    """The columns of each index that the lists of `view` ask for, in order, by their names in the table."""
    model, known = view.model, fields_of(view.model)
    if getattr(model, "reference", False):
        return []
    is_record, base = issubclass(model, Entity), view.base_order[0]
    found = [(_stored(model, name), "id") for name in (base, *_asked_by(view)) if known[name].kind in SORTED
             and (is_record or name == base or known[name].kind in POINTERS)]
    if is_record:
        found += [(scope, _stored(model, base), "id") for scope in ("owner_id", "team_id")]
    # An index on the id alone is the primary key; one on (id, id) is none at all.
    columns = dict.fromkeys(tuple(dict.fromkeys(each)) for each in found)
    return [each for each in columns if len(each) > 1]


def _asked_by(view: Any) -> list[str]:
    known = fields_of(view.model)
    pointers = [name for name in view.list_columns if name in known and known[name].kind in POINTERS]
    # A filter by owner or team walks the index of the scope, in the order of the list.
    filtered = [name for name in view.search_columns if name not in ("owner", "team")]
    return [name for name in (*view.sort_columns, *filtered, *pointers) if name in known]


def declare(view: Any) -> None:
    """Add the indexes of `view` to its table, once per process; a migration makes them in the database."""
    table = view.model.__table__
    known = {index.name for index in table.indexes}
    living = sa.text("deleted_at IS NULL") if issubclass(view.model, Entity) else None
    for columns in wanted(view):
        name = f"ix_{table.name}_{'_'.join(columns)}_list"
        if name not in known:
            sa.Index(name, *(table.c[column] for column in columns), sqlite_where=living, postgresql_where=living)


def _stored(model: type[Scoped], name: str) -> str:
    return sa.inspect(model).column_attrs[fields_of(model)[name].column].columns[0].name
