"""How signs are spelled."""

import pytest
from pypinyin import lazy_pinyin
from pypinyin.pinyin_dict import pinyin_dict

from app.kernel.search import readings
from app.kernel.search.readings import FURTHER, readings_of


@pytest.mark.parametrize(("sign", "first"), [
    ("王", "wang"), ("伟", "wei"), ("单", "shan"), ("重", "zhong"), ("𠮷", None)])
def test_a_sign_is_spelled_without_tones_the_usual_reading_first(sign, first):
    assert readings_of(sign)[:1] == ((first,) if first else ())


@pytest.mark.parametrize(("sign", "further"), [
    ("单", "dan"), ("仇", "qiu"), ("曾", "zeng"), ("解", "xie"), ("区", "ou"), ("覃", "qin"), ("翟", "zhai"),
    ("乐", "yue"), ("朴", "piao"), ("长", "chang"), ("行", "hang"), ("重", "chong"), ("厦", "xia")])
def test_names_are_found_by_every_reading_of_their_signs(sign, further):
    assert further in readings_of(sign)


def test_u_with_dots_may_be_typed_as_v_and_as_u():
    assert readings_of("吕") == ("lv", "lu")
    assert readings_of("女") == ("nv", "nu")


@pytest.mark.parametrize("sign", ["a", "é", "1", " ", "（", "한", "あ"])
def test_what_is_no_chinese_sign_has_no_reading(sign):
    assert readings_of(sign) == ()


def test_the_table_of_further_readings_holds_signs_with_several_and_no_other():
    assert all(len(set(known)) == len(known) > 1 for known in FURTHER.values())
    assert all(reading.isascii() and reading.isalpha() and reading.islower()
               for known in FURTHER.values() for reading in known)
    assert all(readings_of(sign) for sign in FURTHER)


def test_the_usual_reading_of_every_sign_is_that_of_pypinyin():
    assert len(pinyin_dict) > 40_000
    for code in pinyin_dict:
        assert readings._usual(chr(code)) == lazy_pinyin(chr(code))[0]


@pytest.mark.parametrize("sign", ["\u3400", "\u33ff", "\U0003ffff", "\U0002ffff", "a", "\U0010ffff"])
def test_a_sign_that_pypinyin_does_not_know_has_no_usual_reading(sign):
    assert readings._usual(sign) == (lazy_pinyin(sign)[0] if ord(sign) in pinyin_dict else "")
