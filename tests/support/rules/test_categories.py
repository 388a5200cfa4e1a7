"""The tree of categories: paths, depths, circles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.support.rules.categories import MOST_PATH, depth_of, has_circle, path_of, with_all_below

TREE = {1: None, 2: 1, 3: 1, 4: 2, 5: None}


@pytest.mark.parametrize(("name", "above", "expected"), [
    ("投诉", None, "投诉"), ("投诉", "", "投诉"), ("产品质量", "投诉", "投诉 / 产品质量"),
    ("Late", "Complaint / Delivery", "Complaint / Delivery / Late")])
def test_a_path_names_the_way_from_the_top(name, above, expected):
    assert path_of(name, above) == expected


def test_a_path_never_outgrows_its_column():
    assert len(path_of("x" * 80, "y" * MOST_PATH)) == MOST_PATH


@pytest.mark.parametrize("node", TREE)
def test_a_tree_has_no_circle(node):
    assert not has_circle(node, TREE)


@pytest.mark.parametrize("parents", [{1: 1}, {1: 2, 2: 1}, {1: 2, 2: 3, 3: 1}, {1: 2, 2: 3, 3: 2}])
def test_a_way_that_comes_back_is_a_circle(parents):
    assert has_circle(1, parents)


def test_a_parent_that_is_gone_ends_the_way():
    assert not has_circle(1, {1: 99})
    assert depth_of(1, {1: 99}) == 2


@pytest.mark.parametrize(("node", "depth"), [(1, 1), (2, 2), (4, 3), (5, 1)])
def test_the_depth_counts_levels_from_the_top(node, depth):
    assert depth_of(node, TREE) == depth


@pytest.mark.parametrize(("nodes", "expected"), [
    ([1], [1, 2, 3, 4]), ([2], [2, 4]), ([4], [4]), ([], []), ([4, 1], [1, 2, 3, 4])])
def test_everything_below_comes_after_what_it_lies_below(nodes, expected):
    assert with_all_below(nodes, TREE) == expected


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30), st.data())
def test_in_any_tree_parents_come_first(choices, data):
    parents = {node: (None if choice >= node else choice) for node, choice in enumerate(choices)}
    nodes = data.draw(st.sets(st.sampled_from(sorted(parents))))
    order = with_all_below(nodes, parents)
    assert set(nodes) <= set(order)
    assert len(order) == len(set(order))
    for place, node in enumerate(order):
        assert parents[node] not in order[place:]
        assert node in nodes or parents[node] in order[:place]


@given(st.dictionaries(st.integers(0, 12), st.none() | st.integers(0, 12)), st.integers(0, 12))
def test_the_search_for_circles_always_ends(parents, start):
    assert has_circle(start, parents) in (True, False)
