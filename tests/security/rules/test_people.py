"""Pure judgements about teams and profiles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.rules.people import descendants, profile_problems, team_problems


def test_a_team_cannot_stand_below_itself():
    assert set(team_problems({"id": 3, "parent": 3})) == {"parent"}
    assert team_problems({"id": 3, "parent": 2}) == {}
    assert team_problems({"id": 3, "parent": None}) == {}
    assert team_problems({"parent": None}) == {}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", None, ""])
def test_a_known_zone_or_none_at_all_is_right(zone):
    assert profile_problems({"zone": zone}) == {}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "asia/nowhere", "+08:00"])
def test_an_unknown_zone_is_told_by_name(zone):
    assert zone in str(profile_problems({"zone": zone})["zone"])


def test_the_tree_holds_the_team_and_all_below():
    parents = {1: None, 2: 1, 3: 1, 4: 2, 5: 4, 6: None}
    assert descendants(parents, 1) == {1, 2, 3, 4, 5}
    assert descendants(parents, 2) == {2, 4, 5}
    assert descendants(parents, 5) == {5}
    assert descendants({}, 9) == {9}


def test_a_circle_in_the_data_ends_the_walk():
    assert descendants({1: 2, 2: 3, 3: 1}, 1) == {1, 2, 3}


@given(st.dictionaries(st.integers(1, 12), st.one_of(st.none(), st.integers(1, 12)), max_size=12), st.integers(1, 12))
def test_whoever_is_below_a_team_below_is_below(parents, team):
    whole = descendants(parents, team)
    assert team in whole
    for child, parent in parents.items():
        if parent in whole:
            assert child in whole
