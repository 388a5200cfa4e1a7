"""Taking, resolving, closing and reopening tickets."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.kernel.actor import acting
from app.kernel.bulk import change_rows
from app.kernel.database import session
from app.kernel.dialects import locked
from app.kernel.errors import Conflict, NotAllowed
from app.kernel.problems import N_, problem
from app.support.models import Ticket
from app.support.rules.flow import CLOSED, OPEN, RESOLVED


def take(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Become the assignee of tickets that nobody has; the sentence to show. Conflict if others were faster for all."""
    actor = acting()
    if actor.id is None:
        raise NotAllowed()
    free = sa.select(Ticket.id).where(Ticket.id.in_(list(ids)), Ticket.owner_id.is_(None)).order_by(Ticket.id)
    # Locked, so that of two who take at once the second finds it taken.
    wanted = list(session().scalars(locked(free)))
    if not wanted:
        raise Conflict(problem(N_("Somebody else has this ticket already.")))
    change_rows(Ticket, {each: {"assignee": actor.id} for each in wanted}).insist()
    if len(wanted) < len(set(ids)):
        return _l("%(done)d taken; %(taken)d had an assignee already.", done=len(wanted),
                  taken=len(set(ids)) - len(wanted))
    return _l("%(done)d taken.", done=len(wanted))


def resolve(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Mark tickets as resolved, with the `resolution` in `values` if it says one. RuleError where that cannot be."""
    said = {"resolution": values["resolution"]} if values.get("resolution") else {}
    _move(ids, {"status": RESOLVED, **said})
    return _l("%(done)d resolved.", done=len(ids))


def close(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Close tickets for good; with the `satisfaction` (1 to 5) in `values` if there is one."""
    rated = {"satisfaction": values["satisfaction"]} if values.get("satisfaction") else {}
    _move(ids, {"status": CLOSED, **rated})
    return _l("%(done)d closed.", done=len(ids))


def reopen(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Work again on tickets that were resolved or closed. RuleError for merged ones."""
    _move(ids, {"status": OPEN})
    return _l("%(done)d reopened.", done=len(ids))


def _move(ids: Sequence[int], change: Mapping[str, Any]) -> None:
    change_rows(Ticket, {each: dict(change) for each in ids}).insist()
