"""What changes of tickets, messages and categories bring about in the same transaction, however they were made."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.customers.operations import follow_on, hold, log_owners
from app.desk.operations import tell_new_owners
from app.kernel.database import session
from app.kernel.errors import RuleError
from app.kernel.events import Change, reacts_to
from app.kernel.problems import N_, problem
from app.support import queries
from app.support.models import Ticket, TicketCategory, TicketMessage
from app.support.operations.numbers import number_tickets
from app.support.rules import categories, flow

UNSCOPED = {"unscoped": True}


@reacts_to("ticket")
def tickets_get_numbers(changes: list[Change]) -> None:
    """A number for each new ticket that has none."""
    unnumbered = [change.record_id for change in changes if change.kind == "create" and not change.after("number")]
    if unnumbered:
        number_tickets(unnumbered)


@reacts_to("ticket")
def owners_are_remembered(changes: list[Change]) -> None:
    """The history of assignees."""
    log_owners(changes)


@reacts_to("ticket")
def new_assignees_are_told(changes: list[Change]) -> None:
    """A notice for an open ticket that somebody else, or the assignment, handed over."""
    moved = [change for change in changes if change.changed("owner")]
    found = sa.select(Ticket.id, Ticket.subject).where(Ticket.id.in_([change.record_id for change in moved]),
                                                       Ticket.status.in_(flow.ACTIVE), Ticket.deleted_at.is_(None))
    # Who hands a ticket over may lose sight of it by that.
    subjects: dict[int, str] = dict(session().execute(found, execution_options=UNSCOPED).all())

    def sentence(change: Change | None, count: int) -> Any:
        if change is None:
            return _l("%(count)d tickets were assigned to you.", count=count)
        return _l("Ticket for you: %(subject)s", subject=subjects[change.record_id])

    tell_new_owners([change for change in moved if change.record_id in subjects], sentence)


@reacts_to("ticket_message")
def messages_move_the_ticket(changes: list[Change]) -> None:
    """First response and status of the tickets on which something new was said. Nobody speaks on a merged ticket."""
    said: dict[int, list[flow.Said]] = {}
    for row in _new_messages(changes):
        said.setdefault(row.ticket_id, []).append(flow.Said(row.author, row.internal, row.created_at))
    tickets = hold(Ticket, said, "status", "first_responded_at", "resolved_at")
    if any(row.status == flow.MERGED for row in tickets.values()):
        raise RuleError(problems={"ticket": problem(N_("This ticket was merged: write on the one it went into."))})
    moved = {each: flow.after_messages(flow.Standing(row.status, row.first_responded_at, row.resolved_at), said[each])
             for each, row in tickets.items()}
    follow_on(Ticket, {each: change for each, change in moved.items() if change}, "ticket_message")


def _new_messages(changes: Iterable[Change]) -> Iterable[Any]:
    ids = [change.record_id for change in changes if change.kind == "create"]
    if not ids:
        return []
    found = sa.select(TicketMessage.ticket_id, TicketMessage.author, TicketMessage.internal, TicketMessage.created_at)
    # Who writes on a ticket may be unable to read his own words there.
    return session().execute(found.where(TicketMessage.id.in_(ids)), execution_options=UNSCOPED)


@reacts_to("ticket_category")
def categories_stay_a_tree(changes: list[Change]) -> None:
    """No circles, not too deep, nothing deleted that is in use; and the paths below follow. RuleError otherwise."""
    _refuse_deleting_what_is_used([change.record_id for change in changes if change.kind == "delete"])
    moved = {change.record_id for change in changes if change.kind == "undelete" or change.changed("parent", "name")}
    tree = queries.category_tree() if moved else {}
    parents = {each: row.parent_id for each, row in tree.items()}
    moved &= set(tree)
    if any(categories.has_circle(each, parents) for each in moved):
        raise RuleError(problems={"parent": problem(N_("A category cannot lie below itself."))})
    concerned = categories.with_all_below(moved, parents)
    if any(categories.depth_of(each, parents) > categories.DEEPEST for each in concerned):
        raise RuleError(problems={"parent": problem(N_("At most %(most)s levels."), most=categories.DEEPEST)})
    paths = {each: row.path for each, row in tree.items()}
    for each in concerned:
        paths[each] = categories.path_of(tree[each].name, paths.get(parents[each]))
    follow_on(TicketCategory, {each: {"path": paths[each]} for each in concerned}, "path")


def _refuse_deleting_what_is_used(ids: list[int]) -> None:
    for model, column in ((TicketCategory, TicketCategory.parent_id), (Ticket, Ticket.category_id)):
        used = sa.select(model.id).where(column.in_(ids), model.deleted_at.is_(None)).limit(1)
        if ids and session().execute(used, execution_options=UNSCOPED).first() is not None:
            raise RuleError(problem(N_("This category is in use: move what lies in it first.")))
