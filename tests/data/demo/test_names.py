import random
import re

from hypothesis import given
from hypothesis import strategies as st

from app.data.demo import names
from app.data.demo.names import IDENTITIES

# Well-known firms of two characters; our brands must not happen to be one of them.
FAMOUS = """中信 中兴 华润 华为 腾讯 百度 联想 联通 海信 海尔 海通 平安 万科 恒大 康佳 泰康 鸿海 锐捷 海航 美的 美团
金山 东方 北汽 小米 京东 网易 格力 长虹 中联 宇通 国泰""".split()

identities = st.integers(0, IDENTITIES - 1)


def draws(seed=1):
    return random.Random(seed).random


def test_a_list_of_spelled_words_is_read_in_pairs():
    assert names.spelled("王wang 欧阳ouyang") == (("王", "wang"), ("欧阳", "ouyang"))


def test_every_spelling_is_lower_case_latin_and_every_word_is_not():
    for word, latin in (*names.SURNAMES, *names.MALE_SYLLABLES, *names.FEMALE_SYLLABLES, *names.BRAND_SYLLABLES):
        assert re.fullmatch("[a-z]+", latin)
        assert re.fullmatch("[\u4e00-\u9fff]+", word)


def test_the_brand_tables_are_as_long_as_the_numbering_needs():
    assert len(set(names.BRAND_SYLLABLES)) == 100
    assert len(set(names.ENGLISH_HEADS)) == len(set(names.ENGLISH_TAILS)) == 64
    assert 64 * 64 * len(names.ENGLISH_TRADES) >= IDENTITIES / 20


def test_no_two_syllables_make_a_well_known_firm():
    syllables = {syllable.word for syllable in names.BRAND_SYLLABLES}
    assert not [name for name in FAMOUS if set(name) <= syllables]


def test_the_same_draws_give_the_same_person():
    assert [names.person(draws(5)) for _ in range(3)] == [names.person(draws(5))] * 3


def test_a_chinese_person_is_spelled_given_name_first():
    people = [names.person(draw) for draw in [draws(3)] for _ in range(300)]
    for person in people:
        given_name, _, family = person.latin.partition(".")
        assert given_name
        assert family in {surname.latin for surname in names.SURNAMES}
    assert {len(person.name) for person in people} >= {2, 3}


def test_an_english_person_has_a_name_for_the_gender():
    people = [names.person(draw, english=True) for draw in [draws(4)] for _ in range(200)]
    for person in people:
        first = person.name.split()[0]
        assert first in (names.ENGLISH_FEMALE if person.gender == "female" else names.ENGLISH_MALE)
        assert person.latin == person.name.lower().replace(" ", ".")


def test_both_genders_and_common_surnames_appear_more_often():
    people = [names.person(draw) for draw in [draws(9)] for _ in range(2000)]
    women = sum(person.gender == "female" for person in people) / 2000
    assert 0.4 < women < 0.52
    common = {surname.word for surname in names.SURNAMES[:22]}
    assert sum(person.name[0] in common for person in people) > 2000 * 0.4


@given(identities, identities)
def test_two_identities_never_share_a_brand(one, other):
    assert (names.brand(one) == names.brand(other)) == (one == other)


@given(identities)
def test_a_short_brand_begins_the_long_one(identity):
    assert names.brand(identity).word.startswith(names.brand(identity, short=True).word)
    assert len(names.brand(identity, short=True).word) == 2


@given(st.integers(0, 49_999), st.integers(0, 49_999))
def test_two_english_organisations_never_share_brand_and_trade(one, other):
    def title(number):
        return names.english_brand(number).word, names.english_trade(number)[0]
    assert (title(one) == title(other)) == (one == other)


def test_a_registered_name_tells_city_brand_trade_and_form():
    own = names.Spelled("恒沐", "hengmu")
    name = names.chinese_organisation(0, "苏州", "food", own)
    assert name == "苏州恒沐餐饮管理有限公司"


def test_an_english_organisation_ends_with_its_legal_form():
    assert names.english_organisation(0) == "Alderbank Instruments Ltd"
    assert names.english_organisation(4097).split()[1:] == ["Software", "Inc."]


def test_every_trade_belongs_to_an_industry_with_chinese_words_too():
    assert {industry for _, industry in names.ENGLISH_TRADES} == set(names.CHINESE_TRADES)


@given(st.integers(0, 2**40))
def test_a_steady_stream_repeats_itself_and_stays_in_range(number):
    first, second = names.steady(number), names.steady(number)
    drawn = [first() for _ in range(8)]
    assert drawn == [second() for _ in range(8)]
    assert all(0 <= chance < 1 for chance in drawn)


def test_neighbouring_steady_streams_have_little_in_common():
    opening = [names.steady(number)() for number in range(1000)]
    assert len(set(opening)) == 1000
    assert 0.45 < sum(opening) / 1000 < 0.55


def test_a_pick_reaches_every_item():
    draw = draws(2)
    assert {names.pick(draw, ("a", "b", "c")) for _ in range(60)} == {"a", "b", "c"}
