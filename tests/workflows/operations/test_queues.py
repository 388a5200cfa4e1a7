"""The queues that an agent serves are among his rights, from the moment in which they change."""

import pytest
import sqlalchemy as sa

from app.kernel.database import unit
from app.support.models import Ticket
from app.workflows.models import Agent, Queue
from app.workflows.operations import queues


@pytest.fixture
def served(company):
    """A ticket that waits in the default queue, which support1 serves."""
    with company.acting("system"), unit() as current:
        queue = current.scalars(sa.select(Queue).where(Queue.is_default)).one()
        current.add(Agent(user_id=company.ids["support1"], capacity=5, queues=[queue]))
        ticket = Ticket(subject="T", priority="normal", queue_id=queue.id)
        current.add(ticket)
        current.flush()
        company.ticket, company.queue = ticket.id, queue.id
    return company


def seen(company, name):
    return company.client(name).get(f"/api/v1/ticket/{company.ticket}").status_code == 200


def test_an_agent_sees_what_waits_in_his_queues_and_another_one_does_not(served):
    with served.acting("system"):
        assert queues.queues_of(served.ids["support1"]) == {served.queue}
        assert queues.queues_of(served.ids["support2"]) == frozenset()
    assert seen(served, "support1")
    assert not seen(served, "support2")


def test_a_change_of_queues_is_felt_at_the_next_request(served):
    assert seen(served, "support1")
    with served.acting("system"), unit() as current:
        current.scalars(sa.select(Agent)).one().queues = []
    assert not seen(served, "support1")
