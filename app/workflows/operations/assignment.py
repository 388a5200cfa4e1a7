"""Tickets to agents: one batch at a time under a lock, so that no ticket is given twice and nobody gets too many."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.kernel import clock
from app.kernel.actor import SYSTEM, circumstance, under
from app.kernel.bulk import change_rows
from app.kernel.database import acting_as, in_unit, session
from app.kernel.dialects import hold_lock, locked
from app.kernel.language import say_problem
from app.kernel.quiet import keep_quietly
from app.support.models import Ticket, TicketCategory
from app.workflows.models import Agent, Queue
from app.workflows.models.queues import agent_queue, agent_skill, queue_skill
from app.workflows.operations.jobs import job
from app.workflows.rules import assignment as judge

OPEN = ("new", "open", "waiting_customer", "waiting_third")
WAITING = ("new", "open")
# A unit stays short: other people's saves wait for it on SQLite.
BATCH = 500


@job("assignment", _l("Ticket assignment"))
def drain(arguments: dict[str, Any]) -> int:
    """Give every waiting ticket to an agent who may take it; how many were given."""
    with acting_as(SYSTEM):
        ids = _waiting()
        session().rollback()
        return sum(in_unit(_drain_part, ids[start:start + BATCH]) for start in range(0, len(ids), BATCH))


def _waiting() -> list[int]:
    """Every waiting ticket in the order in which they are given: an urgent one never waits for a later batch."""
    found = sa.select(Ticket.id, Ticket.priority, Ticket.created_at).where(
        Ticket.owner_id.is_(None), Ticket.status.in_(WAITING))
    waiting = [judge.Ticket(row.id, row.priority, row.created_at) for row in session().execute(found)]
    return [ticket.id for ticket in sorted(waiting, key=judge.work_order)]


def _drain_part(ids: list[int]) -> int:
    """One unit over these tickets, as far as they still wait; how many were given."""
    hold_lock("assignment")
    return len(_assign(ids, only_given=True))


def assign_tickets(ids: Iterable[int]) -> dict[int, str]:
    """Give these tickets, inside the unit in force, to agents; why each went where, in words."""
    hold_lock("assignment")
    return dict(_assign(list(ids), only_given=False))


def _assign(ids: list[int], *, only_given: bool) -> list[tuple[int, str]]:
    tickets = _tickets(ids)
    agents = _agents()
    decisions = judge.assign(tickets.values(), agents)
    chosen_queues = {ticket.id: ticket.queue for ticket in tickets.values()}
    names = {agent.id: agent for agent in agents}
    users = _users_of(agents)
    changes: dict[int, dict[str, Any]] = {}
    said = []
    for decision in decisions:
        why = say_problem(decision.explanation.sentence)
        given = {"assignment_note": why[:500], "queue": chosen_queues[decision.ticket]}
        if decision.agent is not None and decision.agent in names:
            given |= {"owner": users[decision.agent], "status": "open"}
        changes[decision.ticket] = given
        if decision.agent is not None or not only_given:
            said.append((decision.ticket, why))
    # A rule that asked for it stays the cause, so that it does not answer its own change.
    with under(cause=circumstance().cause or "assignment", verb="", batch_id=None):
        change_rows(Ticket, changes, as_actor=SYSTEM)
    _note_agents([decision.agent for decision in decisions if decision.agent is not None])
    return said


def _tickets(ids: list[int]) -> dict[int, judge.Ticket]:
    """The still unassigned ones of `ids`, each with its queue by category and the skills that the queue asks for."""
    rows = session().execute(locked(
        sa.select(Ticket.id, Ticket.priority, Ticket.created_at, Ticket.category_id, Ticket.queue_id)
        .where(Ticket.id.in_(ids), Ticket.owner_id.is_(None), Ticket.status.in_(WAITING))))
    parents, queues = _categories()
    default = session().scalars(sa.select(Queue.id).where(Queue.is_default).order_by(Queue.id)).first()
    skills = _names_by(queue_skill.c.queue_id, queue_skill.c.skill_id)
    found = {}
    for ticket_id, priority, created_at, category, queue in rows:
        chosen = queue or judge.choose_queue(category, parents, queues, default).queue
        needed = skills.get(chosen, frozenset())
        found[ticket_id] = judge.Ticket(ticket_id, priority, created_at, needed, category, chosen)
    return found


def _categories() -> tuple[dict[int, int | None], dict[int, int]]:
    rows = list(session().execute(sa.select(TicketCategory.id, TicketCategory.parent_id, TicketCategory.queue_id)))
    return {row.id: row.parent_id for row in rows}, {row.id: row.queue_id for row in rows if row.queue_id}


def _agents() -> list[judge.Agent]:
    """Every agent with today's load; the rows are locked, so that two batches cannot both fill the last place."""
    rows = list(session().scalars(locked(sa.select(Agent).order_by(Agent.id))))
    loads = dict(session().execute(
        sa.select(Ticket.owner_id, sa.func.count()).where(Ticket.status.in_(OPEN), Ticket.owner_id.is_not(None))
        .group_by(Ticket.owner_id)).all())
    skills = _names_by(agent_skill.c.agent_id, agent_skill.c.skill_id)
    queues = _names_by(agent_queue.c.agent_id, agent_queue.c.queue_id)
    return [judge.Agent(row.id, row.capacity, loads.get(row.user_id, 0), skills.get(row.id, frozenset()),
                        row.is_absent(), row.last_assigned_at,
                        frozenset(int(queue) for queue in queues[row.id]) if row.id in queues else None,
                        row.name or str(row.user_id)) for row in rows]


def _names_by(left: Any, right: Any) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for key, value in session().execute(sa.select(left, right)):
        found.setdefault(key, set()).add(str(value))
    return {key: frozenset(values) for key, values in found.items()}


def _users_of(agents: list[judge.Agent]) -> dict[int, int]:
    ids = [agent.id for agent in agents]
    return dict(session().execute(sa.select(Agent.id, Agent.user_id).where(Agent.id.in_(ids))).all())


def _note_agents(ids: list[int]) -> None:
    now = clock.now()
    for agent in session().scalars(sa.select(Agent).where(Agent.id.in_(set(ids)))):
        keep_quietly(agent, last_assigned_at=now)
