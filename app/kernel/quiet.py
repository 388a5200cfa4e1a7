"""Writing what a clock or a counter keeps in a row, past version, event and stamps: no open form is stale by it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel.database import OutsideUnit, session
from app.kernel.entity import Entity
from app.kernel.fields import fields_of


def keep_quietly(record: Entity, **values: Any) -> None:
    """Set quiet columns of a loaded record at once, inside the unit in force. ValueError for any other column.

    Nothing is judged: only code writes such columns, under whatever actor happens to act.
    """
    loud = set(values) - {field.column for field in fields_of(type(record)).values() if field.quiet}
    if loud:
        raise ValueError(f"these columns are not quiet: {', '.join(sorted(loud))}")
    if not session().info.get("unit"):
        raise OutsideUnit("a quiet change outside a unit of work")
    table = type(record).__table__
    session().execute(sa.update(table).where(table.c.id == record.id).values(**values))
    for name, value in values.items():
        orm.attributes.set_committed_value(record, name, value)
