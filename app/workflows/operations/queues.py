"""Which queues an agent serves is part of his rights."""

import sqlalchemy as sa

from app.kernel.database import session
from app.kernel.events import Change, reacts_to
from app.security.queries import add_group_source
from app.security.watch import raise_version
from app.workflows.models import Agent
from app.workflows.models.queues import agent_queue


def queues_of(user_id: int) -> frozenset[int]:
    """The queues that the user serves as an agent."""
    found = sa.select(agent_queue.c.queue_id).join(Agent, Agent.id == agent_queue.c.agent_id)
    found = found.where(Agent.user_id == user_id, Agent.deleted_at.is_(None))
    # Asked while the actor is being made: there is nobody yet whose rights could be applied.
    return frozenset(session().execute(found, execution_options={"unscoped": True}).scalars())


add_group_source("queue", queues_of)


@reacts_to("agent")
def agents_moved(changes: list[Change]) -> None:
    """Another queue, another user, or an agent who came or went: rights are read anew."""
    if any(change.kind != "update" or change.changed("queues", "user") for change in changes):
        raise_version(session())
