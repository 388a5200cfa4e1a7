"""Merging: one matter becomes one ticket, as a batch that can be taken back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.desk.models import Attachment, Task
from app.kernel import clock
from app.kernel.actor import SYSTEM, under
from app.kernel.batches import open_batch
from app.kernel.bulk import change_rows
from app.kernel.database import session
from app.kernel.dialects import locked
from app.kernel.errors import Missing, RuleError
from app.kernel.problems import N_, problem
from app.support.models import Ticket, TicketMessage
from app.support.rules.flow import MERGED
from app.support.rules.merging import Case, merge_problem


def merge(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Merge tickets into the one that `values` names as `merged_into`; the sentence to show, with the batch.

    Messages, files and tasks go along. Missing for a ticket out of sight, NotAllowed where one may not be edited,
    RuleError beside ``merged_into`` where they are different matters.
    """
    target_id = _named(values.get("merged_into"))
    sources = sorted(set(ids))
    cases = _cases([*sources, target_id])
    found = merge_problem([cases[each] for each in sources], cases[target_id])
    if found is not None:
        raise RuleError(problems={"merged_into": found})
    label = gettext("Merged into %(number)s", number=cases[target_id].number or target_id)
    batch = open_batch("bulk_action", label, "ticket")
    with under(batch_id=batch.id):
        change_rows(Ticket, {each: {"status": MERGED, "merged_into": target_id} for each in sources}).insist()
        moved = _bring_along(sources, target_id)
    batch.state, batch.finished_at = "done", clock.now()
    batch.rows_read = batch.rows_updated = len(sources) + moved
    return _l("%(done)d merged. Batch %(batch)d takes it back.", done=len(sources), batch=batch.id)


def _named(given: Any) -> int:
    """The id of the chosen ticket, from a form or a program."""
    text = str(given.get("id", "") if isinstance(given, Mapping) else given or "")
    if not text.isascii() or not text.isdigit():
        raise RuleError(problems={"merged_into": problem(N_("Choose the ticket into which this one is merged."))})
    return int(text)


def _cases(ids: Iterable[int]) -> dict[int, Case]:
    """The tickets as merging sees them, as far as the actor may read them. Missing if one is not among them."""
    wanted = set(ids)
    found_rows = sa.select(Ticket.id, Ticket.number, Ticket.status, Ticket.customer_id).where(
        Ticket.id.in_([each for each in wanted if each < 2**31])).order_by(Ticket.id)
    # Locked, so that two tickets cannot be merged into each other at the same moment.
    rows = session().execute(locked(found_rows))
    found = {row.id: Case(row.id, row.number, row.status, row.customer_id) for row in rows}
    if wanted - set(found):
        raise Missing()
    return found


def _bring_along(sources: Sequence[int], target: int) -> int:
    """Move what hangs on the merged tickets to the one that stays; how many records."""
    about = {f"ticket:{each}": f"ticket:{target}" for each in sources}
    moved = _repoint(TicketMessage, TicketMessage.ticket_id, "ticket", dict.fromkeys(sources, target))
    return moved + sum(_repoint(model, model.about, "about", about) for model in (Task, Attachment))


def _repoint(model: Any, column: Any, name: str, goals: Mapping[Any, Any]) -> int:
    found = sa.select(model.id, column).where(column.in_(list(goals)), model.deleted_at.is_(None))
    # All of it goes along, also what the merging person may not read or edit: the right was judged on the tickets.
    rows = session().execute(found, execution_options={"unscoped": True})
    changes = {row[0]: {name: goals[row[1]]} for row in rows}
    return len(change_rows(model, changes, as_actor=SYSTEM).insist().done)
