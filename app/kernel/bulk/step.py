"""A step of a change that is taken back when it turns out to reach too far."""

import contextlib
from collections.abc import Iterator

from app.kernel.actor import Actor
from app.kernel.database import UnitSession


class Step:
    """What the step left outside the actor's reach."""

    def __init__(self) -> None:
        self.outside: set[int] = set()


@contextlib.contextmanager
def undone_if_refused(current: UnitSession, actor: Actor) -> Iterator[Step]:
    """Take the step back if it left anything outside; for the system nothing lies outside, so nothing is prepared."""
    step = Step()
    if actor.is_system:
        current.flush()
        yield step
        return
    savepoint = current.begin_nested()
    yield step
    if step.outside:
        savepoint.rollback()
    else:
        savepoint.commit()
