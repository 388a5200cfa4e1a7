"""Passwords: hashed slowly, checked in the same work for everybody, renewed when the parameters grow."""

import unicodedata

import pytest

from app.security import passwords
from app.security.passwords import METHOD, check_password, hash_password, needs_rehash

QUICK = "scrypt:1024:8:1"
GOOD = "correct horse battery"


@pytest.fixture
def work(monkeypatch):
    """The list of hashes against which a password was really checked."""
    done = []
    real = passwords.check_password_hash

    def counted(stored, given):
        done.append((stored, given))
        return real(stored, given)

    monkeypatch.setattr(passwords, "check_password_hash", counted)
    return done


def test_the_right_password_and_no_other_is_accepted():
    stored = hash_password(GOOD, QUICK)
    assert check_password(stored, GOOD, QUICK)
    for wrong in ("", GOOD + " ", GOOD.upper(), GOOD[:-1]):
        assert not check_password(stored, wrong, QUICK)


def test_the_stored_form_names_its_parameters_and_never_the_password():
    one, other = hash_password(GOOD), hash_password(GOOD)
    assert one.startswith("scrypt:32768:8:3$")
    assert one != other
    assert GOOD not in one
    assert check_password(one, GOOD)
    assert len(one) < 256


def test_the_same_keys_on_another_keyboard_give_the_same_password():
    composed, decomposed = (unicodedata.normalize(form, "crème brûlée 42") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert check_password(hash_password(composed, QUICK), decomposed, QUICK)
    assert check_password(hash_password("ｃｏｒｒｅｃｔ horse battery", QUICK), GOOD, QUICK)


@pytest.mark.parametrize("stored", [None, "", "!", "x$y$z", "scrypt", "scrypt:1024:8:1", "md5$salt$abc",
                                    "scrypt:1024:8:1$salt"])
def test_a_user_that_does_not_exist_costs_the_same_work(work, stored):
    assert not check_password(stored, GOOD, QUICK)
    (dummy, given), = work
    assert dummy.startswith(QUICK + "$")
    assert given == GOOD


def test_an_existing_user_costs_one_hash_too(work):
    stored = hash_password(GOOD, QUICK)
    check_password(stored, "wrong", QUICK)
    assert [used for used, _given in work] == [stored]


def test_not_even_the_dummy_lets_anybody_in():
    for given in ("", GOOD, passwords._dummy_hash(QUICK)):
        assert not check_password(None, given, QUICK)
    assert passwords._dummy_hash(QUICK) is passwords._dummy_hash(QUICK)


def test_a_megabyte_is_not_hashed(work):
    stored = hash_password("a" * 128, QUICK)
    assert not check_password(stored, "a" * 1_000_000, QUICK)
    assert len(work[0][1]) == 129
    assert check_password(stored, "a" * 128, QUICK)


def test_a_hash_by_older_parameters_works_and_asks_to_be_renewed():
    old = "pbkdf2:sha256:1000$"
    stored = hash_password(GOOD, old[:-1])
    assert stored.startswith(old)
    assert check_password(stored, GOOD)
    assert needs_rehash(stored)
    assert needs_rehash(hash_password(GOOD, "scrypt:1024:8:1"))
    assert not needs_rehash(stored, "pbkdf2:sha256:1000")
    assert not needs_rehash(f"{METHOD}$salt$00")
    assert needs_rehash(f"{METHOD}0$salt$00")


@pytest.mark.parametrize("given", ["\ud800", GOOD + "\udfff", "\ud83d" + GOOD])
def test_half_a_character_is_a_wrong_password_at_the_same_work(work, given):
    stored = hash_password(GOOD, QUICK)
    assert not check_password(stored, given, QUICK)
    assert not check_password(None, given, QUICK)
    assert len(work) == 2


@pytest.mark.parametrize("secret", ["pässword 客户脉 😀", "a" * 128, "tab\tand space ", "\u0000 zero", "ﬁne ligature"])
def test_any_whole_text_can_be_a_password(secret):
    stored = hash_password(secret, QUICK)
    assert check_password(stored, secret, QUICK)
    assert not check_password(stored, secret + "x", QUICK)


def test_both_ways_to_write_an_accent_are_one_password():
    assert check_password(hash_password("caf\u00e9 au lait", QUICK), "cafe\u0301 au lait", QUICK)


@pytest.mark.parametrize("stored", ["", "plain", "md5$salt$hash", "scrypt:1024:8:1$only", "scrypt$a$b$c", "$$",
                                    "scrypt"])
def test_what_is_no_hash_opens_nothing(work, stored):
    assert not check_password(stored, stored, QUICK)
    assert not check_password(stored, "", QUICK)
    assert len(work) == 2
