"""Weeks in the life of a service desk: tickets come and close, people leave and return, what holds always holds."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import combinations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.workflows.rules.assignment import URGENCY, Agent, Decision, Ticket, assign, work_order

SKILLS = ["billing", "repair"]
QUEUES = [1, 2]


class ServiceDesk(RuleBasedStateMachine):
    """The desk keeps the books that the database will keep, and `assign` decides."""

    def __init__(self) -> None:
        super().__init__()
        self.now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        self.agents: dict[int, Agent] = {}
        self.waiting: dict[int, Ticket] = {}
        self.held: dict[int, int] = {}  # ticket -> agent
        self.arrived = 0
        self.closed: set[int] = set()

    @initialize(kinds=st.lists(st.tuples(st.integers(0, 4), st.frozensets(st.sampled_from(SKILLS)),
                                         st.sampled_from([None, frozenset({1}), frozenset({1, 2})])),
                               min_size=1, max_size=3),
                twins=st.integers(1, 3))
    def open_the_desk(self, kinds: list[tuple[int, frozenset[str], frozenset[int] | None]], twins: int) -> None:
        for capacity, skills, queues in kinds * twins:
            number = len(self.agents) + 1
            self.agents[number] = Agent(number, capacity, skills=skills, queues=queues)

    @rule(priorities=st.lists(st.sampled_from(sorted(URGENCY)), min_size=1, max_size=6),
          skills=st.frozensets(st.sampled_from(SKILLS), max_size=2), queue=st.sampled_from(QUEUES))
    def tickets_arrive(self, priorities: list[str], skills: frozenset[str], queue: int) -> None:
        for priority in priorities:
            self.arrived += 1
            self.waiting[self.arrived] = Ticket(self.arrived, priority, self.now, skills, queue=queue)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def a_ticket_is_closed(self, data: st.DataObject) -> None:
        closed = data.draw(st.sampled_from(sorted(self.held)))
        holder = self.agents[self.held.pop(closed)]
        self.agents[holder.id] = replace(holder, load=holder.load - 1)
        self.closed.add(closed)

    @precondition(lambda self: self.agents)
    @rule(data=st.data(), absent=st.booleans())
    def somebody_leaves_or_returns(self, data: st.DataObject, absent: bool) -> None:
        number = data.draw(st.sampled_from(sorted(self.agents)))
        self.agents[number] = replace(self.agents[number], absent=absent)

    @precondition(lambda self: self.agents)
    @rule(data=st.data(), capacity=st.integers(0, 5))
    def a_capacity_is_changed(self, data: st.DataObject, capacity: int) -> None:
        number = data.draw(st.sampled_from(sorted(self.agents)))
        self.agents[number] = replace(self.agents[number], capacity=capacity)

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes: int) -> None:
        self.now += dt.timedelta(minutes=minutes)

    @rule()
    def the_tick_assigns(self) -> None:
        before, asked = dict(self.agents), dict(self.waiting)
        decisions = assign(asked.values(), before.values())
        assert [decision.ticket for decision in decisions] == [one.id for one in sorted(asked.values(), key=work_order)]
        for decision in decisions:
            if decision.agent is not None:
                taker = self.agents[decision.agent]
                self.agents[taker.id] = replace(taker, load=taker.load + 1, last_assigned_at=self.now)
                self.held[decision.ticket] = taker.id
                del self.waiting[decision.ticket]
        self.only_the_present_and_able_took(decisions, asked, before)
        self.nobody_who_could_was_left_idle(asked)
        self.equals_were_treated_equally(decisions)
        self.the_urgent_were_not_passed_over(decisions, asked)

    def only_the_present_and_able_took(self, decisions: list[Decision], asked: dict[int, Ticket],
                                       before: dict[int, Agent]) -> None:
        for decision in decisions:
            if decision.agent is not None:
                taker, ticket = before[decision.agent], asked[decision.ticket]
                assert not taker.absent
                assert ticket.skills <= taker.skills
                assert taker.queues is None or ticket.queue in taker.queues
                assert self.agents[taker.id].load <= taker.capacity

    def nobody_who_could_was_left_idle(self, asked: dict[int, Ticket]) -> None:
        for left in self.waiting.values():
            assert not any(self.could_take(agent, left) for agent in self.agents.values())

    def equals_were_treated_equally(self, decisions: list[Decision]) -> None:
        took = {decision.agent for decision in decisions}
        for one, other in combinations(self.agents.values(), 2):
            alike = (one.capacity, one.skills, one.queues) == (other.capacity, other.skills, other.queues)
            if alike and not one.absent and not other.absent:
                fuller, emptier = sorted((one, other), key=lambda agent: -agent.load)
                assert fuller.id not in took or fuller.load - emptier.load <= 1

    def the_urgent_were_not_passed_over(self, decisions: list[Decision], asked: dict[int, Ticket]) -> None:
        left: set[tuple[int | None, frozenset[str]]] = set()
        for decision in decisions:
            ticket = asked[decision.ticket]
            need = ticket.queue, ticket.skills
            assert decision.agent is None or need not in left
            if decision.agent is None:
                left.add(need)

    def could_take(self, agent: Agent, ticket: Ticket) -> bool:
        serves = agent.queues is None or ticket.queue in agent.queues
        return serves and not agent.absent and agent.load < agent.capacity and ticket.skills <= agent.skills

    @invariant()
    def every_ticket_is_in_exactly_one_place(self) -> None:
        assert len(self.waiting) + len(self.held) + len(self.closed) == self.arrived
        assert not self.waiting.keys() & self.held.keys()

    @invariant()
    def the_loads_are_what_is_held(self) -> None:
        held = Counter(self.held.values())
        assert all(agent.load == held[agent.id] for agent in self.agents.values())

    @invariant()
    def every_wait_and_every_choice_can_be_explained(self) -> None:
        for decision in assign(self.waiting.values(), self.agents.values()):
            assert (decision.explanation.code == "assigned") == (decision.agent is not None)
            assert str(decision.explanation.sentence).endswith(".")


ServiceDesk.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestTheServiceDesk = ServiceDesk.TestCase
