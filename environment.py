"""What the environment may say: every setting with its unit, its default and how it is read.

config.py makes of it what Flask gets. ``python environment.py`` prints the table as docs/operations.md shows it.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.numbers import list_currencies
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent
KEY_BYTES = 32


class ConfigurationError(ValueError):
    """A setting that forbids to start; its text says which one and what to do."""


@dataclass(frozen=True)
class Setting:
    """One environment variable: how its text is read, its unit, its default as text, and what it does.

    A default may name earlier settings in braces; an empty one means "not set", and the value is then None. `read`
    raises ValueError, without repeating a text that may be secret.
    """

    name: str
    read: Callable[[str], Any]
    unit: str
    default: str
    description: str


def one_of(*allowed: str) -> Callable[[str], str]:
    """A reader of exactly these words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"{text!r} is none of these")
        return text

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers within `least` and `most`."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(f"{number} is not within {least} and {most}")
        return number

    return read


def switch(text: str) -> bool:
    """Yes or no, also spelled as other programs do."""
    if text.lower() in ("yes", "true", "on", "1"):
        return True
    if text.lower() in ("no", "false", "off", "0"):
        return False
    raise ValueError(f"{text!r} is neither")


def path(text: str) -> str:
    """An absolute path; a relative one starts at the folder of this file, wherever the process was started."""
    return str(ROOT / Path(text).expanduser())


def names(text: str) -> tuple[str, ...]:
    """Words separated by commas."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def host(text: str) -> str:
    """A host name or address, as it stands before ``:port``."""
    return f"[{text}]" if ":" in text and not text.startswith("[") else text


def url_of(*schemes: str) -> Callable[[str], str]:
    """A reader of addresses with one of these schemes and a host; a slash at the end is dropped."""

    def read(text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"it must begin with {' or '.join(scheme + '://' for scheme in schemes)} and name a host")
        return text.rstrip("/")

    return read


def database(text: str) -> str:
    """A database address as SQLAlchemy wants it: PostgreSQL through psycopg 3, a SQLite file by its absolute path."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("it is no database address") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername != "sqlite":
        raise ValueError(f"{url.drivername!r} is not supported")
    if url.database in (None, "", ":memory:"):
        return text
    return url.set(database=str(Path(str(url.database)).absolute())).render_as_string(hide_password=False)


def zone(text: str) -> str:
    """The name of a time zone that this machine knows."""
    try:
        return ZoneInfo(text).key
    except (OSError, ValueError, LookupError):
        raise ValueError(f"{text!r} is unknown") from None


def currency(text: str) -> str:
    """A currency code in capitals."""
    return one_of(*list_currencies())(text.upper())


def keys(text: str) -> dict[str, bytes]:
    """The key ring, the writing key first: key id to 32 bytes."""
    ring: dict[str, bytes] = {}
    for entry in names(text):
        key_id, _, encoded = entry.partition(":")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,16}", key_id) or key_id in ring:
            raise ValueError("each key needs an id of its own, of at most 16 letters, digits, '-' and '_'")
        try:
            ring[key_id] = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise ValueError(f"key {key_id} is not base64") from None
        if len(ring[key_id]) != KEY_BYTES:
            raise ValueError(f"key {key_id} has {len(ring[key_id])} bytes")
    return ring


SETTINGS = (
    Setting("CRM_ENV", one_of("development", "test", "production"), "development, test or production", "development",
            "Which class of config.py applies. Where it is not set, a HOST outside loopback means production."),
    Setting("CRM_INSTANCE_DIR", path, "folder", "instance",
            "Where the embedded database, its keys and the uploads lie unless told otherwise."),
    Setting("DATABASE_URL", database, "URL", "sqlite:///{CRM_INSTANCE_DIR}/kemai.db",
            "A SQLite file, or PostgreSQL 15 and newer: `postgresql://user:password@host/kemai`."),
    Setting("DATABASE_POOL", whole(5, 500), "connections, 5 to 500", "20", "Connections that one process may open."),
    Setting("SECRET_KEY", str, "text of at least 32 characters", "",
            "Signs sessions and tokens. Required in production and outside loopback; development makes one and keeps "
            "it beside the database."),
    Setting("ENCRYPTION_KEYS", keys, "id:base64 of 32 bytes, separated by commas", "",
            "Encrypts personal values: the first key writes, all of them read. Required and made like SECRET_KEY."),
    Setting("HOST", host, "address", "127.0.0.1", "Address to listen on."),
    Setting("PORT", whole(1, 65535), "TCP port", "8080", "Port to listen on."),
    Setting("CRM_BASE_URL", url_of("http", "https"), "URL", "http://{HOST}:{PORT}",
            "Address of the product in mails and notices."),
    Setting("TRUSTED_HOSTS", names, "host names, separated by commas", "",
            "Further names by which requests may call this host, besides those of loopback, HOST and CRM_BASE_URL; "
            "`.example.com` admits every name below it."),
    Setting("PROXY_HOPS", whole(0, 10), "reverse proxies, 0 to 10", "0",
            "How many reverse proxies stand in front, whose word on address, scheme and host is believed."),
    Setting("COOKIES_SECURE", switch, "yes or no", "",
            "Whether cookies travel over HTTPS only. Where it is not set: yes in production, else no."),
    Setting("SESSION_HOURS", whole(1, 720), "hours, 1 to 720", "12", "Idle time after which a login ends."),
    Setting("CRM_LOCALE", one_of("zh", "en"), "zh or en", "zh",
            "Language where neither user nor browser asks for one."),
    Setting("CRM_TIMEZONE", zone, "IANA time zone", "Asia/Shanghai", "Time zone of users who chose none."),
    Setting("CRM_CURRENCY", currency, "ISO 4217 code", "CNY", "Currency that sums are converted to."),
    Setting("SMTP_URL", url_of("smtp", "smtps"), "URL", "",
            "Mail server: `smtp://user:password@host:587`, with STARTTLS where it is offered, or `smtps://host:465`. "
            "Where it is not set, notices stay in the app."),
    Setting("SMTP_FROM", str, "mail address", "crm@localhost", "Sender of the mails."),
    Setting("UPLOAD_DIR", path, "folder", "{CRM_INSTANCE_DIR}/uploads", "Where attachments are stored."),
    Setting("UPLOAD_LIMIT", whole(1, 2048), "MiB, 1 to 2048", "25", "The largest request, and so the largest file."),
    Setting("BACKUP_DIR", path, "folder", "",
            "Where the nightly backup goes: another disk than the database's. Where it is not set, none is made."),
    Setting("WEB_THREADS", whole(1, 200), "threads, 1 to 200", "8", "Requests that one process serves at a time."),
    Setting("WORKERS", whole(0, 16), "threads, 0 to 16", "1",
            "Workers inside `python run.py`, beside the scheduler; with 0 it serves the web alone."),
    Setting("LOG_LEVEL", one_of("DEBUG", "INFO", "WARNING", "ERROR"), "DEBUG, INFO, WARNING or ERROR", "INFO",
            "The least severity that is logged."),
)


def read_environment(given: Mapping[str, str]) -> dict[str, Any]:
    """Every setting by name, typed, from texts in `given` or else its default.

    Raises ConfigurationError, which names the setting and its unit, for a text that cannot be read.
    """
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = given.get(setting.name) or setting.default.format(**values)
        try:
            values[setting.name] = setting.read(text) if text else None
        except ValueError as error:
            raise ConfigurationError(f"{setting.name} cannot be read ({setting.unit}): {error}.") from None
    return values


def markdown() -> str:
    """The table of all settings as docs/operations.md holds it."""
    shown = {setting.name: f"<{setting.name}>" for setting in SETTINGS}
    rows = ["| Setting | Unit | Default | What it does |", "|---|---|---|---|"]
    for setting in SETTINGS:
        default = f"`{setting.default.format(**shown)}`" if setting.default else ""
        rows.append(f"| `{setting.name}` | {setting.unit} | {default} | {setting.description} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
