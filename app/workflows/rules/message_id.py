"""The name of an e-mail: the same for every try to send it.

Mail cannot be sent exactly once: a server may have taken the message when the connection broke. A stable Message-ID
lets the receiving side see that the second copy is the first.
"""

import hashlib
import ipaddress
import re

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)


def message_id(key: str, domain: str) -> str:
    """The Message-ID (RFC 5322, 3.6.4), angle brackets included, of the outbox entry `key` sent for `domain`.

    The key is hashed: it may hold record numbers, which are nobody's business outside. `domain` is a host name or an IP
    address without port. ValueError if `key` is empty or `domain` is neither.
    """
    if not key:
        raise ValueError("an e-mail needs an outbox key")
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"<{digest[:40]}@{_right_side(domain)}>"


def _right_side(domain: str) -> str:
    bare = domain.strip().rstrip(".").lower()
    try:
        return f"[{ipaddress.ip_address(bare.strip('[]'))}]"
    except ValueError:
        pass  # a host name, then
    try:
        host = bare.encode("idna").decode("ascii")
    except UnicodeError:
        raise ValueError(f"not a mail domain: {domain!r}") from None
    if len(host) > 253 or not _HOST.fullmatch(host):
        raise ValueError(f"not a mail domain: {domain!r}")
    return host
