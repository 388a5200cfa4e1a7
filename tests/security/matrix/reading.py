"""Every way in which rows of an entity can be read, asked by one user."""

import json
import re
from typing import Any

from flask import current_app

from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import fields_of
from app.kernel.views import Chart
from tests.security.matrix.visitor import Visitor

NO_FIELD = "no_such_field"


def closed_entity(visitor: Visitor, view: Any) -> None:
    """Without the verb read on any row, no door of the entity opens."""
    api, page, known = f"/api/v1/{view.entity}", f"/{view.entity}", sorted(visitor.oracle.rows[view.entity])
    first = known[0] if known else 1
    for channel, url in (("REST list", f"{api}/"), ("REST item", f"{api}/{first}"), ("_info", f"{api}/_info"),
                         ("look-up", f"{api}/lookup"), ("history", f"{api}/{first}/history"),
                         ("chart", f"{api}/chart/any"), ("list page", f"{page}/list/"), ("charts", f"{page}/charts/"),
                         ("record page", f"{page}/show/{first}"), ("look-up", f"{page}/lookup"),
                         ("chart", f"{page}/chart/any"), ("condition", f"{page}/condition?field=id")):
        visitor.get(channel, url, 403)
    if _has_board(view):
        visitor.get("board", f"{page}/board/", 403)


def _has_board(view: Any) -> bool:
    return bool(view.board_by) and not view.read_only


def open_entity(visitor: Visitor, view: Any) -> None:
    """List, record, look-up, search, filters, sort, charts and history show the readable rows and nothing else."""
    _lists(visitor, view)
    _records(visitor, view)
    _lookups(visitor, view)
    _columns(visitor, view)
    _ways(visitor, view)
    _charts(visitor, view)


def _lists(visitor: Visitor, view: Any) -> None:
    expected, api = visitor.oracle.readable(visitor.name, view.entity), f"/api/v1/{view.entity}"
    found = visitor.get("REST list", f"{api}/?page_size=100").json
    visitor.same_ids("REST list", found["ids"], expected)
    if issubclass(view.model, Entity):
        visitor.same_ids("REST count", range(found["count"]), set(range(len(expected))))
    visitor.get("_info", f"{api}/_info")
    page = visitor.get("list page", f"/{view.entity}/list/?page_size=100").get_data(as_text=True)
    visitor.same_ids("list page", _shown_ids(view.entity, page), expected)
    if _has_board(view):
        board = visitor.get("board", f"/{view.entity}/board/").get_data(as_text=True)
        visitor.same_ids("board", {int(found) for found in re.findall(r'data-id="(\d+)"', board)}, expected)
    found = visitor.get("search", f"{api}/?page_size=100&search=Zq").json
    visitor.only_ids("search", found["ids"], expected if view.text_columns else set())


def _shown_ids(entity: str, page: str) -> set[int]:
    return {int(found) for found in re.findall(rf'name="ids" value="(\d+)" form="bulk" .*?href="/{entity}/show/',
                                               page, re.DOTALL)}


def _records(visitor: Visitor, view: Any) -> None:
    oracle, entity = visitor.oracle, view.entity
    expected = oracle.readable(visitor.name, entity)
    closed = sorted(set(oracle.rows[entity]) - expected)
    for record_id in [*visitor.some(closed), 10**12]:
        visitor.get("REST item", f"/api/v1/{entity}/{record_id}", 404)
    for record_id in closed[:2]:
        visitor.get("history", f"/api/v1/{entity}/{record_id}/history", 404)
        visitor.get("record page", f"/{entity}/show/{record_id}", 404)
    for record_id in _telling(visitor, entity)[:3 if visitor.thorough else 1]:
        visitor.get("REST item", f"/api/v1/{entity}/{record_id}")
        visitor.get("history", f"/api/v1/{entity}/{record_id}/history")
        visitor.get("record page", f"/{entity}/show/{record_id}")


def _telling(visitor: Visitor, entity: str) -> list[int]:
    """Readable rows, first those whose parents stand on another side."""
    expected = visitor.oracle.readable(visitor.name, entity)
    made = [visitor.made.ids.get((entity, side)) for side in ("crossed", "shared", "sales1", "sales2", "pool")]
    return [each for each in dict.fromkeys([*made, *sorted(expected)]) if each in expected]


def _lookups(visitor: Visitor, view: Any) -> None:
    oracle, entity = visitor.oracle, view.entity
    if issubclass(view.model, Entity):
        found = visitor.get("look-up", f"/api/v1/{entity}/lookup").json["result"]
        visitor.only_ids("look-up", [each["id"] for each in found], oracle.readable(visitor.name, entity))
    for name, field in fields_of(view.model).items():
        if field.kind in ("pointer", "many") and field.target in scoped_by_table() \
                and visitor.is_new("form select", field.target):
            may = oracle.may(visitor.name, "read", field.target)
            answer = visitor.get("form select", f"/{entity}/lookup?field={name}", 200 if may else 403)
            if answer.status_code == 200:
                visitor.only_ids("form select", [each["id"] for each in answer.json["result"]],
                                 oracle.readable(visitor.name, field.target))


def _columns(visitor: Visitor, view: Any) -> None:
    """Masked and hidden columns are refused like unknown ones, in filters and in the sort; plain ones keep the rows."""
    oracle, url = visitor.oracle, f"/api/v1/{view.entity}/?page_size=100"
    expected, plain = oracle.readable(visitor.name, view.entity), []
    for name, field in fields_of(view.model).items():
        target = scoped_by_table().get(field.target or "")
        if oracle.mode(visitor.name, view.entity, name) in ("mask", "hide"):
            for ask in ("&sort={}", "&{}=x", "&{}__is_empty=true", "&{}__contains=1"):
                _like_unknown(visitor, url + ask, name)
        elif target is not None and not oracle.may(visitor.name, "read", field.target):
            _like_unknown(visitor, url + "&{}__is_empty=true", name)
        elif field.kind not in ("json", "about", "personal"):
            plain.append(name)
    pointers = [name for name in plain if fields_of(view.model)[name].kind == "pointer"]
    for name in pointers if visitor.thorough else pointers[:1]:
        answer = visitor.ask("sort", "GET", f"{url}&sort=-{name}", {200, 422})
        if answer.status_code == 200:
            visitor.same_ids("sort", answer.json["ids"], expected)
    either = [{"field": name, "operator": operator} for name in plain for operator in ("is_empty", "is_not_empty")]
    answer = visitor.ask("filter", "GET", f"{url}&q={json.dumps({'filter': {'or': either}})}", {200, 422})
    if answer.status_code == 200:
        visitor.same_ids("filter", answer.json["ids"], expected)
    else:
        visitor.fail("filter", answer.get_data(as_text=True)[:300])


def _like_unknown(visitor: Visitor, url: str, name: str) -> None:
    closed = visitor.get("masked column", url.format(name), 422).get_data(as_text=True)
    # One answer about a column that does not exist serves all columns of the entity.
    if url not in visitor.unknown:
        visitor.unknown[url] = visitor.get("masked column", url.format(NO_FIELD), 422).get_data(as_text=True)
    unknown = visitor.unknown[url]
    if closed.replace(name, "?") != unknown.replace(NO_FIELD, "?"):
        visitor.fail("masked column", f"{url.format(name)} is told apart from an unknown column: {closed}")


def _ways(visitor: Visitor, view: Any) -> None:
    """A filter through a pointer finds rows by what the user may read of the target, and by no more."""
    oracle = visitor.oracle
    for name, field in fields_of(view.model).items():
        target = scoped_by_table().get(field.target or "")
        if field.kind != "pointer" or target is None or fields_of(target).get(_title(target)) is None:
            continue
        title, rows = fields_of(target)[_title(target)], oracle.rows[view.entity]
        if title.kind not in ("text", "long_text") or not visitor.is_new("way", field.target):
            continue
        url = f"/api/v1/{view.entity}/?page_size=100&{name}.{title.name}__contains=Zq"
        if not oracle.may(visitor.name, "read", field.target):
            visitor.get("filter through a pointer", url, 422)
            continue
        allowed = {each for each in oracle.readable(visitor.name, view.entity)
                   if rows[each][field.column] in oracle.readable(visitor.name, field.target)}
        visitor.only_ids("filter through a pointer", visitor.get("filter through a pointer", url).json["ids"], allowed)


def _title(model: type) -> str:
    return getattr(model, "title_field", "")


def _charts(visitor: Visitor, view: Any) -> None:
    """A chart of everything counts the readable rows; what a declared one adds up is never more."""
    expected = visitor.oracle.readable(visitor.name, view.entity)
    for chart in view.charts if visitor.thorough else view.charts[-1:]:
        answer = visitor.ask("chart", "GET", f"/api/v1/{view.entity}/chart/{chart.name}", {200, 403})
        counts = chart.query is None and chart.measure.kind == "count"
        counts = counts and answer.status_code == 200 and issubclass(view.model, Entity)
        if counts and answer.json["total"] > len(expected):
            visitor.fail("chart", f"{chart.name} counts {answer.json['total']} of {len(expected)}")


def everything_chart() -> Chart:
    """A chart that the matrix adds to every view: all rows by owner."""
    return Chart("of_the_matrix", "All by owner", group="owner")


def exports(visitor: Visitor, view: Any) -> None:
    """A file holds what may be read and exported, and nothing without the verb."""
    oracle, entity = visitor.oracle, view.entity
    may = oracle.may(visitor.name, "export", entity)
    expected = oracle.readable(visitor.name, entity) & oracle.within(visitor.name, "export", entity)
    for kind in current_app.extensions.get("export_writers", {"csv": None}):
        if kind == "xlsx" or (may and "export_writers" not in current_app.extensions):
            continue
        for url in (f"/api/v1/{entity}/export?format={kind}", f"/{entity}/export?format={kind}&columns=id"):
            answer = visitor.get("export", url, 200 if may else 403)
            if may and "columns=id" in url and kind == "csv":
                lines = [line.strip() for line in answer.get_data(as_text=True).splitlines()]
                visitor.same_ids("export", [int(line) for line in lines if line.isdigit()], expected)
