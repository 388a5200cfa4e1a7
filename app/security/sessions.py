"""From credentials to an actor, once per request: cookie, token or API key, each only while its epoch holds."""

import hashlib
import secrets
from typing import Any

import sqlalchemy as sa
from flask import g, has_request_context, request
from flask import session as cookie
from flask_appbuilder.security.sqla.models import ApiKey, User
from flask_jwt_extended import create_access_token, create_refresh_token, decode_token
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError

from app.kernel import clock
from app.kernel.actor import NOBODY, Actor
from app.kernel.database import session
from app.kernel.errors import NotAllowed, Unknown
from app.kernel.problems import N_
from app.security.queries import Standing, actor_of, standing_of

KEY_PREFIX = "kemai_"
REFRESH = "LoginApi.refresh"
# In the cookie: as whom an administrator looks at the product; and the one door that stays open to him then.
SEEN_AS = "seen_as"
LOOK_END = "LookView.end"


def resolve() -> Actor:
    """The actor of the request. A credential that does not hold is refused (401) rather than taken for nobody."""
    bearer = _bearer()
    if bearer and request.endpoint == REFRESH:
        # A refresh token opens nothing but this one door, which judges it itself.
        g.refresh_token = bearer
        return NOBODY
    if bearer:
        standing = _by_key(bearer) if bearer.startswith(KEY_PREFIX) else _by_token(bearer, "access")
        if standing is None:
            raise Unknown()
    else:
        standing = _by_cookie()
    if standing is None:
        return NOBODY
    g.standing = standing
    actor = actor_of(standing.user_id, standing.version)
    return actor if bearer else _as_seen(actor, standing.version)


def _as_seen(actor: Actor, version: int) -> Actor:
    """The user as whom an administrator looks at the product; the actor himself where he looks as himself."""
    seen = cookie.get(SEEN_AS)
    if seen is None or request.endpoint == LOOK_END:
        return actor
    standing = standing_of(seen)
    if not actor.holds("security") or standing is None or not standing.active:
        cookie.pop(SEEN_AS)
        return actor
    g.really = actor
    return actor_of(seen, version)


def really() -> Actor | None:
    """The administrator who looks at the product as another user in this request; None where nobody does."""
    return g.get("really") if has_request_context() else None


def keep_to_looking() -> None:
    """Who looks as another changes nothing, takes no file out, and may only end it. NotAllowed otherwise."""
    is_reading = request.method in ("GET", "HEAD", "OPTIONS") and not (request.endpoint or "").endswith(".export")
    if really() is not None and not is_reading:
        raise NotAllowed(N_("You only look at the product as this user: nothing can be changed or taken out."))


def _bearer() -> str:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


def _by_cookie() -> Standing | None:
    user_id, epoch = cookie.get("user"), cookie.get("epoch")
    if user_id is None:
        return None
    standing = standing_of(user_id)
    if standing is None or not standing.active or standing.session_epoch != epoch:
        cookie.clear()
        return None
    return standing


def _by_token(token: str, kind: str) -> Standing | None:
    try:
        claims = decode_token(token)
        user_id = int(claims["sub"])
    except (PyJWTError, JWTExtendedException, KeyError, ValueError):
        return None
    if claims.get("type") != kind:
        return None
    standing = standing_of(user_id)
    held = standing is not None and standing.active and standing.session_epoch == claims.get("epoch")
    return standing if held else None


def digest_of(key: str) -> str:
    """What is stored of an API key. Keys have 256 random bits, so that a plain digest cannot be searched backwards."""
    return hashlib.sha256(key.encode()).hexdigest()


def _by_key(key: str) -> Standing | None:
    found = sa.select(ApiKey.user_id).where(
        ApiKey.lookup_hash == digest_of(key), ApiKey.active, ApiKey.revoked_on.is_(None),
        sa.or_(ApiKey.expires_on.is_(None), ApiKey.expires_on > clock.now().replace(tzinfo=None)))
    user_id = session().execute(found).scalar()
    standing = standing_of(user_id) if user_id is not None else None
    return standing if standing is not None and standing.active else None


def start_cookie(user: User, standing: Standing) -> None:
    """Begin a browser session under a fresh cookie; what the old one held is gone."""
    locale = cookie.get("locale")
    cookie.clear()
    cookie.update({"user": user.id, "epoch": standing.session_epoch, "fresh": secrets.token_hex(8)})
    # Ends after SESSION_HOURS without a request.
    cookie.permanent = True
    if locale:
        cookie["locale"] = locale


def tokens_for(user_id: int, standing: Standing, *, refresh: bool) -> dict[str, str]:
    """An access token, and a refresh token if asked for; both end with the user's session epoch."""
    claims: dict[str, Any] = {"epoch": standing.session_epoch}
    found = {"access_token": create_access_token(str(user_id), additional_claims=claims)}
    if refresh:
        found["refresh_token"] = create_refresh_token(str(user_id), additional_claims=claims)
    return found


def refreshed(token: str) -> dict[str, str]:
    """A new access token for a refresh token. Unknown if it does not hold."""
    standing = _by_token(token, "refresh")
    if standing is None:
        raise Unknown()
    return tokens_for(standing.user_id, standing, refresh=False)
