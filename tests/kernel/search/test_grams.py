"""Signs and pairs of a text."""

import random

import pytest

from app.kernel.filters.text import fold
from app.kernel.search.grams import as_words, grams_of, wanted

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


def test_words_hold_nothing_that_a_tokenizer_would_cut_or_fold():
    words = as_words(["a b", "张%", "\ud800"])
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words.split(" "))
    assert len(set(words.split(" "))) == 3
