"""A form or POST that arrives twice has one effect, and the second answer is the first's."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.actor import acting
from app.kernel.database import db, session
from app.kernel.dialects import insert_once

KEEP = dt.timedelta(days=1)


class OnceKey(db.Model):
    """A one-time key that was used, with the answer that it got."""

    __tablename__ = "once_key"

    key: orm.Mapped[str] = orm.mapped_column(sa.String(80), primary_key=True)
    user_id: orm.Mapped[int] = orm.mapped_column(sa.Integer, primary_key=True)
    at: orm.Mapped[Any] = orm.mapped_column(fields.Moment(), nullable=False, index=True)
    answer: orm.Mapped[Any] = orm.mapped_column(sa.JSON, nullable=True)


def once(key: str, work: Callable[[], Any]) -> Any:
    """`work()` inside the unit in force, unless `key` was used before by this user: then the answer it got (JSON).

    The key and the effect commit together, so that a refused or crashed attempt leaves the key free.
    """
    if not key:
        return work()
    values = {"key": key[:80], "user_id": acting().id or 0, "at": clock.now()}
    if not insert_once(OnceKey, values):
        found = sa.select(OnceKey.answer).where(OnceKey.key == values["key"], OnceKey.user_id == values["user_id"])
        return session().execute(found).scalar()
    answer = work()
    mine = (OnceKey.key == values["key"]) & (OnceKey.user_id == values["user_id"])
    session().execute(sa.update(OnceKey.__table__).where(mine).values(answer=answer))
    return answer


def release(key: str) -> None:
    """Free a key whose work had no effect after all, inside the unit in force."""
    mine = (OnceKey.key == key[:80]) & (OnceKey.user_id == (acting().id or 0))
    session().execute(sa.delete(OnceKey.__table__).where(mine))


def forget_old_keys() -> int:
    """Delete the keys that are older than a day; the number deleted."""
    return session().execute(sa.delete(OnceKey.__table__).where(OnceKey.at < clock.now() - KEEP)).rowcount
