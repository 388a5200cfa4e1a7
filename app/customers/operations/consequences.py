"""Changes that follow from other changes: made by the system in the same transaction, loud when they cannot be made."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.kernel.actor import SYSTEM, under
from app.kernel.bulk import Outcome, change_rows
from app.kernel.database import session
from app.kernel.dialects import locked
from app.kernel.entity import Entity
from app.kernel.errors import Missing, NotAllowed, RuleError
from app.kernel.pour import put_rows

# The field name under which a bulk change refuses a row that is deleted or out of reach.
ROW = ""
# What follows from a change must follow whoever made it, also where he may not read the rows it is counted from.
UNSCOPED = {"unscoped": True}


def follow_on(model: type[Entity], changes: Mapping[int, Mapping[str, Any]], cause: str) -> Outcome:
    """Set fields of rows as a consequence named `cause`; rows that were deleted meanwhile are passed over.

    RuleError if a row refuses the values: then the change that led here must not stand either.
    """
    with under(verb="", cause=cause):
        outcome = change_rows(model, changes, as_actor=SYSTEM)
    for problems in outcome.refused.values():
        if ROW not in problems:
            raise RuleError(problems=problems)
    return outcome


def log(model: type[Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows of a log by column names. They are the system's own, so that no gate judges them one by one."""
    put_rows(model, list(rows))


def insist(outcome: Outcome) -> Outcome:
    """The outcome if nothing was refused. NotAllowed or RuleError for the first row that was."""
    for problems in outcome.refused.values():
        if ROW in problems:
            raise NotAllowed(problems[ROW])
        raise RuleError(problems=problems)
    return outcome


def hold(model: type[Entity], ids: Iterable[int], *columns: str) -> dict[int, Any]:
    """Lock living rows until the unit ends; id -> row with the named columns.

    What is counted afterwards includes everything that others committed while this waited.
    """
    chosen = [getattr(model, name) for name in ("id", *columns)]
    statement = sa.select(*chosen).where(model.id.in_(sorted(set(ids))), model.deleted_at.is_(None)).order_by(model.id)
    return {row.id: row for row in session().execute(locked(statement), execution_options=UNSCOPED)}


def one_visible(model: type[Entity], ids: list[int]) -> Any:
    """The one record that is named and may be read. Missing for none, or for several."""
    found = session().scalars(sa.select(model).where(model.id.in_(ids))).all() if len(ids) == 1 else []
    if not found:
        raise Missing()
    return found[0]
