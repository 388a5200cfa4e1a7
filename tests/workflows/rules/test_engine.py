"""Which rules fire, in which order, and why the others do not."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflows.rules.engine import (
    CHANGED,
    CREATED,
    DELETED,
    EVENTS,
    LONGEST_CHAIN,
    STOP,
    TICK,
    Event,
    Rule,
    Selection,
    chain,
    occurrence,
    select_actions,
)

SLOT = dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
unhurried = settings(deadline=None)  # a busy machine is no fault of the product


def a_rule(id: int = 1, on: str = CREATED, **more: object) -> Rule:
    return Rule(id, 1, more.pop("entity", "ticket"), frozenset(on.split()), **more)


def an_event(kind: str = CREATED, **more: object) -> Event:
    return Event(kind, "ticket", 7, id=more.pop("id", 40), **more)


def fate(rule: Rule, event: Event, holds: bool = True) -> str:
    [selection] = select_actions([rule], event, lambda rule: holds)
    assert selection.fired == (selection.why.code == "fired")
    return selection.why.code


def codes(selected: list[Selection]) -> list[tuple[int, str]]:
    return [(selection.rule.id, selection.why.code) for selection in selected]


rules_of_any_kind = st.lists(
    st.builds(Rule, st.integers(1, 30), st.just(1), st.sampled_from(["ticket", "lead"]),
              st.frozensets(st.sampled_from(EVENTS), min_size=1), st.frozensets(st.sampled_from("ab"), max_size=1),
              st.sampled_from([(), ({"kind": STOP},)]), st.integers(0, 3), st.booleans()),
    max_size=8, unique_by=lambda rule: rule.id)
events_of_any_kind = st.builds(
    Event, st.sampled_from(EVENTS), st.just("ticket"), st.just(7), id=st.just(1),
    changed=st.frozensets(st.sampled_from("ab")), caused_by=st.lists(st.integers(1, 30), max_size=6).map(tuple))


def test_a_rule_fires_when_event_and_condition_fit() -> None:
    assert fate(a_rule(), an_event()) == "fired"
    assert fate(a_rule(on="created changed deleted"), an_event(DELETED)) == "fired"


@pytest.mark.parametrize(("rule", "event", "code"), [
    (a_rule(active=False), an_event(), "inactive"),
    (a_rule(entity="lead"), an_event(), "other_entity"),
    (a_rule(on=DELETED), an_event(), "other_event"),
    (a_rule(on=TICK), an_event(), "other_event"),
    (a_rule(on=CHANGED, fields=frozenset({"stage"})), an_event(CHANGED, changed=frozenset({"owner"})), "other_fields"),
    (a_rule(), an_event(caused_by=(1,)), "own_change"),
    (a_rule(), an_event(caused_by=(1, 2)), "own_change"),
    (a_rule(), an_event(caused_by=(2, 3, 4, 5, 6)), "too_deep"),
])
def test_a_rule_that_does_not_fire_says_why_without_looking_at_the_record(
        rule: Rule, event: Event, code: str) -> None:
    asked: list[Rule] = []
    [selection] = select_actions([rule], event, asked.append)  # would answer None: no condition holds
    assert (selection.fired, selection.why.code, asked) == (False, code, [])


def test_a_rule_whose_condition_does_not_hold_says_so() -> None:
    assert fate(a_rule(), an_event(), holds=False) == "condition"


def test_any_watched_field_is_enough_and_no_watched_field_means_any() -> None:
    changed = an_event(CHANGED, changed=frozenset({"stage", "owner"}))
    assert fate(a_rule(on=CHANGED, fields=frozenset({"stage", "amount"})), changed) == "fired"
    assert fate(a_rule(on=CHANGED), changed) == "fired"


def test_watched_fields_narrow_changes_only() -> None:
    assert fate(a_rule(on="created changed", fields=frozenset({"stage"})), an_event(CREATED)) == "fired"


def test_rules_are_applied_by_order_then_by_number() -> None:
    rules = [a_rule(3, order=2), a_rule(2, order=1), a_rule(9, order=0), a_rule(1, order=2)]
    selected = select_actions(rules, an_event(), lambda rule: True)
    assert [selection.rule.id for selection in selected] == [9, 2, 1, 3]


def test_after_a_rule_with_stop_no_later_one_is_applied_or_even_asked() -> None:
    asked = []
    rules = [a_rule(1, actions=({"kind": "notify"},)), a_rule(2, actions=({"kind": "notify"}, {"kind": STOP})),
             a_rule(3), a_rule(4, active=False)]
    selected = select_actions(rules, an_event(), lambda rule: asked.append(rule.id) or True)
    assert codes(selected) == [(1, "fired"), (2, "fired"), (3, "stopped"), (4, "inactive")]
    assert asked == [1, 2]
    assert str(selected[2].why.sentence) == "Rule 2 was applied before and ends the list."


def test_a_rule_with_stop_that_does_not_fire_stops_nothing() -> None:
    stopping = a_rule(1, actions=({"kind": STOP},))
    assert codes(select_actions([stopping, a_rule(2)], an_event(), lambda rule: rule.id == 2)) == [
        (1, "condition"), (2, "fired")]


def test_only_a_rule_with_the_stop_action_stops() -> None:
    assert a_rule(actions=({"kind": "notify"}, {"kind": STOP})).stops
    assert not a_rule(actions=({"kind": "notify"},)).stops
    assert not a_rule().stops


def test_two_rules_that_feed_each_other_end_after_one_round() -> None:
    ping, pong = a_rule(1, on=CHANGED), a_rule(2, on=CHANGED)
    by_hand = an_event(CHANGED)
    assert fate(pong, by_hand) == "fired"
    by_pong = an_event(CHANGED, caused_by=chain(pong, by_hand))
    assert (fate(ping, by_pong), fate(pong, by_pong)) == ("fired", "own_change")
    by_ping = an_event(CHANGED, caused_by=chain(ping, by_pong))
    assert (fate(ping, by_ping), fate(pong, by_ping)) == ("own_change", "own_change")


def test_a_long_chain_of_different_rules_ends_at_the_limit() -> None:
    event, fired = an_event(CHANGED), 0
    for number in range(1, 50):
        rule = a_rule(number, on=CHANGED)
        if fate(rule, event) != "fired":
            break
        fired, event = fired + 1, an_event(CHANGED, caused_by=chain(rule, event))
    assert fired == LONGEST_CHAIN == 5
    assert event.depth == 5


@unhurried
@given(rules_of_any_kind, events_of_any_kind, st.frozensets(st.integers(1, 30)))
def test_every_rule_gets_one_fate_and_what_fired_had_every_right_to(
        rules: list[Rule], event: Event, matching: frozenset[int]) -> None:
    selected = select_actions(rules, event, lambda rule: rule.id in matching)
    assert sorted(selection.rule.id for selection in selected) == sorted(rule.id for rule in rules)
    fired = [selection.rule for selection in selected if selection.fired]
    for rule in fired:
        assert rule.active
        assert rule.entity == "ticket"
        assert event.kind in rule.on
        assert rule.id in matching
        assert rule.id not in event.caused_by
        assert len(event.caused_by) < LONGEST_CHAIN
        assert event.kind != CHANGED or not rule.fields or rule.fields & event.changed
    assert not any(rule.stops for rule in fired[:-1])


def test_six_rules_that_all_answer_each_other_come_to_rest() -> None:
    rules = [a_rule(number, on=CHANGED) for number in range(1, 7)]
    wave, fired = [an_event(CHANGED)], []
    while wave:
        causes = [(selection.rule, event) for event in wave
                  for selection in select_actions(rules, event, lambda rule: True) if selection.fired]
        fired.append(len(causes))
        wave = [an_event(CHANGED, caused_by=chain(rule, event)) for rule, event in causes]
    assert fired == [6, 30, 120, 360, 720, 0]


def test_an_occurrence_is_named_by_version_record_and_event() -> None:
    assert occurrence(a_rule(3), an_event(id=40)) == "rule/3/1/ticket/7/event/40"
    tick = Event(TICK, "ticket", 7, slot=SLOT)
    assert occurrence(a_rule(3, on=TICK), tick) == "rule/3/1/ticket/7/tick/2026-03-29T01:00:00.000000+00:00"


def test_every_part_of_an_occurrence_makes_another_one() -> None:
    rule, event = a_rule(3), an_event(id=40)
    others = [occurrence(a_rule(4), event), occurrence(Rule(3, 2, "ticket", rule.on), event),
              occurrence(rule, an_event(id=41)), occurrence(rule, Event(CREATED, "ticket", 8, id=40)),
              occurrence(rule, Event(CREATED, "lead", 7, id=40)), occurrence(rule, Event(TICK, "ticket", 7, slot=SLOT)),
              occurrence(rule, Event(TICK, "ticket", 7, slot=SLOT + dt.timedelta(minutes=1)))]
    assert len({occurrence(rule, event), *others}) == 8


def test_the_slot_of_a_tick_is_named_alike_in_every_zone() -> None:
    shanghai = SLOT.astimezone(dt.timezone(dt.timedelta(hours=8)))
    rule = a_rule(on=TICK)
    assert occurrence(rule, Event(TICK, "ticket", 7, slot=shanghai)) == (
        occurrence(rule, Event(TICK, "ticket", 7, slot=SLOT)))


def test_a_tick_fires_the_rules_of_the_clock_and_no_others() -> None:
    selected = select_actions([a_rule(1, on=TICK), a_rule(2)], Event(TICK, "ticket", 7, slot=SLOT), lambda rule: True)
    assert codes(selected) == [(1, "fired"), (2, "other_event")]


@pytest.mark.parametrize("wrong", [
    {"kind": "touched", "id": 1}, {"kind": CREATED}, {"kind": CREATED, "id": 1, "slot": SLOT}, {"kind": TICK},
    {"kind": TICK, "id": 1, "slot": SLOT}, {"kind": TICK, "slot": SLOT.replace(tzinfo=None)},
])
def test_an_event_that_could_not_be_named_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"not a kind of event|a tick has a slot|needs a time zone"):
        Event(wrong.pop("kind"), "ticket", 7, **wrong)


@pytest.mark.parametrize(("event", "sentence"), [
    (an_event(caused_by=(9, 2, 3, 4, 5)), "Rules answered each other 5 times in a row; the chain ends here."),
    (an_event(caused_by=(1,)), "The rule does not answer what it caused itself."),
    (an_event(CHANGED), "The rule does not answer this kind of event."),
])
def test_the_reasons_are_whole_sentences(event: Event, sentence: str) -> None:
    [selection] = select_actions([a_rule()], event, lambda rule: True)
    assert str(selection.why.sentence) == sentence
