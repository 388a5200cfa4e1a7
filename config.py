"""What Flask gets: three environments, the settings of the environment, and the refusals of a careless start.

`load` reads the environment once and answers the mapping that `create_app` puts into ``app.config``; nothing else in
the product reads environment variables. Each setting stands there under its own name, typed (see environment.py).
"""

import base64
import datetime as dt
import ipaddress
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url

from environment import KEY_BYTES, ConfigurationError, read_environment

LEAST_SECRET = 32


class Base:
    """What holds in every environment. Names are those of Flask, Flask-AppBuilder and their extensions."""

    APP_NAME = "Kemai CRM"
    APP_VERSION = "0.1.0"
    LANGUAGES = {"zh": {"flag": "cn", "name": "简体中文"}, "en": {"flag": "gb", "name": "English"}}
    TESTING = False
    TEMPLATES_AUTO_RELOAD = False
    # The schema belongs to the migrations and permissions are synced by `flask crm init`: done at every start they
    # cost over a thousand statements and race between processes.
    FAB_CREATE_DB = False
    FAB_UPDATE_PERMS = False
    FAB_API_SWAGGER_UI = False
    FAB_API_SHOW_STACKTRACE = False
    FAB_ALLOW_GET_UNSAFE_MUTATIONS = False
    FAB_API_MAX_PAGE_SIZE = 200  # a page without limit answered 20,000 rows in 55 MB
    FAB_API_KEY_ENABLED = True
    FAB_API_KEY_PREFIXES = ("kemai_",)
    AUTH_TYPE = 1  # name and password in our own tables
    AUTH_ROLE_ADMIN = "Admin"
    AUTH_ROLE_PUBLIC = "Public"
    AUTH_USER_REGISTRATION = False
    AUTH_RATE_LIMITED = True  # without RATELIMIT_ENABLED it has no effect
    AUTH_RATE_LIMIT = "10 per minute"
    RATELIMIT_ENABLED = True
    RATELIMIT_STORAGE_URI = "memory://"
    RATELIMIT_HEADERS_ENABLED = True
    SQLALCHEMY_TRACK_MODIFICATIONS = False
    SESSION_COOKIE_NAME = "kemai_session"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    REMEMBER_COOKIE_HTTPONLY = True
    REMEMBER_COOKIE_SAMESITE = "Lax"
    WTF_CSRF_TIME_LIMIT = None  # as long as the session: a form left open over lunch must still save
    JWT_TOKEN_LOCATION = ("headers",)
    JWT_ACCESS_TOKEN_EXPIRES = dt.timedelta(minutes=15)
    JWT_REFRESH_TOKEN_EXPIRES = dt.timedelta(days=1)
    MAX_FORM_MEMORY_SIZE = 1_000_000


class Development(Base):
    """One machine, for itself: keys are made on first start and kept beside the database."""

    TEMPLATES_AUTO_RELOAD = True


class Test(Base):
    """The test suite: fixed keys, quick password hashes, no throttle unless a test asks for it."""

    TESTING = True
    RATELIMIT_ENABLED = False
    FAB_PASSWORD_HASH_METHOD = "pbkdf2:sha256:1000"
    SECRET_KEY = "only-for-tests-only-for-tests-only-for-tests"
    ENCRYPTION_KEYS = "test:" + base64.b64encode(bytes(range(KEY_BYTES))).decode()


class Production(Base):
    """Real users: both keys must be given, and cookies travel over HTTPS only."""


ENVIRONMENTS: dict[str, type[Base]] = {"development": Development, "test": Test, "production": Production}


def load(environ: Mapping[str, str] = os.environ, **overrides: Any) -> dict[str, Any]:
    """The whole configuration from `environ`, with `overrides` (names in ``app.config``) on top.

    Makes the instance folder and, in development, the missing keys. Raises ConfigurationError, a sentence for the
    operator, when a setting cannot be read or would be unsafe.
    """
    given = {name: text.strip() for name, text in environ.items() if text.strip()}
    given.setdefault("HOST", "127.0.0.1")
    if not is_loopback(given["HOST"]):
        given.setdefault("CRM_ENV", "production")
    values = read_environment(given)
    chosen = ENVIRONMENTS[values["CRM_ENV"]]
    Path(values["CRM_INSTANCE_DIR"]).mkdir(mode=0o700, parents=True, exist_ok=True)
    values = read_environment(given | _keys(given, values))
    fixed = {name: getattr(chosen, name) for name in dir(chosen) if name.isupper()}
    return {**fixed, **values, **_derived(values, chosen), **overrides}


def is_loopback(host: str) -> bool:
    """Whether the address `host` is reached from this machine only; a name other than localhost counts as outside."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _derived(values: Mapping[str, Any], chosen: type[Base]) -> dict[str, Any]:
    """The names that Flask and its extensions know, from the settings."""
    base = urlsplit(values["CRM_BASE_URL"])
    secure = values["COOKIES_SECURE"]
    secure = chosen is Production if secure is None else secure
    return {
        "COOKIES_SECURE": secure,
        "SESSION_COOKIE_SECURE": secure,
        "REMEMBER_COOKIE_SECURE": secure,
        "SQLALCHEMY_DATABASE_URI": values["DATABASE_URL"],
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(values),
        "BABEL_DEFAULT_LOCALE": values["CRM_LOCALE"],
        "BABEL_DEFAULT_TIMEZONE": values["CRM_TIMEZONE"],
        "MAX_CONTENT_LENGTH": values["UPLOAD_LIMIT"] * 1024 * 1024,
        "PERMANENT_SESSION_LIFETIME": dt.timedelta(hours=values["SESSION_HOURS"]),
        "PREFERRED_URL_SCHEME": base.scheme,
        "TRUSTED_HOSTS": ["localhost", "127.0.0.1", values["HOST"], base.hostname, *(values["TRUSTED_HOSTS"] or ())],
    }


def _engine_options(values: Mapping[str, Any]) -> dict[str, Any]:
    # hide_parameters: the values of a failed statement would stand in the log, personal ones too.
    options = {"hide_parameters": True, "pool_size": values["DATABASE_POOL"], "max_overflow": 0}
    if values["DATABASE_URL"].startswith("postgresql"):
        options |= {"pool_pre_ping": True, "connect_args": {"options": "-c timezone=UTC"}}
    elif make_url(values["DATABASE_URL"]).database in (None, "", ":memory:"):
        return {"hide_parameters": True}  # lives in its only connection, so there is no pool to size
    return options


def _keys(given: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """The texts of both keys: as given, of the test suite, or kept beside the database; refused where unsafe."""
    if values["CRM_ENV"] == "production" or not is_loopback(values["HOST"]):
        _refuse_weak_keys(given)
        return {}
    if values["CRM_ENV"] == "test":
        return {name: given.get(name, getattr(Test, name)) for name in ("SECRET_KEY", "ENCRYPTION_KEYS")}
    database = _database_file(values)
    folder = Path(values["CRM_INSTANCE_DIR"]) if database is None else database.parent
    return {
        "SECRET_KEY": given.get("SECRET_KEY") or _kept(folder / "secret_key", lambda: secrets.token_urlsafe(48)),
        "ENCRYPTION_KEYS": given.get("ENCRYPTION_KEYS") or _kept_ring(folder / "encryption_keys", database),
    }


def _refuse_weak_keys(given: Mapping[str, str]) -> None:
    where = "To serve in production or outside loopback,"
    secret = given.get("SECRET_KEY", "")
    if len(secret) < LEAST_SECRET or secret == Test.SECRET_KEY or secret.lower().startswith("change"):
        raise ConfigurationError(f"{where} SECRET_KEY must be at least {LEAST_SECRET} random characters of your own, "
                                 "for instance from `openssl rand -base64 48`.")
    if given.get("ENCRYPTION_KEYS", Test.ENCRYPTION_KEYS) == Test.ENCRYPTION_KEYS:
        raise ConfigurationError(f"{where} ENCRYPTION_KEYS must hold a key of your own, `k1:` followed by what "
                                 f"`openssl rand -base64 {KEY_BYTES}` prints. Keep it apart from the database.")


def _database_file(values: Mapping[str, Any]) -> Path | None:
    url = make_url(values["DATABASE_URL"])
    if url.drivername == "sqlite" and url.database not in (None, "", ":memory:"):
        return Path(str(url.database))
    return None


def _kept_ring(file: Path, database: Path | None) -> str:
    if not file.exists() and database is not None and database.exists():
        raise ConfigurationError(f"{database} is there, but the keys of its personal values are not: bring back {file} "
                                 "or set ENCRYPTION_KEYS.")
    return _kept(file, lambda: "k1:" + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
                 f"Made {file}, the key of personal values. Keep a copy apart from the database: without the key these "
                 "values cannot be read.")


def _kept(file: Path, make: Callable[[], str], notice: str = "") -> str:
    """The line in `file`, made on first use. Of processes that start together one makes it and all read the same."""
    if not file.exists():
        with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}-") as draft:  # has mode 0600
            draft.write(make() + "\n")
            draft.flush()
            os.fsync(draft.fileno())
            try:
                os.link(draft.name, file)
            except FileExistsError:
                notice = ""
        if notice:
            print(notice, file=sys.stderr)
    return file.read_text(encoding="ascii").strip()
