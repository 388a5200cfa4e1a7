"""The one database object, its sessions, and the unit of work: one commit, all or nothing.

Inside a unit ``session.commit()`` only flushes, because Flask-AppBuilder commits in many places of its own.
"""

import contextlib
import functools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

import sqlalchemy as sa
from flask.globals import app_ctx
from flask_appbuilder import Model as FabModel
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event, exc

from app.kernel.actor import Actor, acting_or_none, reset_actor, set_actor
from app.kernel.errors import Unavailable
from app.kernel.filters.text import install_functions

T = TypeVar("T")

FabModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_begin: ContextVar[str] = ContextVar("sqlite_begin", default="DEFERRED")
_unit_of: ContextVar[Any] = ContextVar("unit_of", default=None)

BUSY_TIMEOUT_MS = 15_000
RETRIES = 4


class OutsideUnit(RuntimeError):
    """A change was flushed or committed outside a unit of work: a bug."""


class UnitSession(FlaskSession):
    """A session whose commit belongs to the unit of work alone."""

    def commit(self) -> None:
        if self.info.get("unit"):
            self.flush()
        elif self.new or self.dirty or self.deleted:
            raise OutsideUnit("a commit outside a unit of work")
        else:
            super().commit()

    def commit_unit(self) -> None:
        """The real commit, called by `unit` only."""
        super().commit()


def _session_scope() -> tuple[int, int]:
    # A session of its own for every actor: what one actor loaded must never be served to another from the identity map.
    return id(app_ctx._get_current_object()), id(acting_or_none())


db = SQLAlchemy(model_class=FabModel, session_options={"class_": UnitSession, "scopefunc": _session_scope})


def session() -> UnitSession:
    """The session of the actor in force within the current application context."""
    return db.session()


@contextlib.contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Act as `actor` for a while, in a session of its own that ends with the block."""
    token = set_actor(actor)
    try:
        yield actor
    finally:
        db.session.remove()
        reset_actor(token)


def prepare_engine(engine: sa.Engine) -> None:
    """SQLite as a database for several writers: WAL, foreign keys, waiting instead of failing, explicit BEGIN."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}", "synchronous=NORMAL",
                       "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        install_functions(connection)

    @event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN " + _begin.get())


@contextlib.contextmanager
def unit() -> Iterator[UnitSession]:
    """One unit of work: everything inside becomes durable together, or nothing does.

    Inside another unit of the same actor it joins that one. The write lock of SQLite is taken at the start, so keep
    parsing, hashing, rendering and the network outside. Raises RuntimeError for a unit inside another actor's unit.
    """
    current = session()
    if current.info.get("unit"):
        yield current
        return
    if _unit_of.get() is not None:
        raise RuntimeError("a unit of work inside the unit of another actor")
    current.rollback()
    token = _unit_of.set(current)
    current.info["unit"] = True
    try:
        _begin_writing(current)
        yield current
        current.flush()
        current.commit_unit()
    except BaseException:
        current.rollback()
        raise
    finally:
        # What was read once for this unit may be old in the next.
        for name in ("unit", "found"):
            current.info.pop(name, None)
        _unit_of.reset(token)
    _run_after_commit(current)


def _begin_writing(current: UnitSession) -> None:
    # Only this one transaction: another actor who merely reads meanwhile would wait for the write lock of this unit.
    with writing_from_the_start():
        current.connection()


@contextlib.contextmanager
def writing_from_the_start() -> Iterator[None]:
    """Let transactions that begin inside the block take the write lock of SQLite at once."""
    token = _begin.set("IMMEDIATE")
    try:
        yield
    finally:
        _begin.reset(token)


def after_commit(work: Callable[[], None]) -> None:
    """Run `work` once the unit in force is durable; dropped when it fails."""
    session().info.setdefault("after_commit", []).append(work)


def _run_after_commit(current: UnitSession) -> None:
    for work in current.info.pop("after_commit", []):
        work()


@event.listens_for(UnitSession, "after_soft_rollback")
def _forget_after_commit(current: UnitSession, transaction: Any) -> None:
    if transaction.parent is None:
        current.info.pop("after_commit", None)


def in_unit(work: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """`work(...)` in a unit, tried again when the database says that another writer was in the way.

    Raises Unavailable when it stays busy. `work` may run several times: it must read what it changes inside.
    """
    for attempt in range(RETRIES):
        try:
            with unit():
                return work(*args, **kwargs)
        except exc.DBAPIError as error:
            if not is_busy(error):
                raise
            time.sleep(0.02 * 2**attempt)
    raise Unavailable()


def transactional(function: Callable[..., T]) -> Callable[..., T]:
    """Decorate a whole job step: each call is one retried unit of work."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> T:
        return in_unit(function, *args, **kwargs)

    return wrapped


def is_busy(error: exc.DBAPIError) -> bool:
    """Whether `error` only says that another transaction was in the way (or the connection went away)."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig) or "busy" in str(error.orig)
    # 40001 serialization failure, 40P01 deadlock, 55P03 lock not available, 57P01 server shutting down
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01", "55P03", "57P01") or error.connection_invalidated


def dialect() -> str:
    """``sqlite`` or ``postgresql``."""
    return db.engine.dialect.name
