import random
import re
from collections import Counter

import pytest

from app.data.demo import places
from app.data.demo.places import Place

LONDON = Place("London", "England", "overseas", "20")
SHANGHAI = Place("上海", "上海市", "east", "021")


def draws(seed=1):
    return random.Random(seed).random


def test_every_place_lies_in_a_known_region():
    assert {place.region for place in places.CHINESE_PLACES} == set(places.REGIONS) - {"overseas"}
    assert {place.region for place in places.ENGLISH_PLACES} == {"overseas"}


def test_every_chinese_area_code_has_the_form_of_one():
    for place in places.CHINESE_PLACES:
        assert re.fullmatch(r"0\d{2,3}", place.dialling), place


def test_a_city_has_one_province_and_one_area_code():
    cities = set(places.CHINESE_PLACES)
    assert len(cities) == len({place.city for place in cities}) == len({place.dialling for place in cities})


def test_a_large_city_is_drawn_more_often_than_a_small_one():
    draw = draws()
    seen = Counter(places.place(draw, english=False).city for _ in range(4000))
    assert seen["上海"] > 4 * seen["银川"] > 0


def test_an_english_customer_lives_in_an_english_city():
    draw = draws()
    assert {places.place(draw, english=True).region for _ in range(50)} == {"overseas"}


def test_addresses_have_a_street_and_a_number():
    draw = draws()
    for _ in range(50):
        assert re.fullmatch(r"\S+[路街道]\d{1,3}号\d{1,2}层\d{2}室", places.address(draw, english=False))
        assert re.fullmatch(r"\d{1,3} [A-Z][a-z]+ [A-Z][a-z]+", places.address(draw, english=True))


@pytest.mark.parametrize(("where", "number", "expected"), [
    (SHANGHAI, 7, "021-90000007"),
    (SHANGHAI, 12_345_678, "021-92345678"),
    (LONDON, 1_234, "+44 20 7946 0234"),
    (Place("Boston", "Massachusetts", "overseas", "617"), 1_234, "+1 617-555-0134"),
])
def test_a_landline_stays_in_the_range_kept_for_fiction(where, number, expected):
    assert places.landline(where, number) == expected


def test_a_mobile_number_has_eleven_digits_and_an_unassigned_prefix():
    for prefix in places.UNASSIGNED_MOBILE_PREFIXES:
        assert places.mobile(prefix, 123) == f"{prefix}00000123"
        assert len(places.mobile(prefix, 99_999_999_999)) == 11
