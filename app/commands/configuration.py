"""Judgements of the configuration that a start does not refuse, for the doctor: settings in, a sentence out."""

import ipaddress
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url

from app.kernel.server import Server

# Name, whether all is well, what to do.
Check = tuple[str, bool, str]
Config = Mapping[str, Any]
LEAST_SECRET = 32
# How keys begin that stand in examples and in the test suite.
KNOWN_SECRETS = ("only-for-tests", "change")
OLDEST_POSTGRESQL = 15
MOST_SKEW_SECONDS = 5
KEY_FILES = ("secret_key", "encryption_keys")


def keys(config: Config) -> Check:
    """Whether the keys are one's own, and nobody else of this machine may read those that lie in a file."""
    secret = str(config.get("SECRET_KEY") or "")
    if config.get("CRM_ENV") == "production" and (len(secret) < LEAST_SECRET or secret.startswith(KNOWN_SECRETS)):
        return "keys", False, f"SECRET_KEY must be at least {LEAST_SECRET} random characters of your own"
    folders = {config["CRM_INSTANCE_DIR"], str(Path(make_url(config["DATABASE_URL"]).database or "").parent)}
    files = [Path(folder) / name for folder in sorted(folders) for name in KEY_FILES]
    open_files = [str(file) for file in files if file.exists() and file.stat().st_mode & 0o077]
    if open_files:
        return "keys", False, f"others of this machine may read them: chmod 600 {' '.join(open_files)}"
    return "keys", True, "of your own" if config.get("CRM_ENV") == "production" else "good for this machine"


def hosts(config: Config) -> Check:
    """Whether the address of the product is one that others reach, by HTTPS, under a name that is answered."""
    base, faults = urlsplit(config["CRM_BASE_URL"]), []
    answered = [str(host) for host in config.get("TRUSTED_HOSTS") or ()]
    if not any(_admits(host, base.hostname or "") for host in answered):
        faults.append(f"TRUSTED_HOSTS does not answer {base.hostname}, the host of CRM_BASE_URL")
    if {"", ".", "*"} & set(answered):
        faults.append("TRUSTED_HOSTS answers every name: state those of your own")
    if config.get("CRM_ENV") == "production":
        if _is_loopback(base.hostname or ""):
            faults.append("links in mails lead to the reader's own machine: set CRM_BASE_URL")
        if base.scheme != "https" or not config.get("SESSION_COOKIE_SECURE"):
            faults.append("cookies travel in plain: serve by HTTPS, CRM_BASE_URL=https://… and COOKIES_SECURE=yes")
    return "hosts", not faults, "; ".join(faults) or f"answered as {base.hostname}"


def _admits(pattern: str, host: str) -> bool:
    return host == pattern or (pattern.startswith(".") and host.endswith(pattern))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def mail(config: Config) -> Check:
    """Whether mails can leave and be answered."""
    if not config.get("SMTP_URL"):
        return "mail", True, "notices stay in the app: set SMTP_URL"
    parts, faults = urlsplit(config["SMTP_URL"]), []
    if bool(parts.username) != bool(parts.password):
        faults.append("SMTP_URL names a user without a password, or the other way round")
    sender = str(config.get("SMTP_FROM") or "")
    name, at, host = sender.rpartition("@")
    if not (name and at and "." in host) and not _is_loopback(parts.hostname or ""):
        faults.append(f"servers refuse mail from “{sender}”: set SMTP_FROM to an address of your own")
    return "mail", not faults, "; ".join(faults) or f"by {parts.hostname} as {sender}"


def folders(config: Config, web_root: Path) -> Check:
    """Whether what is kept in folders can be written, and is nothing that the web serves."""
    faults = []
    for name in ("CRM_INSTANCE_DIR", "UPLOAD_DIR", "BACKUP_DIR"):
        if not config.get(name):
            continue
        folder = Path(config[name]).resolve()
        if folder.is_relative_to(web_root.resolve()):
            faults.append(f"{name} lies in {web_root}, which the web serves: move it")
        if not _writable(folder):
            faults.append(f"{name} cannot be written: let the user of this process write {folder}")
    return "folders", not faults, "; ".join(faults) or "can be written, outside of the web"


def _writable(folder: Path) -> bool:
    """Tried out where the folder is there, else judged by the next one above that is."""
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return False
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def database(there: Server) -> Check:
    """Whether the database is new enough, and SQLite keeps a journal beside which others may read."""
    version = ".".join(map(str, there.version))
    if there.system == "sqlite":
        fine = there.journal == "wal"
        say = "" if fine else f", journal `{there.journal}`: put it on a local disk, so that WAL works"
        return "database", fine, f"SQLite {version}{say}"
    fine = there.version >= (OLDEST_POSTGRESQL,)
    say = "" if fine else f": {OLDEST_POSTGRESQL} is the oldest that is known to work, upgrade it"
    return "database", fine, f"PostgreSQL {version}{say}"


def skew(there: Server) -> Check:
    """Whether the clocks of the database and of this process agree."""
    if abs(there.ahead) <= MOST_SKEW_SECONDS:
        return "skew", True, "the clocks of database and process agree"
    return "skew", False, f"the database is {there.ahead:+.0f} s off: let both machines follow one time server"
