import string

import pytest

from app.data.demo import words

PLACES = {"person", "product", "organisation"}


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from texts(inner)


def everything():
    tables = {name: value for name, value in vars(words).items() if name.isupper()}
    return [text for table in tables.values() for text in texts(table)]


def test_only_known_places_are_left_open_in_texts():
    found = {place for text in everything() for _, place, _, _ in string.Formatter().parse(text) if place is not None}
    assert found == PLACES


def test_no_text_begins_or_ends_with_a_space():
    assert all(text == text.strip() for text in everything())


@pytest.mark.parametrize("table", ["JOB_TITLES", "PREFERENCES", "NEEDS", "INTERESTS", "CONTENTS", "OUTCOMES",
                                   "NEXT_STEPS", "DEAL_NAMES", "TASKS", "REACTIONS"])
def test_what_is_said_to_customers_exists_in_both_languages(table):
    spoken = getattr(words, table)
    assert set(spoken) == {"zh", "en"}
    assert all(text.isascii() for text in texts(spoken["en"]))
    assert not any(text.isascii() for text in texts(spoken["zh"]))


def test_both_languages_word_the_same_kinds_of_interaction():
    assert set(words.CONTENTS["zh"]) == set(words.CONTENTS["en"])
    assert set(words.OUTCOMES["zh"]) == set(words.OUTCOMES["en"]) == set(words.REACTIONS["zh"])
    assert set(words.REACTIONS["en"]) == set(words.REACTIONS["zh"])


def test_every_ticket_text_has_subject_description_and_resolution():
    for category, entries in words.TICKETS.items():
        assert all(len(entry) == 3 and all(entry) for entry in entries), category


def test_there_are_many_texts_and_no_conversation_is_worded_twice():
    assert len(everything()) > 200
    contents = list(texts(words.CONTENTS))
    assert len(contents) == len(set(contents))
