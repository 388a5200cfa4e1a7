"""Admit or refuse a login, and take its success down, each in a transaction of its own.

`sessions` is a plain `sessionmaker` on the app's engine, not the session of the request: what is counted must stay
counted when the request's unit is rolled back. Never call these while a writing unit is open: on SQLite that unit
holds the only write lock, and the two would wait for each other.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import exc, orm

from app.kernel import clock
from app.kernel.claim_row import claim_row
from app.kernel.database import is_busy
from app.kernel.errors import TooMany, Unavailable
from app.kernel.problems import N_, problem
from app.security.encryption.current import key_ring
from app.security.rules import door
from app.security.throttle.models import LoginFailure

Sessions = orm.sessionmaker[orm.Session]


class LoginThrottled(TooMany):
    """Too many logins failed; `retry_after` is in whole seconds, for the header of that name."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(problem(N_("Too many failed logins. Please try again in %(seconds)s seconds."),
                                 seconds=retry_after))


def admit(sessions: Sessions, account: str, address: str | None) -> None:
    """Let one login to `account` from `address` be tried. LoginThrottled if it must wait, Unavailable if it is busy.

    An admitted attempt counts as failed at once, until `record_success` says otherwise: counting only after the
    password was judged would let any number of attempts through that are made at the same time.
    """
    now = clock.now()
    with _transaction(sessions) as session:
        ours, theirs = _claim(session, account, address, now)
        wait = max(door.account_retry_after(_tally(ours), now), door.address_retry_after(_tally(theirs), now))
        if wait == 0:
            _take_down(ours, door.count_account(_tally(ours), now))
            _take_down(theirs, door.count_address(_tally(theirs), now))
    if wait > 0:
        raise LoginThrottled(wait)


def record_success(sessions: Sessions, account: str, address: str | None) -> None:
    """The admitted attempt was right: forget the account's failures, and take its count off the address's."""
    with _transaction(sessions) as session:
        ours, theirs = _claim(session, account, address, clock.now())
        session.delete(ours)
        theirs.failures = max(0, theirs.failures - 1)


def forget_stale(session: orm.Session, limit: int = 1000) -> int:
    """Delete at most `limit` counters without a failure for a day; how many. For a nightly job, in its unit of work."""
    horizon = clock.now() - dt.timedelta(seconds=door.FORGET_AFTER_S)
    stale = sa.select(LoginFailure).where(LoginFailure.last_at <= horizon).order_by(LoginFailure.key).limit(limit)
    # A row that a login holds at this moment is passed over: it is not stale any more.
    found = session.scalars(stale.with_for_update(skip_locked=True)).all()
    for row in found:
        session.delete(row)
    session.flush()
    return len(found)


@contextlib.contextmanager
def _transaction(sessions: Sessions) -> Iterator[orm.Session]:
    try:
        with sessions.begin() as session:
            yield session
    except exc.DBAPIError as error:
        if is_busy(error):
            raise Unavailable() from error
        raise


def _claim(session: orm.Session, account: str, address: str | None,
           now: dt.datetime) -> tuple[LoginFailure, LoginFailure]:
    ring = key_ring()
    # In this order everywhere ("a:" before "n:"): see `claim_row`.
    keys = ("a:" + ring.keyed_hash("login-account", door.account_group(account)),
            "n:" + ring.keyed_hash("login-address", door.address_group(address)))
    ours, theirs = (claim_row(session, LoginFailure, key=key, failures=0, first_at=now, last_at=now) for key in keys)
    return ours, theirs


def _tally(row: LoginFailure) -> door.Tally:
    return door.Tally(row.failures, row.first_at, row.last_at)


def _take_down(row: LoginFailure, tally: door.Tally) -> None:
    row.failures, row.first_at, row.last_at = tally.failures, tally.first_at, tally.last_at
