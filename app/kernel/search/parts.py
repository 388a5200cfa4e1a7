"""Parts of personal values by which people ask: the last digits of a phone number, the two sides of an address.

Only their keyed hashes lie in the index. What is typed is hashed likewise, so that equality is all that can be asked.
"""

import re
import unicodedata
from typing import Any

from app.kernel import normal

KINDS = ("phone", "email")
FEWEST_DIGITS, MOST_DIGITS = 4, 11
# Of 128 bits of the hash so many hex digits are kept: a chance hit among 10 million parts is one in 28 million.
KEPT = 12
_BETWEEN_DIGITS = re.compile(r"[\s\-()+]")


def parts_of(kind: str, value: str) -> list[str]:
    """The parts of a value of a `kind` by which it may be asked for."""
    if kind == "phone":
        number = normal.phone(value) or value
        digits = re.sub(r"[^0-9]", "", number.partition(";")[0])
        most = min(len(digits), MOST_DIGITS)
        return [f"tail:{digits[-length:]}" for length in range(FEWEST_DIGITS, most + 1)]
    local, at, domain = (normal.email_key(value) or "").rpartition("@")
    return [f"local:{local}", f"domain:{domain}"] if at else []


def asked_parts(kind: str, text: str) -> list[str]:
    """The parts for which `text` may ask in values of a `kind`; whole values are asked by their own hash."""
    text = unicodedata.normalize("NFKC", text).strip()
    if kind == "phone":
        digits = _BETWEEN_DIGITS.sub("", text)
        is_tail = digits.isascii() and digits.isdigit() and FEWEST_DIGITS <= len(digits) <= MOST_DIGITS
        return [f"tail:{digits}"] if is_tail else []
    local, at, domain = text.rpartition("@")
    if at and local and domain:
        return []
    asked = [f"local:{name.casefold()}" for name in (local if at else domain,) if name and " " not in name]
    host = (normal.email_key(f"x@{domain}") or "").partition("@")[2] if at or "." in domain else ""
    return [*asked, *([f"domain:{host}"] if host else [])]


def hashes_of(column: Any, kind: str, value: str | None) -> list[str]:
    """What the index holds of a value of an encrypted `column`."""
    return [_gram(column.type.part_hashes(part)[0]) for part in parts_of(kind, value)] if value else []


def asked_hashes(column: Any, kind: str, text: str) -> list[str]:
    """What the index holds of values of an encrypted `column` that `text` may ask for, under every key of the ring."""
    return [_gram(made) for part in asked_parts(kind, text) for made in column.type.part_hashes(part)]


def _gram(made: str) -> str:
    # Longer than what the index holds of any text.
    return f"={made[:KEPT]}"
