"""What is put together once for a reader: statements that are asked again with other values, and what he may see.

Building a statement and the key by which SQLAlchemy finds its compiled form takes longer than many answers do. What is
kept here hangs on the reader as an object, and he is another object as soon as the rights version moves.
"""

from collections.abc import Callable, Hashable
from typing import Any

from flask import current_app, has_app_context

from app.kernel.actor import Actor

# Execution option of a statement that lasts: the hook keeps what it made of it as well.
LASTING = "lasting"
# Some 10 kB each; the statements of those who ask most are back at once.
MOST = 400


def kept(actor: Actor, key: tuple[Hashable, ...], build: Callable[[], Any]) -> Any:
    """The statement that `build` answers, see `once`.

    What changes from one request to the next stands in it as `sa.bindparam` and is given when it is executed.
    """
    return once(actor, key, lambda: build().execution_options(**{LASTING: True}))


def judged(actor: Actor, statement: Any, key: Hashable, judge: Callable[[], Any]) -> Any:
    """What `judge` makes of a statement for the actor, once for the key where the statement lasts."""
    if LASTING not in statement.get_execution_options():
        return judge()
    return once(actor, (statement, key), judge)


def once(actor: Actor, key: tuple[Hashable, ...], make: Callable[[], Any]) -> Any:
    """What `make` answers, once for the actor and the key; it may look at rights and declarations only."""
    if not has_app_context():
        return make()
    known = current_app.extensions.setdefault("statements", {})
    found = known.get((actor, key))
    if found is None:
        if len(known) >= MOST:
            known.clear()
        found = known[actor, key] = make()
    return found
