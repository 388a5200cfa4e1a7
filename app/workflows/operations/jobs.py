"""Jobs: claimed under a lease with a fence, run in short units, tried again, given up in the end."""

import datetime as dt
import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import exc

from app.kernel import clock
from app.kernel.actor import SYSTEM, under
from app.kernel.database import acting_as, in_unit, session
from app.kernel.dialects import locked
from app.kernel.errors import Missing, Unavailable
from app.workflows.models import JobRun
from app.workflows.rules import backoff

log = logging.getLogger(__name__)
LEASE = dt.timedelta(minutes=10)
POLICY = backoff.Policy(base=30, cap=3600, attempts=5)
# A worker's own name; the fence tells two that share it apart.
ME = f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}"


@dataclass(frozen=True)
class Job:
    """A named piece of work: ``run(arguments)`` opens its own short units and answers how many records it handled.

    ``given_up(arguments)`` is called in the unit in which the last try is written down as failed.
    """

    name: str
    label: Any
    run: Callable[[dict[str, Any]], int]
    given_up: Callable[[dict[str, Any]], object] | None = None


_jobs: dict[str, Job] = {}


def job(name: str, label: Any, given_up: Callable[[dict[str, Any]], object] | None = None,
        ) -> Callable[[Callable[[dict[str, Any]], int]], Callable[[dict[str, Any]], int]]:
    """Register the decorated function as the job `name`."""

    def register(run: Callable[[dict[str, Any]], int]) -> Callable[[dict[str, Any]], int]:
        _jobs[name] = Job(name, label, run, given_up)
        return run

    return register


def known_jobs() -> dict[str, Job]:
    """All jobs by name."""
    return dict(_jobs)


def enqueue(name: str, *, schedule_id: int | None = None, slot: dt.datetime | None = None,
            arguments: dict[str, Any] | None = None) -> JobRun:
    """Put a job into the queue inside the unit in force. Missing for an unknown one.

    Its slot is the due moment of the schedule, else this moment: every try of the run keeps it.
    """
    if name not in _jobs:
        raise Missing()
    now = clock.now()
    run = JobRun(job=name, schedule_id=schedule_id, slot=slot or now, due_at=now, state="queued", arguments=arguments)
    session().add(run)
    session().flush()
    return run


@dataclass(frozen=True)
class Claim:
    """A claimed run: its id, what to do, and the fence under which this worker may write."""

    id: int
    job: str
    arguments: dict[str, Any]
    fence: int
    attempts: int


def claim() -> Claim | None:
    """Take the next due run, or one whose worker let its lease run out; in a unit of its own."""
    return in_unit(_claim)


def _claim() -> Claim | None:
    now = clock.now()
    free = sa.and_(JobRun.state == "queued", JobRun.due_at <= now)
    stalled = sa.and_(JobRun.state == "running", JobRun.lease_until <= now)
    waiting = sa.select(JobRun).where(sa.or_(free, stalled)).order_by(JobRun.due_at, JobRun.id).limit(1)
    run = session().scalars(locked(waiting, skip=True)).first()
    if run is None:
        return None
    if backoff.is_poison(run.attempts, POLICY):
        run.state, run.finished_at, run.holder, run.lease_until = "dead", now, None, None
        run.error = run.error or "the worker died at every try"
        _give_up(run)
        return Claim(run.id, "", {}, run.fence, run.attempts)
    run.state, run.started_at, run.attempts = "running", now, run.attempts + 1
    run.holder, run.lease_until, run.fence = ME, now + LEASE, run.fence + 1
    arguments = {**({"slot": run.slot.isoformat()} if run.slot else {}), **(run.arguments or {})}
    return Claim(run.id, run.job, arguments, run.fence, run.attempts)


def run_one() -> bool:
    """Claim and carry out one job; whether there was one."""
    claimed = claim()
    if claimed is None:
        return False
    if claimed.job not in _jobs:
        if claimed.job:
            in_unit(_finish, claimed, 0, 0, "unknown job")
        return True
    started, handled = time.monotonic(), [0]

    def work() -> None:
        with under(channel="job", cause=claimed.job, verb=""), _Heartbeat(claimed):
            handled[0] = _jobs[claimed.job].run(claimed.arguments)

    error = tried(f"job {claimed.job}", work)
    in_unit(_finish, claimed, handled[0], int((time.monotonic() - started) * 1000), error)
    return True


def tried(name: str, work: Callable[[], object], but: Callable[[Exception], bool] = lambda _failure: False) -> str:
    """`work()`; what went wrong, in short, or nothing. A failure for which `but` holds is raised.

    The one place where anything may go wrong and the loop goes on: jobs, rules and messages all pass through here.
    """
    try:
        work()
    except Exception as failure:
        if but(failure):
            raise
        log.exception("%s failed", name)
        return f"{type(failure).__name__}: {failure}"[:500]
    return ""


def _finish(claimed: Claim, handled: int, milliseconds: int, error: str) -> None:
    """Write the end down, unless another worker took over meanwhile."""
    run = session().scalars(locked(sa.select(JobRun).where(JobRun.id == claimed.id))).one()
    if run.fence != claimed.fence:
        return
    now = clock.now()
    run.finished_at, run.milliseconds, run.handled, run.error = now, milliseconds, handled, error or None
    run.state, run.holder, run.lease_until = "done", None, None
    if error:
        again = backoff.next_attempt(claimed.attempts, now, random.SystemRandom(), POLICY)
        run.state = "dead" if again is None else "queued"
        run.due_at = again or run.due_at
        if again is None:
            _give_up(run)


def _give_up(run: JobRun) -> None:
    known = _jobs.get(run.job)
    if known is not None and known.given_up is not None:
        known.given_up(run.arguments or {})


def renew(claimed: Claim) -> None:
    """Hold on to a long job, unless another worker took over."""
    run = session().scalars(locked(sa.select(JobRun).where(JobRun.id == claimed.id))).one()
    if run.fence == claimed.fence and run.state == "running":
        run.lease_until = clock.now() + LEASE


class _Heartbeat:
    """Renews the lease of a job while it runs, from a thread of its own: a job need not know how long it takes."""

    def __init__(self, claimed: Claim) -> None:
        self.claimed, self.done = claimed, threading.Event()
        # A thread needs the app itself, not the proxy of this context.
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 the documented way
        self.thread = threading.Thread(target=self._beat, args=[app, LEASE.total_seconds() / 3], daemon=True)

    def __enter__(self) -> "_Heartbeat":
        self.thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self.done.set()
        self.thread.join()

    def _beat(self, app: Flask, seconds: float) -> None:
        while not self.done.wait(seconds):
            try:
                with app.app_context(), acting_as(SYSTEM):
                    in_unit(renew, self.claimed)
            except (exc.DBAPIError, Unavailable):
                log.warning("the lease of job %s could not be renewed", self.claimed.job, exc_info=True)
