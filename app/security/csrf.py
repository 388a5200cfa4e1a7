"""No other site may act through a visitor's cookie: a token in the request, and behind it the sender's origin."""

from flask import Flask, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from app.kernel.problems import N_
from app.security.rules.door import is_foreign, origin_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FOREIGN = N_("This request was sent by a page of another site.")


def install_csrf(app: Flask) -> CSRFProtect:
    """Judge every unsafe request to `app`, REST included; a refused one is a `CSRFError` (400).

    A request with a login cookie needs the token of its session (form field ``csrf_token`` or header ``X-CSRFToken``)
    and may not come from a foreign origin. One without a cookie but with a Bearer token or API key is free: no page can
    make a browser add that header to another site. Any other, the login form for instance, may not come from a foreign
    origin. Own origins are the request's host, ``CRM_BASE_URL``, and the list ``CSRF_TRUSTED_ORIGINS``.
    """
    # Our own hook decides: the library's exempts every REST blueprint that Flask-AppBuilder registers.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    # Our own origin check serves plain HTTP too, and sites behind a proxy.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    # A token lives as long as its session: who filled in a long form must be able to send it.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    protect = CSRFProtect(app)

    @app.before_request
    def judge_request() -> None:
        if request.method in SAFE_METHODS or not app.config["WTF_CSRF_ENABLED"]:
            return
        has_cookie = _has_login_cookie(app)
        if not has_cookie and _has_bearer():
            return
        if is_foreign(request.headers.get("Origin"), request.headers.get("Referer"), _own_origins(app)):
            raise CSRFError(FOREIGN)
        if has_cookie:
            protect.protect()

    return protect


def _has_login_cookie(app: Flask) -> bool:
    names = {app.config["SESSION_COOKIE_NAME"], app.config.get("REMEMBER_COOKIE_NAME", "remember_token"),
             app.config.get("JWT_ACCESS_COOKIE_NAME", "access_token_cookie"),
             app.config.get("JWT_REFRESH_COOKIE_NAME", "refresh_token_cookie")}
    return any(name in request.cookies for name in names)


def _has_bearer() -> bool:
    # An API key is sent as a Bearer token too.
    return request.headers.get("Authorization", "").lower().startswith("bearer ")


def _own_origins(app: Flask) -> set[str]:
    # A proxy may speak TLS for us, so that the browser says https where this process sees http.
    own = {origin_of(f"{request.scheme}://{request.host}"), origin_of(f"https://{request.host}")}
    given = [app.config.get("CRM_BASE_URL") or "", *app.config.get("CSRF_TRUSTED_ORIGINS", ())]
    return own | {origin_of(url) for url in given} - {""}
