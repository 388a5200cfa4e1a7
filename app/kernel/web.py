"""The life of a request: who acts, from where; refusals in words; anything else a bug with a request id."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import exc
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.kernel.actor import (
    NOBODY,
    Actor,
    Circumstance,
    acting_or_none,
    reset_actor,
    reset_circumstance,
    set_actor,
    set_circumstance,
)
from app.kernel.database import db, is_busy
from app.kernel.errors import Conflict, CrmError, Malformed, Missing, NotAllowed, Stale, TooMany, Unavailable, Unknown
from app.kernel.language import say_problem, say_problems

log = logging.getLogger(__name__)
Resolve = Callable[[], Actor]
Denied = Callable[[CrmError], None]


def install(app: Flask, resolve: Resolve, denied: Denied) -> None:
    """Serve `app` under the kernel's laws. `resolve()` names the actor of a request, once, after every credential was
    verified; `denied(error)` is told of each refusal for lack of rights."""
    app.extensions["denied"] = denied

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(8)
        # Resolving reads only tables without row rights; until it is done nobody acts and every record is closed.
        tokens = [(reset_actor, set_actor(NOBODY))]
        g.kernel_tokens = tokens
        channel = "api" if request.path.startswith("/api/") else "screen"
        here = Circumstance(channel=channel, address=request.remote_addr or "", request_id=g.request_id)
        tokens.append((reset_circumstance, set_circumstance(here)))
        tokens.append((reset_actor, set_actor(resolve())))

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        for reset, token in reversed(g.pop("kernel_tokens", [])):
            if reset is reset_actor:
                db.session.remove()
            reset(token)

    app.register_error_handler(CrmError, answer_refusal)
    app.register_error_handler(exc.IntegrityError, lambda error: answer_refusal(Conflict()))
    app.register_error_handler(StaleDataError, lambda error: answer_refusal(Stale()))
    app.register_error_handler(exc.DBAPIError, _answer_database)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_bug)


def wants_json() -> bool:
    """Whether the client is a program."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return request.path.startswith("/api/") or best == "application/json" or "Authorization" in request.headers


def answer_refusal(error: CrmError) -> Any:
    """The one table of refusals: JSON for programs, a page (or the login) for people."""
    if isinstance(error, (NotAllowed, Missing)):
        _tell_denied(error)
    sentence, problems = say_problem(error.sentence), say_problems(error.problems)
    if wants_json():
        response = jsonify(message=sentence, problems=problems)
    elif isinstance(error, Unknown):
        return redirect(url_for("login.login", next=request.full_path if request.method == "GET" else "/"))
    else:
        response = Response(render_template("crm/error.html", status=error.status, sentence=sentence, problems=problems,
                                            request_id=g.get("request_id", "")), mimetype="text/html")
    response.status_code = error.status
    if isinstance(error, (TooMany, Unavailable)):
        response.headers["Retry-After"] = str(getattr(error, "retry_after", 2))
    return response


def _tell_denied(error: CrmError) -> None:
    if acting_or_none() not in (None, NOBODY):
        current_app.extensions["denied"](error)


def _answer_database(error: exc.DBAPIError) -> Any:
    if is_busy(error):
        return answer_refusal(Unavailable())
    return _answer_bug(error)


def _answer_http(error: HTTPException) -> Any:
    kinds = {400: Malformed, 401: Unknown, 403: NotAllowed, 404: Missing, 429: TooMany, 503: Unavailable}
    if error.code in kinds:
        return answer_refusal(kinds[error.code]())
    if error.code is None or error.code < 400:
        return error
    refusal = CrmError(error.name)
    refusal.status = error.code
    return answer_refusal(refusal)


def _answer_bug(error: Exception) -> Any:
    log.error("bug in request %s", g.get("request_id", ""), exc_info=error)
    db.session.rollback()
    message = gettext("Something went wrong. Please name this number when you report it: %(id)s",
                      id=g.get("request_id", ""))
    if wants_json():
        return jsonify(message=message, problems={}), 500
    return render_template("crm/error.html", status=500, sentence=message, problems={},
                           request_id=g.get("request_id", "")), 500
