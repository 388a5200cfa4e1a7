"""Scheduler and worker: as threads of ``python run.py``, or as processes of their own, any number of each."""

import logging
import signal
import threading
import time
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import exc

from app.kernel.actor import SYSTEM
from app.kernel.clock import now
from app.kernel.database import acting_as
from app.kernel.errors import Unavailable
from app.workflows.operations import engine, jobs, outbox, scheduler

log = logging.getLogger(__name__)
TICK_SECONDS = 20
IDLE_SECONDS = 1.0
_running: list[object] = []


def turn_once(app: Flask) -> int:
    """One turn of the clock: due moments become job runs; how many."""
    with app.app_context(), acting_as(SYSTEM):
        return scheduler.turn()


def work_once(app: Flask) -> bool:
    """One piece of work of each kind; whether there was any. A kind that fails does not hold up the others."""
    with app.app_context(), acting_as(SYSTEM):
        done = [_one(piece) for piece in (engine.handle_one, outbox.send_one, jobs.run_one)]
        return any(done)


def _one(piece: Callable[[], bool]) -> bool:
    done: list[bool] = []
    jobs.tried("a piece of work", lambda: done.append(piece()),
               but=lambda failure: isinstance(failure, exc.DBAPIError | Unavailable))
    return any(done)


def work_until_idle(app: Flask, most: int = 100_000) -> int:
    """Work until nothing is due; how many rounds did something."""
    return next((count for count in range(most) if not work_once(app)), most)


class Worker(threading.Thread):
    """A worker that goes on until it is told to stop; a database that is away is waited for."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name="worker", daemon=True)
        self.app, self.stopping = app, threading.Event()

    def run(self) -> None:
        """Work; sleep a second where nothing is due."""
        while not self.stopping.is_set():
            try:
                busy = work_once(self.app)
            except (exc.DBAPIError, Unavailable):
                log.warning("the database is away; the worker waits", exc_info=True)
                busy = False
            if not busy:
                self.stopping.wait(IDLE_SECONDS)

    def stop(self) -> None:
        """Finish what was begun, then end."""
        self.stopping.set()
        if self.is_alive():
            self.join(timeout=30)


def clock_of(app: Flask) -> BackgroundScheduler:
    """APScheduler as a clock in UTC with one interval tick; late ticks are caught up as one."""
    clock = BackgroundScheduler(timezone="UTC")
    clock.add_job(_tick, "interval", seconds=TICK_SECONDS, args=[app], max_instances=1, coalesce=True,
                  misfire_grace_time=None, next_run_time=now())
    return clock


def _tick(app: Flask) -> None:
    try:
        turn_once(app)
    except (exc.DBAPIError, Unavailable):
        log.warning("the database is away; the clock waits", exc_info=True)


def start(app: Flask) -> None:
    """Start the clock and as many workers as the setting says, inside this process."""
    clock = clock_of(app)
    clock.start()
    _running.append(clock)
    for _number in range(int(app.config.get("WORKERS", 1) or 0)):
        worker = Worker(app)
        worker.start()
        _running.append(worker)


def stop() -> None:
    """Stop what `start` started, after what it has in hand."""
    while _running:
        part = _running.pop()
        if isinstance(part, Worker):
            part.stop()
        elif isinstance(part, BackgroundScheduler):
            part.shutdown(wait=True)


def serve_clock(app: Flask, stopping: threading.Event) -> None:
    """The clock as a process of its own, until `stopping` is set."""
    clock = clock_of(app)
    clock.start()
    stopping.wait()
    clock.shutdown(wait=True)


def serve_worker(app: Flask, stopping: threading.Event) -> None:
    """A worker as a process of its own, until `stopping` is set."""
    worker = Worker(app)
    worker.start()
    while not stopping.is_set():
        time.sleep(0.2)
    worker.stop()


def stop_on_signal() -> threading.Event:
    """An event that the first SIGINT or SIGTERM sets; the second ends the process at once."""
    stopping = threading.Event()

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping
