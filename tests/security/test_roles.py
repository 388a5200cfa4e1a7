"""The role templates are data that the code understands."""

import pytest

from app.kernel.entity import scoped_by_table
from app.kernel.fields import fields_of
from app.kernel.rights.states import named_verbs_of
from app.kernel.rights.words import COLUMN_MODES, SCOPES, VERBS
from app.security import roles

NAMES = ["Admin", "Manager", "Sales", "Support", "Marketing", "Analyst", "Viewer"]


def test_there_are_the_seven_roles():
    assert list(roles.TEMPLATES) == NAMES


def test_spreading_gives_each_entity_a_copy_of_its_own():
    spread = roles.spread(("a", "b"), {"read": "own"})
    spread["a"]["read"] = "all"
    assert spread["b"] == {"read": "own"}


@pytest.mark.parametrize("role", NAMES)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_word_of_a_template_is_known(role, app):
    for entity, grants in roles.TEMPLATES[role].items():
        model = scoped_by_table().get(entity)
        assert entity == "*" or model is not None, entity
        for verb, words in grants.items():
            named = {"claim", "release"} if entity == "*" else set(named_verbs_of(entity)) | {"claim", "release"}
            assert verb in VERBS or verb in named, (entity, verb)
            for word in words.split():
                assert word in SCOPES or word in model.named_scopes, (entity, verb, word)


@pytest.mark.parametrize("role", NAMES)
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_column_rule_is_about_a_field(role, app):
    for (entity, field), mode in roles.column_rules(role).items():
        assert field in fields_of(scoped_by_table()[entity]), (entity, field)
        assert mode in COLUMN_MODES


def test_only_the_masked_roles_have_column_rules():
    assert roles.column_rules("Sales") == {}
    assert roles.column_rules("Marketing")["customer", "phone"] == "mask"


def test_a_right_follows_its_template_as_long_as_nobody_touched_it():
    last, now = {"a": "own", "b": "own", "c": "own"}, {"a": "all", "b": "all", "c": "own", "d": "own"}
    assert roles.followed({"a": "own", "b": "tree", "c": "own"}, now, last) == [("a", "all"), ("d", "own")]
    assert roles.followed({"a": "own"}, {}, {"a": "own", "b": "own"}) == [("a", "")]
    assert roles.followed({"d": "all"}, now, now) == []


@pytest.mark.parametrize("role", NAMES)
def test_what_was_granted_earlier_differs_from_today(role):
    for entity, verbs in roles.EARLIER.get(role, {}).items():
        for verb, words in verbs.items():
            assert set(words.split()) != set(roles.TEMPLATES[role][entity].get(verb, "").split()), (entity, verb)


def test_only_the_administrator_changes_rights():
    assert [role for role in NAMES if "security" in roles.SPECIALS[role]] == ["Admin"]
