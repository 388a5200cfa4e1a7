"""The first statement of a short transaction that counts something in one row, whether or not the row exists yet."""

from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

M = TypeVar("M")


def claim_row(session: orm.Session, model: type[M], **values: Any) -> M:
    """The row of `model` with the primary key in `values`, locked until the transaction of `session` ends.

    A missing row is inserted from `values`. Writing comes first, so that SQLite takes its write lock before anything
    is read and PostgreSQL locks the row: nobody else can read and change it in between. Claim several rows in the
    order of their keys, else two transactions may wait for each other.
    """
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(model).values(**values)
    keys = [column.name for column in sa.inspect(model).primary_key]
    kept = {name: insert.excluded[name] for name in keys}
    claimed = insert.on_conflict_do_update(index_elements=keys, set_=kept).returning(model)
    return session.scalars(claimed, execution_options={"populate_existing": True}).one()
