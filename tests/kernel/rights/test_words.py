"""The vocabulary of rights in the interface's words."""

import pytest

from app.kernel.language import in_language
from app.kernel.rights import words
from app.kernel.rights.columns import merge_modes


def test_verbs_and_scopes_are_those_of_the_interface():
    assert list(words.VERBS) == ["read", "create", "edit", "delete", "assign", "mass_edit", "export", "import"]
    assert set(words.SCOPES) == {"own", "pool", "team", "tree", "through", "all"}


def test_modes_stand_from_open_to_closed():
    assert list(words.COLUMN_MODES) == ["write", "read", "mask", "hide"]
    assert merge_modes(words.COLUMN_MODES) == "write"


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_every_word_has_a_label_in_both_languages(app):
    with app.test_request_context():
        for known in (words.VERBS, words.SCOPES, words.COLUMN_MODES):
            for label in known.values():
                assert in_language(label, "en")
                assert in_language(label, "zh")


def test_a_mask_tells_nothing_about_the_value():
    assert words.MASK == "•••"
