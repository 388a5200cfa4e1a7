"""Pure judgements at the door: passwords, waits after failed logins, where links lead, where requests come from."""

import ast
import datetime as dt
import ipaddress
import itertools
import math
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from app.kernel.packaged import packaged_text
from app.kernel.problems import N_, Problem, problem

PASSWORD_LEAST = 12
# In characters; as UTF-8 that is at most 512 bytes. A limit only so that nobody makes the server hash megabytes.
PASSWORD_MOST = 128
# A user name of one or two signs stands in half of all sentences.
NAME_LEAST = 3


class CommonPasswords:
    """The passwords that are tried first, by zxcvbn's list of them, which is read as text: importing the library costs
    13 MB in every process, for lists of names and words that nobody asks for.
    """

    def __init__(self) -> None:
        file = packaged_text("zxcvbn", "frequency_lists.py")
        listed = re.search(r'"passwords": ("[^"]+")\.split\(","\)', file)
        if listed is None:
            raise ImportError("zxcvbn has no list of common passwords any more")
        self._text = f",{ast.literal_eval(listed[1])},"

    def __contains__(self, password: object) -> bool:
        return isinstance(password, str) and "," not in password and f",{password}," in self._text

    def __iter__(self) -> Iterator[str]:
        return iter(self._text.strip(",").split(","))


COMMON_PASSWORDS = CommonPasswords()
_SUBSTITUTES = str.maketrans("@0$3!", "aosei")
_DECORATION = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "
DECORATION_MOST = 8


def normal_password(password: str) -> str:
    """The form that is judged and hashed: the same keys pressed on another keyboard give the same password (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def password_problem(password: str, user_name: str = "", email: str = "") -> Problem | None:
    """Why `password` is refused, or None. Length and guessability count, not its composition (NIST SP 800-63B)."""
    password = normal_password(password)
    if len(password) < PASSWORD_LEAST:
        return problem(N_("A password needs at least %(least)s characters."), least=PASSWORD_LEAST)
    if len(password) > PASSWORD_MOST:
        return problem(N_("A password has at most %(most)s characters."), most=PASSWORD_MOST)
    if any(name in password.casefold() for name in _names(user_name, email)):
        return problem(N_("A password must not contain the user name or the e-mail address."))
    if is_guessable(password):
        return problem(N_("This password is one of those that are tried first. Please choose another."))
    return None


def _names(user_name: str, email: str) -> list[str]:
    parts = (user_name, email.partition("@")[0])
    names = [unicodedata.normalize("NFKC", part).strip().casefold() for part in parts]
    return [name for name in names if len(name) >= NAME_LEAST]


def is_guessable(password: str) -> bool:
    """Whether `password` is common, a common one with decoration, one thing repeated, or a plain sequence."""
    lowered = password.casefold()
    return _is_common(lowered) or _is_repetition(lowered) or _is_sequence(lowered)


def _is_common(lowered: str) -> bool:
    core = lowered.strip(_DECORATION)
    decoration = lowered.replace(core, "", 1) if core else lowered
    is_light = len(decoration) <= DECORATION_MOST or decoration in COMMON_PASSWORDS
    return lowered in COMMON_PASSWORDS or (is_light and core.translate(_SUBSTITUTES) in COMMON_PASSWORDS)


def _is_repetition(lowered: str) -> bool:
    match = re.fullmatch(r"(.+?)\1+(.*)", lowered, re.DOTALL)
    if match is None or not match[1].startswith(match[2]):
        return False
    return len(match[1]) <= 4 or match[1] in COMMON_PASSWORDS


def _is_sequence(lowered: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(lowered)}
    # 9 to 0 and back, and z to a and back, go on with a sequence.
    return steps <= {1, -9, -25} or steps <= {-1, 9, 25}


FREE_FAILURES = 5
LONGEST_WAIT_S = 15 * 60
ADDRESS_FAILURES = 30
ADDRESS_WINDOW_S = 15 * 60
FORGET_AFTER_S = 24 * 60 * 60
IPV6_GROUP_BITS = 64


@dataclass(frozen=True)
class Tally:
    """How many logins failed, when the first of them did, and when the last."""

    failures: int
    first_at: dt.datetime
    last_at: dt.datetime


def account_wait(failures: int) -> int:
    """Seconds to wait after the last of `failures`: none below 5, then 1, 2, 4 ... up to 15 minutes."""
    if failures < FREE_FAILURES:
        return 0
    return min(2 ** min(failures - FREE_FAILURES, 20), LONGEST_WAIT_S)


def account_retry_after(tally: Tally, now: dt.datetime) -> int:
    """Whole seconds until the account may be tried again; 0 means now."""
    return _seconds_until(tally.last_at, account_wait(tally.failures), now)


def address_retry_after(tally: Tally, now: dt.datetime) -> int:
    """Whole seconds until the address may try again; 0 means now."""
    if tally.failures < ADDRESS_FAILURES:
        return 0
    return _seconds_until(tally.first_at, ADDRESS_WINDOW_S, now)


def _seconds_until(start: dt.datetime, wait_s: int, now: dt.datetime) -> int:
    return max(0, math.ceil(wait_s - (now - start).total_seconds()))


def count_account(tally: Tally, now: dt.datetime) -> Tally:
    """The account's tally with one more failure; a day without any forgives the earlier ones."""
    return _count(tally, now, tally.last_at, FORGET_AFTER_S)


def count_address(tally: Tally, now: dt.datetime) -> Tally:
    """The address's tally with one more failure; its window opens with the first and closes 15 minutes later."""
    return _count(tally, now, tally.first_at, ADDRESS_WINDOW_S)


def _count(tally: Tally, now: dt.datetime, since: dt.datetime, lifetime_s: int) -> Tally:
    if tally.failures == 0 or now >= since + dt.timedelta(seconds=lifetime_s):
        return Tally(1, now, now)
    return replace(tally, failures=tally.failures + 1, last_at=now)


def account_group(account: str) -> str:
    """The name under which logins to one account are counted, whether or not it exists."""
    return unicodedata.normalize("NFKC", account).strip().casefold()


def address_group(address: str | None) -> str:
    """The network under which failures are counted: one IPv4 address, or the /64 that one IPv6 subscriber holds.

    What is no address (a socket file, a broken proxy header) is counted as one place.
    """
    try:
        found = ipaddress.ip_address((address or "").strip().partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, IPV6_GROUP_BITS), strict=False))


LONGEST_NEXT = 2000


def safe_next(url: str | None, default: str = "/") -> str:
    """`url` if it is an absolute path on this site, else `default`.

    Browsers read ``//host``, ``/\\host`` and a tab between the slashes as another site, so that none of them passes,
    nor a second ``//`` later in the path, which a clean-up of ``/.//host`` would bring to the front.
    """
    if not url or len(url) > LONGEST_NEXT or not url.startswith("/") or "\\" in url or not url.isprintable():
        return default
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    return default if "//" in path else url


def origin_of(url: str) -> str:
    """``scheme://host[:port]`` of `url` in lower case, without a default port; empty if it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    is_default = port in (None, 443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{port}"


def is_foreign(origin: str | None, referer: str | None, own: Collection[str]) -> bool:
    """Whether a request says that it was made by a page of another site than those in `own` (origins).

    Browsers send Origin with every unsafe request, ``null`` from a page that hides where it is; Referer serves where
    Origin is absent. With neither no browser page made it.
    """
    said = origin if origin is not None else referer
    return bool(said) and origin_of(said or "") not in own
