"""Every way in which rows of an entity can be changed, tried by one user where he may not, then where he may."""

from typing import Any

from app.kernel.entity import Entity, scoped_by_table
from app.kernel.fields import Field, fields_of
from tests.security.matrix.factory import THERE_ALREADY
from tests.security.matrix.visitor import OF_BATCHES, Visitor, digest

REFUSED = {403, 404, 422}


def refused_writes(visitor: Visitor, view: Any) -> None:
    """No refused change of one record leaves a trace in any business table."""
    _single(visitor, view)
    _pages(visitor, view)
    _creations(visitor, view)
    _actions(visitor, view)
    _untouched(visitor, "refused change")
    _pointers(visitor, view)
    _untouched(visitor, "foreign key")


def refused_batches(visitor: Visitor, view: Any) -> None:
    """No refused row of a batch is changed; only the batch itself is kept."""
    _batches(visitor, view)
    _untouched(visitor, "refused batch", OF_BATCHES | {"domain_event"})


def _untouched(visitor: Visitor, channel: str, tolerated: set[str] = frozenset()) -> None:
    """Nothing has changed since the last look but what is tolerated."""
    before, visitor.stands = visitor.stands, digest()
    moved = [name for name, found in visitor.stands.items() if found != before[name]]
    if set(moved) - tolerated:
        visitor.fail(channel, f"changed {moved}")


def plain_field(visitor: Visitor, view: Any) -> Field | None:
    """A text field of the form that the user may write."""
    known = fields_of(view.model)
    for name in [getattr(view.model, "title_field", ""), *view.form_columns()]:
        field = known.get(name)
        if field is not None and field.kind in ("text", "long_text") and not field.readonly and not field.choices \
                and visitor.oracle.mode(visitor.name, view.entity, name) == "write" and (field.max_length or 99) > 11:
            return field
    return None


def _change(visitor: Visitor, view: Any) -> dict[str, Any]:
    field = plain_field(visitor, view)
    return {field.name: "Changed by"} if field else {"no_such_field": "Changed by"}


def answer_to(visitor: Visitor, view: Any, verb: str, record_id: int) -> set[int]:
    """How a change of this record is refused: 404 where it may not be read, 403 where the verb ends; empty if it may.

    Deleted records do not exist but for who restores them.
    """
    oracle, name = visitor.oracle, visitor.name
    if not oracle.may(name, "read", view.entity):
        return {403}
    if record_id not in oracle.readable(name, view.entity):
        return {404}
    if view.read_only or not issubclass(view.model, Entity) or record_id not in oracle.within(name, verb, view.entity):
        return {403}
    return set()


def _single(visitor: Visitor, view: Any) -> None:
    if not issubclass(view.model, Entity):
        return
    rows = visitor.oracle.rows[view.entity]
    for verb, method in (("edit", "PUT"), ("delete", "DELETE")):
        refusals = {record_id: min(expect) for record_id in rows
                    if (expect := answer_to(visitor, view, verb, record_id))}
        for status in (403, 404):
            for record_id in visitor.some(each for each, found in refusals.items() if found == status):
                visitor.ask(f"REST {verb}", method, f"/api/v1/{view.entity}/{record_id}", {status},
                            **({"json": _change(visitor, view)} if method == "PUT" else {}))


def _pages(visitor: Visitor, view: Any) -> None:
    """The screens' own routes, on one record of every kind of refusal."""
    if view.read_only or not issubclass(view.model, Entity):
        return
    for verb, routes in (("edit", ["edit", *(["move"] if view.board_by else [])]), ("delete", ["delete", "undelete"])):
        refusals = {min(expect): record_id for record_id in visitor.oracle.rows[view.entity]
                    if (expect := answer_to(visitor, view, verb, record_id))
                    and record_id not in _restorable(visitor, view.entity)}
        is_closed = not visitor.oracle.may(visitor.name, verb, view.entity)
        for status, record_id in refusals.items():
            for route in routes:
                expect = {403} if is_closed else {403, 404} if route == "undelete" else {status}
                visitor.ask(f"page {route}", "POST", f"/{view.entity}/{route}/{record_id}", expect,
                            data=_change(visitor, view))
    if not visitor.oracle.may(visitor.name, "create", view.entity):
        visitor.get("page add", f"/{view.entity}/add", 403)
        visitor.ask("page add", "POST", f"/{view.entity}/add", {403, 405}, data=_change(visitor, view))
    else:
        visitor.get("page add", f"/{view.entity}/add")
    if not visitor.oracle.may(visitor.name, "delete", view.entity):
        visitor.get("page bin", f"/{view.entity}/bin/", 403)
    else:
        visitor.get("page bin", f"/{view.entity}/bin/")


def _restorable(visitor: Visitor, entity: str) -> set[int]:
    """Deleted records that the user may bring back."""
    oracle, name = visitor.oracle, visitor.name
    gone = set(oracle.rows[entity]) - oracle.living(entity)
    return gone & oracle.within(name, "delete", entity) & oracle.within(name, "read", entity)


def _creations(visitor: Visitor, view: Any) -> None:
    if not issubclass(view.model, Entity):
        return
    url, oracle = f"/api/v1/{view.entity}/", visitor.oracle
    if view.read_only or not oracle.may(visitor.name, "create", view.entity):
        visitor.ask("REST create", "POST", url, {403}, json=_change(visitor, view))
        return
    stranger = "sales2" if visitor.name != "sales2" else "sales1"
    may_give = oracle.grant(visitor.name, "assign", view.entity) | ({"all"} & oracle.grant(visitor.name, "create",
                                                                                          view.entity))
    if not may_give and not view.model.reference:
        visitor.ask("create for another", "POST", url, REFUSED,
                    json={**_change(visitor, view), "owner": oracle.users[stranger]})


def _pointers(visitor: Visitor, view: Any) -> None:
    """A pointer to a row that may not be read is refused like one to a row that does not exist."""
    oracle, entity = visitor.oracle, view.entity
    if view.read_only or not issubclass(view.model, Entity):
        return
    mine = sorted(oracle.readable(visitor.name, entity) & oracle.within(visitor.name, "edit", entity))
    for name, field in fields_of(view.model).items() if mine else ():
        if field.kind not in ("pointer", "many") or field.readonly or field.target not in scoped_by_table():
            continue
        closed = sorted(set(oracle.rows[field.target]) - oracle.readable(visitor.name, field.target))
        closed = [each for each in closed if field.kind == "many" or each != oracle.rows[entity][mine[0]][field.column]]
        if closed:
            _point_at(visitor, f"/api/v1/{entity}/{mine[0]}", name, field, closed[0])


def _point_at(visitor: Visitor, url: str, name: str, field: Field, closed: int) -> None:
    answers = []
    for target in (closed, 999_999):
        answer = visitor.ask("foreign key", "PUT", url, {200, 422}, json={name: [target] if field.kind == "many" else
                                                                          target})
        if answer.status_code == 200 and (answer.json["result"].get(name) or {}).get("id") != target:
            visitor.stands = digest()
            return  # What follows from another field is kept whatever is asked for.
        answers.append(answer)
    if {answer.status_code for answer in answers} != {422} or answers[0].get_data() != answers[1].get_data():
        visitor.fail("foreign key", f"{name} tells a closed row from a missing one: {answers[0].json}")


def _actions(visitor: Visitor, view: Any) -> None:
    oracle, entity = visitor.oracle, view.entity
    closed = sorted(set(oracle.rows[entity]) - oracle.readable(visitor.name, entity))
    for action in view.declared_actions.values():
        may = oracle.may(visitor.name, action.right, entity)
        if may and closed:
            body = {"ids": closed[:1], "values": {}}
            visitor.ask("action", "POST", f"/api/v1/{entity}/action/{action.name}", {404, 422}, json=body)
        elif not may:
            ids = sorted(oracle.rows[entity])[:1]
            for channel, url, options in (
                    ("action", f"/api/v1/{entity}/action/{action.name}", {"json": {"ids": ids}}),
                    ("page action", f"/{entity}/act/{action.name}", {"data": {"ids": ids}})):
                visitor.ask(channel, "POST", url, {403, 404} if view.read_only else {403}, **options)


def _batches(visitor: Visitor, view: Any) -> None:
    oracle, entity = visitor.oracle, view.entity
    if not issubclass(view.model, Entity):
        return
    for kind, verb in (("edit", "mass_edit"), ("delete", "delete"), ("assign", "assign")):
        reach = {"edit": "edit", "delete": "delete", "assign": "assign"}[kind]
        closed = sorted(oracle.living(entity) - oracle.within(visitor.name, reach, entity))
        may = oracle.may(visitor.name, "read", entity) and oracle.may(visitor.name, verb, entity)
        values = {"owner": oracle.users[visitor.name]} if kind == "assign" else _bulk_change(visitor, view)
        body = {"kind": kind, "ids": closed or [10**9], "values": values}
        expect = {200, 422} if may and not view.read_only else {403}
        answer = visitor.ask(f"bulk {kind}", "POST", f"/api/v1/{entity}/mass", expect, json=body)
        if answer.status_code == 200 and answer.json["changed"]:
            visitor.fail(f"bulk {kind}", f"changed {answer.json['changed']} of {closed}")
        if expect == {403} and not view.read_only:
            visitor.ask(f"page bulk {kind}", "POST", f"/{entity}/bulk", {403},
                        data={"kind": kind, "ids": [str(each) for each in closed], "set_owner": "1"})
    if view.read_only or not oracle.may(visitor.name, "import", entity):
        visitor.ask("REST bulk", "POST", f"/api/v1/{entity}/bulk", {403}, json=[_change(visitor, view)])


def _bulk_change(visitor: Visitor, view: Any) -> dict[str, Any]:
    known = fields_of(view.model)
    for name in view.bulk_fields:
        field = known[name]
        if field.choices:
            return {name: list(field.choices)[-1]}
        if field.kind == "user":
            return {name: visitor.oracle.users[visitor.name]}
        if field.kind == "boolean":
            return {name: True}
    return {}


def allowed_writes(visitor: Visitor, view: Any) -> bool:
    """Where the oracle lets him, a change and a deletion succeed: the refusals above are no closed shop.

    Whether anything was asked.
    """
    oracle, entity, before = visitor.oracle, view.entity, visitor.report.answers
    if view.read_only or not issubclass(view.model, Entity):
        return False
    field = plain_field(visitor, view)
    within = {verb: sorted(oracle.readable(visitor.name, entity) & oracle.within(visitor.name, verb, entity))
              for verb in ("edit", "delete")}
    if within["edit"] and field is not None:
        # A setting's value has the type that is declared for it.
        expect = {200, 422} if entity in THERE_ALREADY else {200}
        url, body = f"/api/v1/{entity}/{within['edit'][0]}", {field.name: "Changed by"}
        visitor.ask("REST edit", "PUT", url, expect, json=body)
        visitor.get("page edit", f"/{entity}/edit/{within['edit'][0]}")
    if within["delete"]:
        visitor.ask("REST delete", "DELETE", f"/api/v1/{entity}/{within['delete'][-1]}", {200})
    return visitor.report.answers > before
