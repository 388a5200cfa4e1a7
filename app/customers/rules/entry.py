"""What may be entered about a customer or a person, so that phone, mail and web address can be used later."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from app.kernel import normal
from app.kernel.problems import N_, Problem, Problems, problem

FEWEST_DIGITS, MOST_DIGITS = 5, 20
OLDEST_YEARS = 130
# Digits, what people put between them, and the words for an extension.
_PHONE_SIGNS = re.compile(r"(?:[\d\s+().,;:/#=-]|ext\.?|x|转|分机|tel)+", re.IGNORECASE)
_HOST = re.compile(r"[^\s./:@]+(\.[^\s./:@]+)+")


def entry_problems(values: Mapping[str, Any], before: Mapping[str, Any] | None, today: dt.date) -> Problems:
    """Problems of the phone, email, birth_date and website in `values`, as far as they differ from `before`.

    What was stored under older rules stays as it is: it must not stand in the way of another correction.
    """
    judges = {"phone": phone_problem, "email": email_problem, "website": website_problem,
              "birth_date": lambda text: birth_date_problem(text, today)}
    found = {name: judge(values[name]) for name, judge in judges.items()
             if values.get(name) and (before is None or before.get(name) != values[name])}
    return {name: said for name, said in found.items() if said is not None}


def phone_problem(text: str) -> Problem | None:
    """A phone number that somebody could dial: a known form, or at least nothing but digits and their separators.

    Local numbers without area code and two numbers in one cell are let through, since old records are full of them.
    """
    if normal.phone(text) is not None:
        return None
    written = unicodedata.normalize("NFKC", text)
    digits = sum(sign.isdigit() for sign in written)
    if not _PHONE_SIGNS.fullmatch(written) or not FEWEST_DIGITS <= digits <= 2 * MOST_DIGITS:
        return problem(N_("“%(value)s” is not a phone number."), value=text[:40])
    return None


def email_problem(text: str) -> Problem | None:
    """An e-mail address, and only one."""
    if normal.email(text) is None:
        return problem(N_("“%(value)s” is not an e-mail address."), value=text[:60])
    return None


def website_problem(text: str) -> Problem | None:
    """A web address with or without ``https://``; no other scheme, since the address becomes a link."""
    scheme, colon, _rest = text.partition("://")
    address = text if colon else f"https://{text}"
    try:
        parts = urlsplit(address)
        is_web = (not colon or scheme.lower() in ("http", "https")) and _HOST.fullmatch(parts.hostname or "")
    except ValueError:
        is_web = None
    return None if is_web else problem(N_("“%(value)s” is not a web address."), value=text[:60])


def birth_date_problem(text: str, today: dt.date) -> Problem | None:
    """A day written year first that lies in the past, but not longer ago than anybody lives."""
    written = normal.day(text)
    if written is None:
        return problem(N_("“%(value)s” is not a date (YYYY-MM-DD)."), value=text[:40])
    born = dt.date.fromisoformat(written)
    if born > today:
        return problem(N_("The birth date lies in the future."))
    if today.year - born.year > OLDEST_YEARS:
        return problem(N_("The birth date lies more than %(years)s years back."), years=OLDEST_YEARS)
    return None


def tidy_birth_date(text: str | None) -> str | None:
    """The day in its ISO form where it is one: ``1990年1月5日`` becomes ``1990-01-05``."""
    return normal.day(text) or text if text else None
