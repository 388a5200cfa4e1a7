"""What a set-based change did, row by row."""

import pytest

from app.kernel.bulk import Outcome
from app.kernel.errors import NotAllowed, RuleError
from app.kernel.problems import problem


def test_an_outcome_without_refusals_is_itself():
    outcome = Outcome(done=[1, 2])
    assert outcome.insist() is outcome


def test_a_row_out_of_reach_is_not_allowed():
    with pytest.raises(NotAllowed) as refused:
        Outcome(refused={5: {"": problem("You are not allowed to do this.")}}).insist()
    assert str(refused.value) == "You are not allowed to do this."


def test_a_row_that_breaks_a_rule_says_which_field():
    with pytest.raises(RuleError) as refused:
        Outcome(done=[1], refused={5: {"name": problem("This field is required.")}}).insist()
    assert list(refused.value.problems) == ["name"]


def test_outcomes_of_chunks_are_taken_together():
    first = Outcome(done=[1], refused={2: {}}, created={0: 1})
    first.add(Outcome(done=[3], unchanged=[4], refused={5: {}}, created={1: 3}))
    assert (first.done, first.unchanged, set(first.refused), first.created) == ([1, 3], [4], {2, 5}, {0: 1, 1: 3})
