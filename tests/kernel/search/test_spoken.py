"""Names by their sound."""

import random

import pytest

from app.kernel.search.spoken import (
    MOST_LETTERS,
    MOST_SPELLINGS,
    grams_of_spoken,
    heard,
    spoken_of,
    wanted_spoken,
)

SIGNS = "王伟李娜单雄信重庆长城银行乐吕abTCL3 （)·"


def finds(text, *names):
    """Whether `text` asks for the names by their sound, as the statement compares."""
    return bool(heard(text)) and f" {heard(text)}" in (spoken_of(names) or "")


@pytest.mark.parametrize("text", ["wangwei", "ww", "wang wei", "Wang Wei", "wangw", "wan", "wei", "WW", "wang-wei"])
def test_a_name_is_found_by_its_sound_its_initials_and_how_they_begin(text):
    assert finds(text, "王伟")


@pytest.mark.parametrize("text", ["angwei", "w", "wangwu", "wwei", "ei", "weiwang", "王wei", "", "12"])
def test_a_name_is_not_found_in_the_midst_of_a_sign_or_by_one_letter(text):
    assert not finds(text, "王伟")


@pytest.mark.parametrize(("name", "texts"), [
    ("单雄信", ["shanxx", "danxiongxin", "shanxiongxin", "sxx", "dxx"]), ("吕布", ["lvbu", "lubu", "lübu"]),
    ("重庆长城汽车", ["chongqing", "cqcc", "changchengqiche", "qiche"]), ("TCL科技", ["tclkeji", "tclkj", "kj"]),
    ("招商银行", ["zhaoshangyinhang", "yinhang", "zsyh"]), ("阿里巴巴（中国）", ["alibabazhongguo", "albb"]),
    ("欧阳娜", ["ouyangna", "oyn", "yangna"]), ("曾国藩", ["zengguofan", "zgf"])])
def test_readings_foreign_words_and_brackets_are_no_hindrance(name, texts):
    assert [text for text in texts if not finds(text, name)] == []


@pytest.mark.parametrize("names", [[], [None], ["Anna"], ["한국", "12"]])
def test_what_has_no_chinese_sign_is_not_spoken(names):
    assert spoken_of(names) is None
    assert grams_of_spoken(None) == set()


def test_the_beginning_of_a_name_is_told_from_the_rest():
    assert spoken_of(["王伟"]) == "^ wangwei^ ww wei "


def test_what_is_kept_of_a_name_is_bounded():
    kept = spoken_of(["单" * 200])
    words = kept.replace("^", " ").split()
    assert max(map(len, words)) == MOST_LETTERS
    assert len(words) <= 40 * 2 * MOST_SPELLINGS
    assert len(kept) < 12_000


def test_with_many_readings_the_usual_ones_and_those_that_stray_once_are_kept():
    name = "长行重乐单曾"
    assert finds("changhangzhong", name)
    assert finds("zhanghangzhongle"[:16], name)


def test_no_name_that_is_asked_for_is_passed_over_by_its_grams():
    chance = random.Random(5)
    found = 0
    for _ in range(2_000):
        kept = spoken_of(["".join(chance.choices(SIGNS, k=chance.randint(1, 8)))])
        words = (kept or "").replace("^", " ").split()
        if words:
            word = chance.choice(words)
            letters = word[:chance.randint(2, len(word))] if len(word) > 1 else ""
            if letters:
                found += 1
                assert set(wanted_spoken(letters)) <= grams_of_spoken(kept), (kept, letters)
    assert found > 500


def test_the_grams_of_sounds_are_never_those_of_written_text():
    assert {len(gram) for gram in grams_of_spoken(spoken_of(["王伟国"]))} == {3}
