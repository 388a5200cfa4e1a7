"""Style sheets, scripts and pictures: addressed by the hash of their content, packed once, kept by browsers for good.

An address with the right hash never changes its answer; without one, or with an old one, it is asked again soon.
"""

import gzip
import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request, send_file
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.security import safe_join

from app.kernel.compression import accepts_gzip

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"
# Not asked of the machine, whose own tables differ: without the right type a browser refuses the file (nosniff).
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".txt": "text/plain",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".png": "image/png",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".ttf": "font/ttf",
}
PACKED = frozenset({".css", ".js", ".mjs", ".json", ".map", ".txt", ".svg", ".ico", ".ttf"})
# Below this the packed file is hardly smaller than what its own header costs.
LEAST_BYTES = 500
MARK_LENGTH = 12


class SparingSessions(SecureCookieSessionInterface):
    """Cookies, but none with a file: what every cache may keep must not carry the session of its first reader."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not asks_for_file():
            super().save_session(app, session, response)


def install(app: Flask) -> None:
    """Answer the requests for static files of `app`, its blueprints' too, and put the hash into their addresses.

    Install it after what refuses foreign hosts and before what resolves the actor: a file asks no database.
    """
    app.session_interface = SparingSessions()
    app.before_request(_answer)

    @app.url_defaults
    def add_mark(endpoint: str, values: dict[str, Any]) -> None:
        if is_static(endpoint) and "v" not in values:
            found = _find(endpoint, values.get("filename", ""))
            if found is not None:
                values["v"] = mark_of(found)


def is_static(endpoint: str) -> bool:
    """Whether this is the endpoint of a folder of static files, the application's or a blueprint's."""
    return endpoint.rpartition(".")[2] == "static"


def asks_for_file() -> bool:
    """Whether the current request is for a static file."""
    return is_static(request.endpoint or "")


def mark_of(path: Path) -> str:
    """The hash of the file's content, as it stands in addresses."""
    stated = path.stat()
    return _mark(path, stated.st_mtime_ns, stated.st_size)


@lru_cache(maxsize=512)
def _mark(path: Path, _changed: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:MARK_LENGTH]


@lru_cache(maxsize=256)
def _packed(path: Path, _mark: str) -> bytes | None:
    """The file packed as tightly as gzip can, None where it is not worth it."""
    content = path.read_bytes()
    if path.suffix.lower() not in PACKED or len(content) < LEAST_BYTES:
        return None
    return gzip.compress(content, 9, mtime=0)


def _find(endpoint: str, filename: str) -> Path | None:
    """The file that an endpoint serves under this name."""
    scaffold = current_app.blueprints.get(endpoint.rpartition(".")[0], current_app)
    path = Path(safe_join(scaffold.static_folder or os.devnull, filename) or os.devnull)
    try:
        return path if path.is_file() else None
    except OSError:  # a name that no file can have
        return None


def _answer() -> Response | None:
    if not asks_for_file() or request.routing_exception is not None:
        return None
    path = _find(request.endpoint or "", (request.view_args or {}).get("filename", ""))
    if path is None:
        return Response("There is no such file.\n", 404, {"Cache-Control": "no-store"}, mimetype="text/plain")
    mark = mark_of(path)
    response = _file(path, mark)
    response.headers["Cache-Control"] = FOR_GOOD if request.args.get("v") == mark else FOR_A_WHILE
    return response


def _file(path: Path, mark: str) -> Response:
    """The file in the form that the client can read; 304 where it has it already."""
    kind = TYPES.get(path.suffix.lower(), "application/octet-stream")
    packed = _packed(path, mark)
    if packed is None or not accepts_gzip():
        response = send_file(path, mimetype=kind, etag=mark)
    else:
        response = Response(packed, mimetype=kind, headers={"Content-Encoding": "gzip"})
        response.set_etag(f"{mark}-gzip")
        response.make_conditional(request)
    if packed is not None:
        response.vary.add("Accept-Encoding")
    return response
