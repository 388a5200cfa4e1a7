"""The end of what was deleted: rows go for good once their time in the recycle bin is over. A job does this, no person.

Events and audit stay; they name the record by its number. The histories that are read through it go with it.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from app.kernel.collaborators import Collaborator
from app.kernel.database import db, session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import fields_of


def purgeable() -> list[type[Entity]]:
    """Every entity with a recycle bin, those that point at others before those that are pointed at."""
    known = scoped_by_table()
    found = [known[table.name] for table in reversed(db.metadata.sorted_tables) if table.name in known]
    return [model for model in found if issubclass(model, Entity)]


def old_in_bin(model: type[Entity], before: dt.datetime, after: int, limit: int) -> list[int]:
    """The next ids (above `after`) of records that were deleted earlier than `before`."""
    table = model.__table__
    wanted = sa.select(table.c.id).where(table.c.deleted_at < before, table.c.id > after)
    return list(session().scalars(wanted.order_by(table.c.id).limit(limit)))


def purge_rows(model: type[Entity], ids: Sequence[int], before: dt.datetime) -> int:
    """Remove these records with their links, inside the unit in force; how many went.

    What was restored meanwhile stays, and so does what a row still points at: it goes in a later night, when that
    row has gone too.
    """
    if not ids:
        return 0
    try:
        with session().begin_nested():
            return _remove(model, ids, before)
    except exc.IntegrityError:
        if len(ids) == 1:
            return 0
    half = len(ids) // 2
    return purge_rows(model, ids[:half], before) + purge_rows(model, ids[half:], before)


def _remove(model: type[Entity], ids: Sequence[int], before: dt.datetime) -> int:
    table: Any = model.__table__
    gone = list(session().scalars(sa.select(table.c.id).where(table.c.id.in_(ids), table.c.deleted_at < before)))
    for field in fields_of(model).values():
        if field.kind == "many":
            links = sa.inspect(model).relationships[field.column]
            own = links.local_remote_pairs[0][1]
            session().execute(sa.delete(links.secondary).where(own.in_(gone)))
    for history, pointer in _histories_of(model):
        session().execute(sa.delete(history).where(history.c[pointer].in_(gone)))
    helpers = Collaborator.__table__.c
    session().execute(sa.delete(Collaborator.__table__).where(helpers.entity == model.entity_name(),
                                                              helpers.record_id.in_(gone)))
    session().execute(sa.delete(table).where(table.c.id.in_(gone)))
    return len(gone)


def _histories_of(model: type[Entity]) -> list[tuple[Any, str]]:
    """The logs that are read through a record of `model`, as (table, column): they end with it."""
    found = []
    for log in scoped_by_table().values():
        field = fields_of(log).get(log.through or "")
        if not issubclass(log, Entity) and field is not None and field.target == model.entity_name():
            found.append((log.__table__, field.column))
    return found


def forget_rows(model: type, condition: Any, limit: int) -> int:
    """Remove at most `limit` rows of a log that meet `condition`, inside the unit in force; how many."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    ids = list(session().scalars(sa.select(table.c.id).where(condition).order_by(table.c.id).limit(limit)))
    session().execute(sa.delete(table).where(table.c.id.in_(ids)))
    return len(ids)
