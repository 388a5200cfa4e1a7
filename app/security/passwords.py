"""Passwords kept as scrypt hashes, checked in a time that tells nothing about whether the user exists."""

import secrets
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

from app.security.rules.door import PASSWORD_MOST, normal_password

# N=2**15, r=8, p=3: 32 MB and three passes, one of the settings that OWASP's Password Storage Cheat Sheet calls equal.
METHOD = "scrypt:32768:8:3"
SALT_LENGTH = 16


def hash_password(password: str, method: str = METHOD) -> str:
    """The hash to store, ``method$salt$hex``. Judge the password first (`rules.password_problem`).

    Takes a few tenths of a second by intention: never call it while the database's write lock is held.
    """
    return generate_password_hash(normal_password(password), method=method, salt_length=SALT_LENGTH)


def check_password(stored: str | None, given: str, method: str = METHOD) -> bool:
    """Whether `given` is the password behind `stored`.

    With None or something that is no hash (no such user, or a user without a password) the same work is done for
    nothing and the answer is False, so that the time of the answer does not tell who has an account. `method` is the
    one by which this app hashes.
    """
    # One sign more than allowed can never match, and keeps a megabyte from being normalised and hashed.
    given = normal_password(given[: PASSWORD_MOST + 1])
    # Half a character, as JSON can carry it, has no bytes that could be hashed.
    is_text = not any("\ud800" <= sign <= "\udfff" for sign in given)
    if stored is None or not _is_hash(stored) or not is_text:
        check_password_hash(_dummy_hash(method), given if is_text else "")
        return False
    return check_password_hash(stored, given)


def needs_rehash(stored: str, method: str = METHOD) -> bool:
    """Whether `stored` was made otherwise than by `method`, in full: hash anew at the next successful login."""
    return not stored.startswith(f"{method}$")


def _is_hash(stored: str) -> bool:
    method, _dollar, rest = stored.partition("$")
    return method.split(":")[0] in ("scrypt", "pbkdf2") and rest.count("$") == 1


@cache
def _dummy_hash(method: str) -> str:
    return hash_password(secrets.token_urlsafe(), method)
