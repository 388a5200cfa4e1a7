"""Judgements at the door: passwords, waits, links and origins."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.security.rules import door
from app.security.rules.door import (
    FORGET_AFTER_S,
    Tally,
    account_group,
    account_retry_after,
    account_wait,
    address_group,
    address_retry_after,
    count_account,
    count_address,
    is_foreign,
    origin_of,
    password_problem,
    safe_next,
)

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def after(seconds):
    return NOON + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize("password", [
    "correct horse battery", "kemai-Rain-42-x", "twelve signs", "今天天气很好我们去公园吧", "zzyzx-road-17!",
    "x" * 6 + "kqwvmp", "7391 8264 love 5520", "aB3$" + "mfjeiw" * 3, "0" * 9 + "kzp" * 2, "dragon that never sleeps"])
def test_a_long_password_that_nobody_tries_first_passes_whatever_signs_it_has(password):
    assert password_problem(password) is None


def test_eleven_characters_are_refused_and_twelve_pass():
    assert "12" in str(password_problem("kqwvmpxjrtz"))
    assert password_problem("kqwvmpxjrtzh") is None


def test_a_password_may_have_128_characters_and_no_more():
    phrase = "".join(chr(0x4E00 + 7 * number) for number in range(128))
    assert password_problem(phrase) is None
    assert "128" in str(password_problem(phrase + "好"))
    assert len(phrase.encode()) <= 512


def test_length_is_counted_in_characters_after_normalising():
    assert "12" in str(password_problem("e\u0301" * 6))


@pytest.mark.parametrize("password", [
    "password1234", "Password123!", "P@ssw0rd1234", "PASSWORDPASSWORD", "aaaaaaaaaaaa", "abcabcabcabc", "abcabcabcabca",
    "123456789012", "098765432109", "abcdefghijkl", "zyxwvutsrqpo", "uvwxyzabcdef", "qwertyuiop12", "1q2w3e4r5t6y",
    "trustno1trustno1", "iloveyou2024", "!!!!!!!!!!!!", "ｐａｓｓｗｏｒｄ１２３４", "dragon-2024!", "123123123123",
    "password123456789", "12345678password"])
def test_a_password_that_is_tried_first_is_refused(password):
    assert "tried first" in str(password_problem(password))


@pytest.mark.parametrize(("user", "mail"), [
    ("zhangsan", ""), ("ZhangSan", ""), (" zhangsan ", ""), ("", "zhangsan@example.com"), ("x", "ZHANGSAN@x.cn"),
    ("ｚｈａｎｇｓａｎ", "")])
def test_a_password_does_not_contain_its_owners_name_or_address(user, mail):
    assert "user name" in str(password_problem("my-ZhangSan-4711", user, mail))


def test_a_very_short_name_may_stand_in_a_password():
    assert password_problem("quickly libellule", "li", "qu@x.cn") is None
    assert password_problem("quickly libellule", "lib") is not None
    assert password_problem("quickly libellule", "", "@x.cn") is None


def test_the_list_of_common_passwords_is_there():
    known = FREQUENCY_LISTS["passwords"]
    assert len(known) >= 10_000
    assert list(door.COMMON_PASSWORDS) == known
    assert all(each in door.COMMON_PASSWORDS for each in [*known[::97], known[0], known[-1], "123456", "dragon"])
    assert not any(each in door.COMMON_PASSWORDS for each in ["", ",", "123456,password", "nobody uses this", None])


@given(st.text(max_size=140), st.text(max_size=10))
def test_every_password_gets_an_answer(password, name):
    problem = password_problem(password, name, name)
    assert problem is None or str(problem)
    if len(door.normal_password(password)) < 12:
        assert problem is not None


def test_the_wait_doubles_from_the_fifth_failure_up_to_fifteen_minutes():
    waits = [account_wait(failures) for failures in range(17)]
    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    assert account_wait(10**9) == 900


def test_the_account_opens_again_when_its_wait_is_over():
    tally = Tally(9, after(-500), NOON)
    assert account_retry_after(tally, NOON) == 16
    assert account_retry_after(tally, after(15.2)) == 1
    assert account_retry_after(tally, after(16)) == 0
    assert account_retry_after(Tally(4, NOON, NOON), NOON) == 0


def test_failures_of_an_account_add_up_until_a_day_passes_without_any():
    tally = Tally(0, after(-10), after(-10))
    for number in range(1, 8):
        tally = count_account(tally, after(number))
        assert (tally.failures, tally.first_at, tally.last_at) == (number, after(1), after(number))
    assert count_account(tally, after(7 + FORGET_AFTER_S - 1)).failures == 8
    next_day = after(7 + FORGET_AFTER_S)
    assert count_account(tally, next_day) == Tally(1, next_day, next_day)


def test_an_address_closes_with_the_thirtieth_failure_until_its_window_ends():
    tally = Tally(0, NOON, NOON)
    for number in range(30):
        assert address_retry_after(tally, after(number)) == 0
        tally = count_address(tally, after(number))
    assert tally.failures == 30
    assert address_retry_after(tally, after(30)) == 870
    assert address_retry_after(tally, after(899.5)) == 1
    assert address_retry_after(tally, after(900)) == 0
    assert count_address(tally, after(900)) == Tally(1, after(900), after(900))


def test_slow_failures_of_an_address_never_close_it():
    tally = Tally(0, NOON, NOON)
    for number in range(200):
        tally = count_address(tally, after(40 * number))
        assert address_retry_after(tally, after(40 * number)) == 0


def test_an_account_is_one_however_its_name_is_typed():
    assert account_group(" Ann ") == account_group("ANN") == account_group("ａｎｎ") == "ann"
    assert account_group("ann") != account_group("anne")


@pytest.mark.parametrize(("address", "group"), [
    ("192.0.2.7", "192.0.2.7"), (" 192.0.2.7 ", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
    ("fe80::1%eth0", "fe80::/64"), ("", "unknown"), (None, "unknown"), ("unix:", "unknown"), ("192.0.2.300", "unknown"),
    ("192.0.2.7, 10.0.0.1", "unknown")])
def test_an_address_is_counted_as_what_one_subscriber_holds(address, group):
    assert address_group(address) == group


def test_neighbouring_networks_are_counted_apart():
    assert address_group("2001:db8:1:2::1") != address_group("2001:db8:1:3::1")
    assert address_group("192.0.2.7") != address_group("192.0.2.8")


@pytest.mark.parametrize("url", ["/", "/customer/show/7", "/list?stage.category=won&next=//x", "/客户/7#top", "/a?u=http://x",
                                 "/a?b=1//2", "/#//x"])
def test_a_path_on_this_site_may_come_next(url):
    assert safe_next(url) == url


@pytest.mark.parametrize("url", [
    None, "", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "/\n/evil", "/\x00", "javascript:alert(1)", "JavaScript:alert(1)", "https://evil.example/", "http:evil.example",
    "evil.example", " /x", "/.//evil.example", "/a//b", "/a\\b", "data:text/html,x", "?next=/", "/\u2028x",
    "/" + "x" * 2000, "/\u200b/x", "/x\r\nSet-Cookie: a=b"])
def test_anything_else_falls_back(url):
    assert safe_next(url) == "/"
    assert safe_next(url, "/home") == "/home"


@given(st.text())
def test_no_text_leads_to_another_site(text):
    from_browser = safe_next(text).replace("\\", "/")
    assert from_browser.startswith("/")
    assert not from_browser.startswith("//")


@pytest.mark.parametrize(("url", "origin"), [
    ("https://CRM.example.com/x?y#z", "https://crm.example.com"), ("https://crm.example.com:443", "https://crm.example.com"),
    ("http://crm.example.com:80/", "http://crm.example.com"), ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080"),
    ("http://[::1]:8080", "http://[::1]:8080"), ("https://user:pw@crm.example.com", "https://crm.example.com"),
    ("null", ""), ("", ""), ("/path", ""), ("javascript:alert(1)", ""), ("ftp://crm.example.com", ""), ("https://", ""),
    ("https://x:99999", ""), ("https://x:abc", ""), ("https://[::1", "")])
def test_the_origin_of_an_address_is_scheme_host_and_port(url, origin):
    assert origin_of(url) == origin


OWN = {"https://crm.example.com"}


@pytest.mark.parametrize(("origin", "referer"), [
    ("https://evil.example", None), ("null", None), ("https://crm.example.com.evil.example", None),
    ("http://crm.example.com", None), ("https://crm.example.com:8443", None), (None, "https://evil.example/https://crm.example.com"),
    ("https://evil.example", "https://crm.example.com/"), ("null", "https://crm.example.com/"), (None, "garbage")])
def test_a_page_of_another_site_is_foreign(origin, referer):
    assert is_foreign(origin, referer, OWN)


@pytest.mark.parametrize(("origin", "referer"), [
    ("https://crm.example.com", None), ("https://CRM.example.com:443", None), (None, "https://crm.example.com/customer/add"),
    ("https://crm.example.com", "https://evil.example/"), (None, None), (None, "")])
def test_an_own_page_and_a_program_are_not(origin, referer):
    assert not is_foreign(origin, referer, OWN)
