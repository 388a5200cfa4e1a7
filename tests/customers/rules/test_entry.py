"""What may be entered as phone, mail, birth date and web address."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.customers.rules.entry import (
    birth_date_problem,
    email_problem,
    entry_problems,
    phone_problem,
    tidy_birth_date,
    website_problem,
)
from app.kernel import normal

TODAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize("text", [
    "13800138000", "+86 138 0013 8000", "010-62345678-801", "０２１－６２３４５６７８", "62345678",
    "13800138000/13900139000", "010-6234 5678 转 12", "010-62345678 分机：801", "400-800-1234", "+1 (650) 253-0000",
    "110-120", "tel: 62345678 ext. 5",
])
def test_a_phone_number_that_can_be_dialled_is_taken(text):
    assert phone_problem(text) is None


@pytest.mark.parametrize("text", ["hello", "1234", "138****8000", "call 62345678 after six", "1" * 60, "-/-", "n/a",
                                  "1-800-FLOWERS"])
def test_what_is_no_phone_number_is_refused_and_named(text):
    assert text[:40] in str(phone_problem(text))


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_every_chinese_mobile_number_is_taken_with_or_without_the_country(number):
    assert phone_problem(number) is None
    assert phone_problem(f"+86 {number[:3]}-{number[3:7]}-{number[7:]}") is None


@pytest.mark.parametrize("text", ["ann@example.com", " Ann.B@Example.COM ", "李@例子.测试", "a+b@sub.example.cn"])
def test_an_address_is_taken(text):
    assert email_problem(text) is None


@pytest.mark.parametrize("text", ["ann", "ann@", "@example.com", "ann@example.com, bob@example.com", "Ann <a@b.cn>"])
def test_what_is_no_address_or_more_than_one_is_refused(text):
    assert text in str(email_problem(text))


@pytest.mark.parametrize("text", ["example.com", "www.example.com/a?b=c", "https://example.com", "HTTP://Example.com:8080/x",
                                  "https://例子.测试/路径"])
def test_a_web_address_is_taken_with_or_without_its_scheme(text):
    assert website_problem(text) is None


@pytest.mark.parametrize("text", ["javascript:alert(1)", "javascript://example.com/%0aalert(1)", "ftp://example.com",
                                  "hello", "https://", "http://[half", "data://text.html", "two words.com", "file://etc.passwd/"])
def test_what_would_make_a_bad_link_is_refused(text):
    assert website_problem(text) is not None


@pytest.mark.parametrize(("text", "stored"), [("1990-01-05", "1990-01-05"), ("1990年1月5日", "1990-01-05"),
                                              ("1990/1/5", "1990-01-05"), ("19900105", "1990-01-05")])
def test_a_birth_date_is_kept_in_one_form(text, stored):
    assert birth_date_problem(text, TODAY) is None
    assert tidy_birth_date(text) == stored


def test_a_birth_date_without_a_day_stays_as_it_was_typed():
    assert tidy_birth_date("spring 1990") == "spring 1990"
    assert tidy_birth_date("") is None
    assert tidy_birth_date(None) is None


@given(st.dates())
def test_tidying_a_birth_date_twice_changes_nothing(day):
    once = tidy_birth_date(day.isoformat())
    assert once == tidy_birth_date(once) == normal.day(day.isoformat())


@pytest.mark.parametrize(("text", "word"), [
    ("05/01/1990", "not a date"), ("1990-02-30", "not a date"), ("2026-03-03", "future"), ("1890-01-01", "130 years"),
])
def test_a_birth_date_that_nobody_can_have_is_refused(text, word):
    assert word in str(birth_date_problem(text, TODAY))


def test_somebody_born_today_or_130_years_ago_is_possible():
    assert birth_date_problem("2026-03-02", TODAY) is None
    assert birth_date_problem("1896-01-01", TODAY) is None


BAD = {"name": "Ann", "phone": "hello", "email": "ann", "birth_date": "?", "website": "ftp://a.b"}


def test_every_bad_entry_is_named_at_once():
    assert set(entry_problems(BAD, None, TODAY)) == {"phone", "email", "birth_date", "website"}


def test_empty_entries_are_no_problem():
    assert entry_problems({"phone": "", "email": None, "name": "Ann"}, None, TODAY) == {}


def test_what_is_stored_already_does_not_stand_in_the_way_of_another_correction():
    assert entry_problems({**BAD, "name": "Anne"}, BAD, TODAY) == {}
    assert set(entry_problems({**BAD, "email": "still bad"}, BAD, TODAY)) == {"email"}


@pytest.mark.parametrize("text", ["java\tscript:alert(1)", "JAVASCRIPT://x.com", "data:text/html,<b>x</b>",
                                  "//evil.com/x", "https://", "http://localhost", "https://[::1", "https://a b.com", "vbscript://a.b",
                                  "http:///path.com", "https://.com", "https://a..com", "file:///etc/passwd", "://a.b"])
def test_what_could_be_more_or_less_than_a_link_to_a_site_is_refused(text):
    found = website_problem(text)
    assert found is not None
    assert text[:60] in str(found)


@pytest.mark.parametrize("text", ["例子.中国", "https://例子.中国/路径", "HTTP://Example.COM", "a.b/c?d=e#f",
                                  "https://user@example.com", "example.com:8080", "https://xn--fsqu00a.xn--0zwm56d"])
def test_an_address_of_a_site_is_taken_as_people_write_it(text):
    assert website_problem(text) is None


@pytest.mark.parametrize(("text", "fine"), [
    ("2026-03-02", True), ("2026-03-03", False), ("1896-01-01", True), ("1895-12-31", False), ("2024-02-29", True),
    ("2023-02-29", False), ("0000-00-00", False), ("9999-12-31", False), ("29.02.2024", False),
    ("２０２４-02-29", True)])
def test_a_birth_date_lies_between_the_oldest_living_and_today(text, fine):
    assert (birth_date_problem(text, dt.date(2026, 3, 2)) is None) is fine


@pytest.mark.parametrize("text", ["1" * 41, "12", "not a phone", "138****8000", "+" * 30, "電話 12345", "1-2-3-4-a"])
def test_what_nobody_could_dial_is_no_phone_number(text):
    found = phone_problem(text)
    assert found is not None
    assert "is not a phone number" in str(found)
