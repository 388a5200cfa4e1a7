"""What every answer carries: a strict content policy and its companions; and which host names are answered at all."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.exceptions import SecurityError

from app.kernel.static_files import asks_for_file

# The nonce is for the one stylesheet that a widget library makes at run time; there are no inline scripts.
CONTENT_POLICY = ("default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
                  "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",  # frame-ancestors, for browsers that do not know it
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A year, in seconds. Without includeSubDomains: the neighbours of a company's CRM are not ours to decide about.
STRICT_TRANSPORT = "max-age=31536000"
# Not [::1]: Werkzeug 3.1 matches no IPv6 literal with a list of hosts.
LOOPBACK = ("localhost", "127.0.0.1")


def install(app: Flask) -> None:
    """Give every answer of `app` the headers, its templates ``csp_nonce()``, and foreign host names a 400.

    Answered are the hosts in the setting ``TRUSTED_HOSTS``; by default loopback and the host of ``CRM_BASE_URL``.
    Call it before other `before_request` functions are registered.
    """
    if not app.config.get("TRUSTED_HOSTS"):
        app.config["TRUSTED_HOSTS"] = _default_hosts(app.config.get("CRM_BASE_URL") or "")
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.before_request(_refuse_foreign_host)
    app.after_request(_add_headers)


def _default_hosts(base_url: str) -> list[str]:
    host = urlsplit(base_url).hostname
    return [*LOOPBACK, host] if host else [*LOOPBACK]


def csp_nonce() -> str:
    """The nonce of this request's style elements; the same at every call within the request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def _refuse_foreign_host() -> Response | None:
    # Flask judges the host while routing and raises only after the functions before the request, which might answer
    # first, with a redirect to that host for instance. A page cannot be rendered either: it has no URLs to link to.
    if isinstance(request.routing_exception, SecurityError):
        return Response("This host name is not served here.\n", 400, mimetype="text/plain")
    return None


def _add_headers(response: Response) -> Response:
    # A view may be stricter: what users uploaded is served in a sandbox.
    response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY.format(nonce=csp_nonce()))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    if not asks_for_file():
        response.headers["Cache-Control"] = "no-store"
    return response
