"""Reading requests of the API: ``q`` as JSON or Rison, the filter tree, bodies, versions."""

import json
from typing import Any

import prison
from flask import request

from app.kernel import filters
from app.kernel.errors import Malformed, PreconditionFailed
from app.kernel.filters import all_of
from app.kernel.problems import N_
from app.kernel.views import asked as ask
from app.kernel.views.asked import MAX_SIZE, Asked

MOST_BODY_ROWS = 1_000


def asked_of_request() -> tuple[Asked, dict[str, Any]]:
    """The asked rows from ``q`` (Flask-AppBuilder's keys) and from named arguments; with the raw ``q``. Malformed."""
    given = _q(request.args.get("q", ""))
    base = ask.from_address(_without_q())
    columns = _texts(given.get("columns"))
    order = str(given.get("order_column") or "")
    return Asked(
        tree=all_of(base.tree, filters.from_rest(given.get("filters") or []), _tree(given.get("filter"))),
        text=str(request.args.get("search", ""))[:200],
        sort=order or base.sort,
        descending=given.get("order_direction") == "desc" if order else base.descending,
        page=_whole(given.get("page"), base.page - 1) + 1,
        size=min(_whole(given.get("page_size"), base.size) or MAX_SIZE, MAX_SIZE),
        columns=columns or base.columns, after=base.after, before=base.before, exact=base.exact,
    ), given


def _without_q() -> Any:
    args = request.args.copy()
    args.pop("q", None)
    args.pop("search", None)
    return args


def _q(text: str) -> dict[str, Any]:
    if not text:
        return {}
    try:
        given = json.loads(text) if text.lstrip().startswith("{") else prison.loads(text)
    except (ValueError, RecursionError, prison.decoder.ParserException):
        raise Malformed(N_("The parameter q is neither JSON nor Rison.")) from None
    if not isinstance(given, dict):
        raise Malformed(N_("The parameter q is neither JSON nor Rison."))
    return given


def _tree(given: Any) -> Any:
    return filters.from_dict(given) if given else filters.EVERYTHING


def _texts(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise Malformed()
    return tuple(given[:60])


def _whole(given: Any, default: int) -> int:
    if given is None:
        return default
    if isinstance(given, bool) or not isinstance(given, int) or abs(given) > 10_000_000:
        raise Malformed()
    return max(given, 0)


def body() -> dict[str, Any]:
    """The JSON object of the request. Malformed if it is none."""
    given = request.get_json(silent=True)
    if not isinstance(given, dict):
        raise Malformed(N_("A JSON object is expected."))
    return given


def body_rows() -> tuple[list[Any], dict[str, Any]]:
    """The rows of a bulk request, a plain list or under ``rows``, with its other keys. Malformed past the limit."""
    given = request.get_json(silent=True)
    options: dict[str, Any] = {} if isinstance(given, list) else given if isinstance(given, dict) else {}
    rows = given if isinstance(given, list) else options.get("rows")
    if not isinstance(rows, list) or not rows or len(rows) > MOST_BODY_ROWS:
        raise Malformed(N_("A list of 1 to 1,000 rows is expected."))
    return rows, options


def check_if_match(current: int) -> None:
    """PreconditionFailed when the If-Match header names another version."""
    asked = request.headers.get("If-Match", "").strip()
    if asked and asked != "*" and asked.removeprefix("W/").strip('"') != str(current):
        raise PreconditionFailed()


def body_version(given: dict[str, Any]) -> int | None:
    """The version that the body says it was made from."""
    version = given.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        raise Malformed()
    return version


def once_key() -> str:
    """The one-time key of the request."""
    return request.headers.get("Idempotency-Key", "")[:80]
