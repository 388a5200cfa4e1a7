"""Who takes which ticket: queue by category, agent by skill, absence, capacity and load, each choice with its why.

The urgent go first, then the oldest. Each goes to the agent who will be least filled **with it**, at (load + 1) /
capacity: somebody with room for ten is asked before somebody with room for one. Among equals the one idle longest, then
the lower id. So agents of equal skill, queue and capacity who start equal never differ by more than one.

Agents wait in one heap per requirement (queue and skills). Taking a ticket only ever moves an agent back, so an entry
that is out of date is put right when it comes to the top; nothing is searched: O((tickets + agents) log agents) for a
fixed number of requirements.
"""

import datetime as dt
import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.kernel.problems import N_
from app.workflows.rules.explanation import Explanation, explain

URGENCY: Mapping[str, int] = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)

_Idle = tuple[int, dt.datetime | int]  # rank, then since when or at which turn
_Place = tuple[float, _Idle, int]  # share, idle, id


@dataclass(frozen=True)
class Ticket:
    """A ticket that waits: `priority` is a key of `URGENCY`, `created_at` aware, `skills` what it asks for."""

    id: int
    priority: str
    created_at: dt.datetime
    skills: frozenset[str] = frozenset()
    category: int | None = None
    queue: int | None = None


@dataclass(frozen=True)
class Agent:
    """Somebody who takes tickets: `load` open ones of at most `capacity`. `queues` None means every queue asked about.

    `last_assigned_at` is aware, None if never; `name` is how explanations call him.
    """

    id: int
    capacity: int
    load: int = 0
    skills: frozenset[str] = frozenset()
    absent: bool = False
    last_assigned_at: dt.datetime | None = None
    queues: frozenset[int] | None = None
    name: str = ""


class Decision(NamedTuple):
    """What becomes of the ticket with id `ticket`: `agent` is an id, or None if nobody can take it now."""

    ticket: int
    agent: int | None
    explanation: Explanation


class QueueChoice(NamedTuple):
    """The `queue` (None if there is none) and why."""

    queue: int | None
    explanation: Explanation


def choose_queue(category: int | None, parents: Mapping[int, int | None], queues: Mapping[int, int],
                 default: int | None, names: Mapping[int, str] | None = None) -> QueueChoice:
    """The queue of `category`, else of its nearest ancestor that has one, else `default`.

    `parents` maps a category to the one above it, `queues` a category to its queue, `names` to its name for the reader.
    A tree that was bent into a ring counts as having nothing further above.
    """
    seen: set[int] = set()
    above = category
    while above is not None and above not in seen:
        if above in queues:
            return QueueChoice(queues[above], _queue_found(above, category, names or {}))
        seen.add(above)
        above = parents.get(above)
    if default is None:
        return QueueChoice(None, explain("no_queue", N_("Its category has no queue, and there is no default queue.")))
    return QueueChoice(default, explain("default_queue", N_("Its category has no queue: the default queue.")))


def _queue_found(found: int, category: int | None, names: Mapping[int, str]) -> Explanation:
    name = names.get(found, found)
    if found == category:
        return explain("own_queue", N_("The queue of its category, %(category)s."), category=name)
    return explain("inherited_queue", N_("The queue of the category above, %(category)s."), category=name)


def assign(tickets: Iterable[Ticket], agents: Iterable[Agent]) -> list[Decision]:
    """One decision per ticket, in the order in which they were taken: urgent first, then oldest, then lower id.

    Depends on nothing but its arguments and not on their order. Raises KeyError for a priority outside `URGENCY`.
    """
    standings = [_Standing(agent) for agent in agents]
    circles: dict[tuple[int | None, frozenset[str]], _Circle] = {}
    decisions = []
    for turn, ticket in enumerate(sorted(tickets, key=work_order)):
        need = ticket.queue, ticket.skills
        if need not in circles:
            circles[need] = _Circle(standings, *need)
        decisions.append(_decide(ticket, circles[need], turn))
    return decisions


def work_order(ticket: Ticket) -> tuple[int, dt.datetime, int]:
    """The sort key of tickets that wait."""
    return URGENCY[ticket.priority], ticket.created_at, ticket.id


def _decide(ticket: Ticket, circle: "_Circle", turn: int) -> Decision:
    chosen = circle.next()
    if chosen is None:
        return Decision(ticket.id, None, circle.why_nobody())
    able = circle.free
    chosen.take(turn)
    return Decision(ticket.id, chosen.agent.id, _why(chosen, able))


def _why(chosen: "_Standing", able: int) -> Explanation:
    who = {"agent": chosen.agent.name or chosen.agent.id, "load": chosen.load, "capacity": chosen.agent.capacity}
    if able == 1:
        return explain("assigned", N_("%(agent)s, now at %(load)s of %(capacity)s: nobody else could take it."), **who)
    text = N_("%(agent)s, now at %(load)s of %(capacity)s: the least filled of %(able)s who could take it, and idle "
              "longest among equals.")
    return explain("assigned", text, **who, able=able)


class _Standing:
    """An agent as the batch goes on, and the circles that count on him."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.load = agent.load
        self.full = agent.load >= agent.capacity
        self.circles: list[_Circle] = []
        # Ranks keep moments and turns of this batch apart: whoever took one just now comes last.
        self.place = self._place((0, agent.last_assigned_at or _LONG_AGO))

    def _place(self, idle: _Idle) -> _Place:
        # Division rounds correctly, so equal shares of different capacities are equal floats.
        share = math.inf if self.full else (self.load + 1) / self.agent.capacity
        return share, idle, self.agent.id

    def take(self, turn: int) -> None:
        self.load += 1
        self.full = self.load >= self.agent.capacity
        self.place = self._place((1, turn))
        if self.full:
            for circle in self.circles:
                circle.free -= 1


@dataclass
class _Circle:
    """Everybody who may be asked for one requirement."""

    standings: list[_Standing]
    queue: int | None
    skills: frozenset[str]
    free: int = 0
    absent: int = 0
    unskilled: int = 0
    full: int = 0
    heap: list[tuple[_Place, _Standing]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for standing in self.standings:
            if standing.agent.queues is None or self.queue in standing.agent.queues:
                self._count(standing)
        heapq.heapify(self.heap)

    def _count(self, standing: _Standing) -> None:
        if not self.skills <= standing.agent.skills:
            self.unskilled += 1
        elif standing.agent.absent:
            self.absent += 1
        elif standing.full:
            self.full += 1
        else:
            self.free += 1
            standing.circles.append(self)
            self.heap.append((standing.place, standing))

    def next(self) -> _Standing | None:
        while self.heap:
            place, standing = self.heap[0]
            if standing.full:
                heapq.heappop(self.heap)
                self.full += 1
            elif place is not standing.place:
                heapq.heapreplace(self.heap, (standing.place, standing))
            else:
                return standing
        return None

    def why_nobody(self) -> Explanation:
        counts = {"unskilled": self.unskilled, "absent": self.absent, "full": self.full}
        agents, skills = sum(counts.values()), ", ".join(sorted(self.skills))
        if not agents:
            return explain("no_agents", N_("Nobody works in its queue."))
        if self.unskilled == agents:
            return explain("no_skill", N_("Nobody has the skills it needs, %(skills)s (agents: %(agents)s)."),
                           skills=skills, agents=agents)
        if self.absent == agents:
            return explain("all_absent", N_("Everybody is absent (agents: %(agents)s)."), agents=agents)
        if self.full == agents:
            return explain("all_full", N_("Everybody is at capacity (agents: %(agents)s)."), agents=agents)
        text = N_("Nobody can take it now (agents: %(agents)s): without the skills %(unskilled)s, absent %(absent)s, "
                  "at capacity %(full)s.")
        return explain("nobody_free", text, agents=agents, **counts)
