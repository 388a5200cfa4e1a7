"""The indexes that lists need, derived from their declaration: the order of a list is walked, never sorted.

For every column by which a list sorts or filters there is (column, id), for every pointer too, since related lists ask
by it; and for the rows of one owner or of one team there is (owner, base order, id) and (team, base order, id): the
ranges that `rights.predicates.ranges` and `keyset` walk. They hold the living only, as lists do. Catalogues are too
small for any; logs, which are written with every change, carry only their base order and what they point at.

The pool and the recycle bin have one each of their own rows alone, in the base order: PostgreSQL does not see that rows
without an owner lie in the order of what follows in an index, and would walk all rows to find the last of them.
"""

from typing import Any

import sqlalchemy as sa

from app.kernel.entity import Entity, Scoped
from app.kernel.fields import fields_of

SORTED = frozenset({"text", "integer", "decimal", "money", "boolean", "date", "moment", "choice", "pointer", "user"})
POINTERS = frozenset({"pointer", "user"})
LIVING = "deleted_at IS NULL"


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
    is_record = issubclass(view.model, Entity)
    made = [(f"{'_'.join(columns)}_list", columns, LIVING if is_record else "") for columns in wanted(view)]
    made += [(f"{name}_list", columns, condition) for name, (columns, condition) in apart(view).items()]
    for ending, columns, condition in made:
        if f"ix_{table.name}_{ending}" not in known:
            where = sa.text(condition) if condition else None
            sa.Index(f"ix_{table.name}_{ending}", *(table.c[column] for column in columns), sqlite_where=where,
                     postgresql_where=where)


def apart(view: Any) -> dict[str, tuple[tuple[str, ...], str]]:
    """The indexes of the rows that lie apart, by name: columns and condition."""
    if not issubclass(view.model, Entity) or view.model.reference:
        return {}
    columns = tuple(dict.fromkeys((_stored(view.model, view.base_order[0]), "id")))
    pool = {"pool": (columns, f"{LIVING} AND owner_id IS NULL")} if view.model.pool else {}
    return {**pool, "bin": (columns, "deleted_at IS NOT NULL")}


def _stored(model: type[Scoped], name: str) -> str:
    return sa.inspect(model).column_attrs[fields_of(model)[name].column].columns[0].name
