"""Who takes which ticket, and why."""

import datetime as dt
import random
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflows.rules.assignment import URGENCY, Agent, Decision, Ticket, assign, choose_queue, work_order

T0 = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
unhurried = settings(deadline=None)  # a busy machine is no fault of the product
# Calls of functions for one of ten thousand tickets: what they were when this was written, and a fifth more.
MOST_STEPS = 31


def ticket(id: int, priority: str = "normal", hours: float = 0, skills: str = "", queue: int | None = None) -> Ticket:
    return Ticket(id, priority, T0 + hours * HOUR, frozenset(skills.split()), queue=queue)


def agent(id: int, capacity: int = 10, load: int = 0, skills: str = "", **more: object) -> Agent:
    return Agent(id, capacity, load, frozenset(skills.split()), **more)


def takers(decisions: list[Decision]) -> list[tuple[int, int | None]]:
    return [(decision.ticket, decision.agent) for decision in decisions]


def only(tickets: list[Ticket], agents: list[Agent]) -> tuple[str, str]:
    """Code and sentence of the one decision."""
    [decision] = assign(tickets, agents)
    return decision.explanation.code, str(decision.explanation.sentence)


SKILLS = ["billing", "english", "repair"]
some_skills = st.frozensets(st.sampled_from(SKILLS), max_size=2)
tickets_in_any_order = st.lists(
    st.builds(Ticket, st.integers(1, 200), st.sampled_from(sorted(URGENCY)),
              st.integers(0, 5).map(lambda hours: T0 + hours * HOUR), some_skills,
              queue=st.sampled_from([None, 1, 2])),
    max_size=25, unique_by=lambda ticket: ticket.id)
agents_of_any_kind = st.lists(
    st.builds(Agent, st.integers(1, 50), st.integers(0, 5), st.integers(0, 5), st.frozensets(st.sampled_from(SKILLS)),
              st.booleans(), st.one_of(st.none(), st.integers(0, 3).map(lambda hours: T0 + hours * HOUR)),
              st.one_of(st.none(), st.frozensets(st.sampled_from([1, 2])))),
    max_size=8, unique_by=lambda agent: agent.id)


def slow_but_plain(tickets: list[Ticket], agents: list[Agent]) -> list[tuple[int, int | None]]:
    """The same law without heaps: for each ticket look at everybody."""
    load = {agent.id: agent.load for agent in agents}
    idle = {agent.id: (0, agent.last_assigned_at.timestamp() if agent.last_assigned_at else float("-inf"))
            for agent in agents}
    taken = []
    for turn, ticket in enumerate(sorted(tickets, key=work_order)):
        able = [agent for agent in agents if not agent.absent and load[agent.id] < agent.capacity
                and ticket.skills <= agent.skills and (agent.queues is None or ticket.queue in agent.queues)]
        chosen = min(able, key=lambda one: ((load[one.id] + 1) / one.capacity, idle[one.id], one.id), default=None)
        if chosen:
            load[chosen.id] += 1
            idle[chosen.id] = (1, turn)
        taken.append((ticket.id, chosen.id if chosen else None))
    return taken


@unhurried
@given(tickets_in_any_order, agents_of_any_kind)
def test_the_heaps_answer_as_looking_at_everybody_does(tickets: list[Ticket], agents: list[Agent]) -> None:
    assert takers(assign(tickets, agents)) == slow_but_plain(tickets, agents)


@unhurried
@given(tickets_in_any_order, agents_of_any_kind, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
        tickets: list[Ticket], agents: list[Agent], chance: random.Random) -> None:
    shuffled_tickets, shuffled_agents = list(tickets), list(agents)
    chance.shuffle(shuffled_tickets)
    chance.shuffle(shuffled_agents)
    assert assign(tickets, agents) == assign(shuffled_tickets, shuffled_agents)


@unhurried
@given(tickets_in_any_order, agents_of_any_kind)
def test_who_takes_it_is_told_his_new_load_and_how_many_could(tickets: list[Ticket], agents: list[Agent]) -> None:
    now = {agent.id: agent for agent in agents}
    by_id = {ticket.id: ticket for ticket in tickets}
    for decision in assign(tickets, agents):
        ticket = by_id[decision.ticket]
        able = [one for one in now.values() if not one.absent and one.load < one.capacity
                and ticket.skills <= one.skills and (one.queues is None or ticket.queue in one.queues)]
        assert (decision.agent is None) == (not able)
        if decision.agent is not None:
            now[decision.agent] = replace(now[decision.agent], load=now[decision.agent].load + 1)
            told = decision.explanation.sentence.params
            assert (told["load"], told.get("able", 1)) == (now[decision.agent].load, len(able))


@unhurried
@given(tickets_in_any_order, agents_of_any_kind)
def test_who_is_left_out_is_counted_completely(tickets: list[Ticket], agents: list[Agent]) -> None:
    load = {agent.id: agent.load for agent in agents}
    by_id = {ticket.id: ticket for ticket in tickets}
    for decision in assign(tickets, agents):
        queue = by_id[decision.ticket].queue
        asked = [agent for agent in agents if agent.queues is None or queue in agent.queues]
        if decision.agent is not None:
            load[decision.agent] += 1
            continue
        unskilled = [one for one in asked if not by_id[decision.ticket].skills <= one.skills]
        absent = [one for one in asked if one not in unskilled and one.absent]
        full = [one for one in asked if one not in unskilled and not one.absent and load[one.id] >= one.capacity]
        told, counts = decision.explanation, {"unskilled": len(unskilled), "absent": len(absent), "full": len(full)}
        assert sum(counts.values()) == len(asked)
        whole = {"unskilled": "no_skill", "absent": "all_absent", "full": "all_full"}
        alone = [whole[name] for name, count in counts.items() if count == len(asked)]
        assert told.code == ("no_agents" if not asked else alone[0] if alone else "nobody_free")
        assert told.code != "nobody_free" or {name: told.sentence.params[name] for name in counts} == counts
        assert "%(" not in str(told.sentence)


def test_the_urgent_go_first_then_the_oldest_then_the_lower_number() -> None:
    waiting = [ticket(1, "low", 0), ticket(2, "normal", 1), ticket(5, "normal", 0), ticket(4, "normal", 0),
               ticket(3, "urgent", 9), ticket(6, "high", 8)]
    assert [decision.ticket for decision in assign(waiting, [agent(1)])] == [3, 6, 4, 5, 2, 1]


def test_when_places_are_few_the_urgent_get_them() -> None:
    decisions = assign([ticket(1, "low"), ticket(2, "urgent", 5)], [agent(1, capacity=1)])
    assert takers(decisions) == [(2, 1), (1, None)]


def test_the_least_filled_for_his_capacity_takes_it() -> None:
    assert takers(assign([ticket(1)], [agent(1, capacity=4, load=2), agent(2, capacity=10, load=3)])) == [(1, 2)]


def test_somebody_with_room_for_one_is_asked_after_somebody_with_room_for_ten() -> None:
    assert takers(assign([ticket(1)], [agent(1, capacity=1), agent(2, capacity=10)])) == [(1, 2)]


def test_among_equals_whoever_never_had_one_then_the_idle_longest_then_the_lower_number() -> None:
    agents = [agent(1, last_assigned_at=T0 + HOUR), agent(2, last_assigned_at=T0), agent(4), agent(3)]
    decisions = assign([ticket(number) for number in range(1, 6)], agents)
    assert [decision.agent for decision in decisions] == [3, 4, 2, 1, 3]


def test_shares_of_different_capacities_can_be_equal() -> None:
    agents = [agent(1, capacity=6, load=1, last_assigned_at=T0 + HOUR), agent(2, capacity=3, last_assigned_at=T0)]
    assert takers(assign([ticket(1)], agents)) == [(1, 2)]


def test_equal_agents_end_within_one_of_each_other() -> None:
    decisions = assign([ticket(number) for number in range(2000)], [agent(number, 200) for number in range(1, 21)])
    counts = [sum(decision.agent == number for decision in decisions) for number in range(1, 21)]
    assert set(counts) == {100}
    decisions = assign([ticket(number) for number in range(47)], [agent(number, 200) for number in range(1, 6)])
    counts = [sum(decision.agent == number for decision in decisions) for number in range(1, 6)]
    assert sorted(counts) == [9, 9, 9, 10, 10]


def test_a_gap_that_was_there_is_filled_before_anything_else() -> None:
    decisions = assign([ticket(number) for number in range(4)], [agent(1, load=3), agent(2, load=0)])
    assert [decision.agent for decision in decisions] == [2, 2, 2, 1]


def test_nobody_goes_above_capacity_and_who_is_above_already_gets_nothing() -> None:
    decisions = assign([ticket(number) for number in range(9)],
                       [agent(1, capacity=2), agent(2, capacity=3, load=5), agent(3, capacity=0), agent(4, capacity=4)])
    assert sorted(decision.agent or 0 for decision in decisions) == [0, 0, 0, 1, 1, 4, 4, 4, 4]


def test_every_needed_skill_must_be_there() -> None:
    agents = [agent(1, skills="repair"), agent(2, skills="repair english"), agent(3, skills="english")]
    assert takers(assign([ticket(1, skills="english repair")], agents)) == [(1, 2)]


def test_an_agent_of_another_queue_is_not_asked() -> None:
    agents = [agent(1, queues=frozenset({7})), agent(2, load=5, queues=frozenset({8, 9})), agent(3, load=9)]
    waiting = [ticket(1, queue=7), ticket(2, queue=8), ticket(3, queue=5)]
    assert takers(assign(waiting, agents)) == [(1, 1), (2, 2), (3, 3)]


def test_one_who_serves_two_queues_has_one_capacity() -> None:
    decisions = assign([ticket(1, queue=7), ticket(2, queue=8)], [agent(1, capacity=1, queues=frozenset({7, 8}))])
    assert takers(decisions) == [(1, 1), (2, None)]
    assert decisions[1].explanation.code == "all_full"


def test_the_chosen_agent_is_explained_by_name_load_and_company() -> None:
    agents = [agent(1, capacity=4, load=1, name="王芳"), agent(2, capacity=4, load=2), agent(3, capacity=1, load=1)]
    assert only([ticket(1)], agents) == (
        "assigned", "王芳, now at 2 of 4: the least filled of 2 who could take it, and idle longest among equals.")
    assert only([ticket(1)], agents[1:]) == ("assigned", "2, now at 3 of 4: nobody else could take it.")


def test_an_empty_queue_is_said() -> None:
    assert only([ticket(1)], []) == ("no_agents", "Nobody works in its queue.")
    assert only([ticket(1, queue=3)], [agent(1, queues=frozenset({4}))])[0] == "no_agents"


def test_a_missing_skill_is_named() -> None:
    said = "Nobody has the skills it needs, english, repair (agents: 2)."
    assert only([ticket(1, skills="repair english")], [agent(1), agent(2, skills="repair")]) == ("no_skill", said)


def test_everybody_absent_and_everybody_full_are_told_apart() -> None:
    away = agent(1, absent=True)
    assert only([ticket(1)], [away, agent(2, absent=True)]) == ("all_absent", "Everybody is absent (agents: 2).")
    assert only([ticket(1)], [agent(1, capacity=3, load=3)]) == ("all_full", "Everybody is at capacity (agents: 1).")


def test_a_mixture_is_told_with_its_counts_each_agent_counted_once() -> None:
    agents = [agent(1), agent(2, absent=True), agent(3, skills="repair", absent=True, load=10),
              agent(4, skills="repair", load=10), agent(5, skills="repair", load=11)]
    assert only([ticket(1, skills="repair")], agents) == (
        "nobody_free", "Nobody can take it now (agents: 5): without the skills 2, absent 1, at capacity 2.")


def test_those_who_became_full_within_the_batch_are_counted_as_full() -> None:
    agents = [agent(1, capacity=1), agent(2, capacity=1, absent=True)]
    [_, left] = assign([ticket(1), ticket(2)], agents)
    assert left.explanation.sentence.params == {"agents": 2, "unskilled": 0, "absent": 1, "full": 1}


def test_nothing_to_do_is_nothing_done() -> None:
    assert assign([], [agent(1)]) == []


def test_an_unknown_priority_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        assign([ticket(1, "whenever")], [agent(1)])


def calls_for(number: int, skills_needed: int) -> int:
    """How many functions are called to assign so many tickets to two hundred agents: what it costs on any machine."""
    chance = random.Random(7)
    skills = list("abcdef")
    waiting = [Ticket(each, chance.choice(sorted(URGENCY)), T0 + chance.random() * HOUR,
                      frozenset(chance.sample(skills, chance.randint(0, skills_needed)))) for each in range(number)]
    agents = [Agent(each, 60, chance.randint(0, 5), frozenset(chance.sample(skills, 4))) for each in range(200)]
    calls = 0

    def note(_frame: object, event: str, _what: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        decisions = assign(waiting, agents)
    finally:
        sys.setprofile(None)
    assert sum(decision.agent is not None for decision in decisions) == number
    return calls


@pytest.mark.parametrize("skills_needed", [0, 2])
def test_ten_thousand_tickets_and_two_hundred_agents_cost_a_few_steps_each(skills_needed: int) -> None:
    few, many = calls_for(1_000, skills_needed), calls_for(10_000, skills_needed)
    assert many < 10.5 * few
    assert many < 10_000 * MOST_STEPS, many / 10_000


TREE = {1: None, 2: 1, 3: 2, 4: None, 5: 4, 8: 9, 9: 8}
QUEUES = {1: 100, 3: 300}


@pytest.mark.parametrize(("category", "queue", "code"), [
    (3, 300, "own_queue"), (2, 100, "inherited_queue"), (1, 100, "own_queue"), (5, 900, "default_queue"),
    (None, 900, "default_queue"), (77, 900, "default_queue"), (8, 900, "default_queue"),
])
def test_a_category_has_its_own_queue_or_the_nearest_above_or_the_default(
        category: int | None, queue: int, code: str) -> None:
    choice = choose_queue(category, TREE, QUEUES, 900)
    assert (choice.queue, choice.explanation.code) == (queue, code)


def test_the_nearest_ancestor_wins_over_the_root() -> None:
    assert choose_queue(6, {6: 5, 5: 4, 4: None}, {4: 40, 5: 50}, None).queue == 50


def test_without_a_default_queue_there_is_none_and_it_says_so() -> None:
    choice = choose_queue(5, TREE, QUEUES, None)
    assert choice.queue is None
    assert str(choice.explanation.sentence) == "Its category has no queue, and there is no default queue."


def test_the_choice_of_queue_names_the_category_that_decided() -> None:
    names = {1: "产品质量", 3: "漏水"}
    assert str(choose_queue(3, TREE, QUEUES, None, names).explanation.sentence) == "The queue of its category, 漏水."
    assert str(choose_queue(2, TREE, QUEUES, None, names).explanation.sentence) == (
        "The queue of the category above, 产品质量.")
    assert str(choose_queue(2, TREE, QUEUES, None).explanation.sentence) == "The queue of the category above, 1."


@unhurried
@given(st.dictionaries(st.integers(1, 12), st.one_of(st.none(), st.integers(1, 12))),
       st.dictionaries(st.integers(1, 12), st.integers(100, 120)), st.integers(1, 12))
def test_any_tree_even_a_bent_one_gives_an_answer(
        parents: dict[int, int | None], queues: dict[int, int], category: int) -> None:
    choice = choose_queue(category, parents, queues, 900)
    path, above = [], category
    while above is not None and above not in path:
        path.append(above)
        above = parents.get(above)
    assert choice.queue == next((queues[one] for one in path if one in queues), 900)
