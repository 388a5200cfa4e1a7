"""What a set-based change did."""

import pytest

from app.kernel.bulk.outcome import Outcome
from app.kernel.errors import NotAllowed, RuleError
from app.kernel.problems import problem


def test_an_outcome_without_refusals_passes_and_is_handed_on():
    outcome = Outcome(done=[1])
    assert outcome.insist() is outcome


def test_a_row_outside_the_reach_is_not_allowed():
    with pytest.raises(NotAllowed, match=r"Not yours\."):
        Outcome(refused={3: {"": problem("Not yours.")}}).insist()


def test_a_wrong_row_is_named_by_its_problems():
    with pytest.raises(RuleError) as raised:
        Outcome(refused={3: {"name": problem("Wrong.")}}).insist()
    assert str(raised.value.problems["name"]) == "Wrong."


def test_outcomes_of_two_chunks_are_added_up():
    first = Outcome(done=[1], unchanged=[2], refused={3: {}}, created={0: 1})
    first.add(Outcome(done=[4], unchanged=[5], refused={6: {}}, created={1: 4}))
    assert first == Outcome(done=[1, 4], unchanged=[2, 5], refused={3: {}, 6: {}}, created={0: 1, 1: 4})


def test_two_outcomes_share_no_lists():
    Outcome().done.append(1)
    assert Outcome().done == []
