"""Signs and pairs of a text."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.filters.text import fold
from app.kernel.search.grams import as_words, cleaned, grams_of, wanted

# A busy machine is no fault of the product.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIGNS = "aAbBéÉΣσİi张三李四-%_'\" 😀1"


@pytest.mark.parametrize(("texts", "expected"), [
    ([], []), ([None, ""], []), (["A"], ["a"]), (["张三"], ["三", "张", "张三"]),
    (["ab", "cd"], ["a", "ab", "b", "c", "cd", "d"]), (["aaa"], ["a", "aa"])])
def test_a_text_is_its_signs_and_the_pairs_of_neighbours_within_it(texts, expected):
    assert grams_of(texts) == expected


@pytest.mark.parametrize(("needle", "expected"), [("", []), ("张", ["张"]), ("Ab", ["ab"]), ("abc", ["ab", "bc"])])
def test_one_sign_is_asked_for_by_itself_and_more_by_their_pairs(needle, expected):
    assert wanted(needle) == expected


def test_no_text_that_contains_the_needle_is_ever_passed_over():
    chance = random.Random(7)
    for _ in range(3_000):
        text = "".join(chance.choices(SIGNS, k=chance.randint(0, 12)))
        needle = "".join(chance.choices(SIGNS, k=chance.randint(1, 3)))
        if fold(needle) in fold(text):
            assert set(wanted(needle)) <= set(grams_of([text]))


def test_what_postgresql_cannot_keep_is_no_part_of_a_text():
    assert cleaned(" a\x00b \x00") == "ab"


def test_words_hold_nothing_that_a_tokenizer_would_cut_or_fold():
    words = as_words(["a b", "张%", "\ud800"])
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words.split(" "))
    assert len(set(words.split(" "))) == 3


@unhurried
@given(st.text(max_size=30), st.text(min_size=1, max_size=5), st.text(max_size=30))
def test_whatever_stands_around_the_needle_its_grams_are_there(before, needle, after):
    # Lower case is taken sign by sign, so that neighbours cannot change what is asked for.
    if fold(needle) in fold(before + needle + after):
        assert set(wanted(needle)) <= set(grams_of([before + needle + after]))


@unhurried
@given(st.lists(st.text(max_size=20), max_size=4))
def test_grams_are_sorted_and_stand_once_whatever_the_order_of_the_texts(texts):
    found = grams_of(texts)
    assert found == sorted(set(found))
    assert found == grams_of(list(reversed(texts)))
    assert all(1 <= len(gram) <= 2 for gram in found)


@unhurried
@given(st.lists(st.text(min_size=1, max_size=2), unique=True, max_size=10))
def test_different_grams_are_different_words(grams):
    words = as_words(grams).split()
    assert len(set(words)) == len(grams)


def test_a_pair_never_reaches_from_one_text_into_the_next():
    assert "bc" not in grams_of(["ab", "cd"])
    assert "bc" in grams_of(["abcd"])
