import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.insight.churn.rules import auc, better_than_chance, split
from app.insight.churn.rules.measures import auc_error

ranked = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40)


def by_pairs(rows):
    """The definition: every positive against every negative, ties counting half."""
    yes = [score for score, truth in rows if truth]
    no = [score for score, truth in rows if not truth]
    wins = sum((one > other) + (one == other) / 2 for one in yes for other in no)
    return wins / (len(yes) * len(no))


@given(ranked)
def test_the_ranks_give_what_comparing_all_pairs_gives(rows):
    assume(len({truth for _, truth in rows}) == 2)
    scores, truths = zip(*rows, strict=True)
    assert auc(scores, truths) == pytest.approx(by_pairs(rows))


@given(ranked)
def test_turning_the_score_round_turns_the_measure_round(rows):
    assume(len({truth for _, truth in rows}) == 2)
    scores, truths = zip(*rows, strict=True)
    assert auc([-score for score in scores], truths) == pytest.approx(1 - auc(scores, truths))


def test_a_perfect_ranking_has_one_and_a_constant_a_half():
    assert auc([1, 2, 3, 4], [False, False, True, True]) == 1.0
    assert auc([5, 5, 5, 5], [False, True, True, False]) == 0.5


@pytest.mark.parametrize("truths", [[True, True], [False, False]])
def test_with_one_kind_only_there_is_no_measure(truths):
    assert math.isnan(auc([1, 2], truths))


def test_the_error_is_that_of_the_published_formula():
    # Worked by hand: Q1 .806685, Q2 .842524, variance .00105701.
    assert auc_error(0.893, 51, 58) == pytest.approx(0.032512, abs=1e-5)
    assert auc_error(1.0, 5, 5) == 0.0


def test_a_coin_is_not_better_than_chance_and_a_good_score_is():
    assert not better_than_chance(0.5, 1000, 1000)
    assert not better_than_chance(0.6, 10, 10)
    assert better_than_chance(0.6, 1000, 1000)


@pytest.mark.parametrize("counts", [(0, 10), (10, 0)])
def test_without_both_kinds_nothing_is_better_than_chance(counts):
    assert not better_than_chance(0.9, *counts)


def test_a_split_counts_both_sides():
    found = split([True, True, True, False, False], [True, True, False, True, False])
    assert (found.flagged, found.others) == (3, 2)
    assert found.flagged_lost == pytest.approx(2 / 3)
    assert found.others_lost == pytest.approx(1 / 2)
    assert found.ratio == pytest.approx(4 / 3)


def test_where_all_the_others_returned_the_ratio_has_no_end():
    assert split([True, False], [True, False]).ratio == math.inf


def test_a_side_with_nobody_has_no_share():
    assert math.isnan(split([True, True], [True, False]).others_lost)
    assert math.isnan(split([False, False], [True, False]).flagged_lost)
