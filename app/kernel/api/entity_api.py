"""The REST endpoints of one entity: the same rights, judgement and events as the screens."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Response, request
from flask_appbuilder.api import BaseApi, expose

from app.kernel.actor import acting
from app.kernel.api import describing, reading
from app.kernel.api.upsert import upsert
from app.kernel.database import in_unit, session
from app.kernel.entity import Entity
from app.kernel.errors import Malformed, NotAllowed
from app.kernel.once import once
from app.kernel.rights import columns
from app.kernel.views import bulk_actions, charts, exports, lookup, rows, saving
from app.kernel.views.access import by_verb
from app.kernel.views.history import history
from app.kernel.views.lens import Lens, as_json, far_loaders

# Counting stops here on the first page; a caller that goes on by number needs the whole count to know when it ends.
COUNT_CAP = 10_000


class EntityApi(BaseApi):
    """Made by `api_of`; `view` is the instance that declares the entity's screens."""

    view: Any = None
    allow_browser_login = True
    csrf_exempt = False

    @property
    def entity(self) -> str:
        """The entity's name."""
        return self.view.entity

    @expose("/_info", methods=["GET"])
    @by_verb("read")
    def info(self) -> Response:
        """Fields, choices, filters and rights of the caller.
        ---
        get:
          description: What the caller may do with this entity, and its fields
          responses:
            200: {description: Description of the entity}
            401: {$ref: '#/components/responses/401'}
        """
        return self.response(200, **describing.info(self.view))

    @expose("/", methods=["GET"])
    @by_verb("read")
    def get_list(self) -> Response:
        """A page of records.
        ---
        get:
          description: >-
            Records within the caller's rights. q is JSON or Rison with filters, order_column, order_direction, page,
            page_size, columns; named arguments such as stage.category=won filter too. The answer names the places
            after which the next page and before which the previous one is read, at the same cost at any depth; the
            count stops at 10,000 (count_is_exact tells) unless count=exact or a page by number is asked for.
          parameters:
          - {in: query, name: q, schema: {type: string}}
          - {in: query, name: after, schema: {type: string}}
          - {in: query, name: before, schema: {type: string}}
          - {in: query, name: count, schema: {type: string, enum: [exact]}}
          responses:
            200: {description: A page of records with count and ids}
            400: {$ref: '#/components/responses/400'}
            401: {$ref: '#/components/responses/401'}
            422: {$ref: '#/components/responses/422'}
        """
        asked, given = reading.asked_of_request()
        shown = self._columns(asked.columns or self._all_columns())
        cap = rows.EXACT if asked.page > 1 else COUNT_CAP
        page = rows.read_page(self.view, replace(asked, columns=tuple(shown)), cap, words=False)
        answer = {
            "count": min(page.count, page.cap), "count_is_exact": not page.is_capped,
            "after": page.after or None, "before": page.before or None, "ids": [record.id for record in page.records],
            "result": [self._json(record, page.lens, shown) for record in page.records],
            "list_columns": list(shown), "list_title": str(self.view.list_title),
            "label_columns": {name: str(field.label) for name, field in shown.items()},
            "order_columns": [name for name, field in shown.items() if field.kind not in ("many", "json", "personal")],
        }
        wanted = given.get("keys")
        if isinstance(wanted, list):
            answer = {key: part for key, part in answer.items() if key in wanted
                      or key in ("count", "ids", "result") or (key == "count_is_exact" and not part)}
        return self.response(200, **answer)

    @expose("/<int:pk>", methods=["GET"])
    @by_verb("read")
    def get(self, pk: int) -> Response:
        """One record.
        ---
        get:
          description: One record within the caller's rights
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200: {description: The record; its version stands in the ETag}
            404: {$ref: '#/components/responses/404'}
        """
        _asked, given = reading.asked_of_request()
        shown = self._columns(given.get("columns") or self._all_columns())
        record = saving.find_visible(self.view.model, pk, names=shown)
        lens = Lens(acting(), self.view.model, [record], shown, words=False)
        answer = self.response(200, id=record.id, result=self._json(record, lens, shown), show_columns=list(shown),
                               label_columns={name: str(field.label) for name, field in shown.items()})
        return self._tagged(answer, record)

    @expose("/", methods=["POST"])
    @by_verb("create")
    def post(self) -> Response:
        """Create a record.
        ---
        post:
          description: Create a record; an Idempotency-Key header makes a repeated request harmless
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/{{self.__class__.__name__}}.write'}}}
          responses:
            201: {description: Created}
            400: {$ref: '#/components/responses/400'}
            422: {$ref: '#/components/responses/422'}
        """
        self._refuse_read_only()
        given = reading.body()
        pk = in_unit(once, reading.once_key(), lambda: saving.create(self.view.model, given).id)
        return self._saved(201, pk)

    @expose("/<int:pk>", methods=["PUT"])
    @by_verb("read")
    def put(self, pk: int) -> Response:
        """Change fields of a record.
        ---
        put:
          description: >-
            Change the given fields. A version in the body that is not the record's is answered 409, one in If-Match
            412.
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/{{self.__class__.__name__}}.write'}}}
          responses:
            200: {description: Changed}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            422: {$ref: '#/components/responses/422'}
        """
        given = reading.body()
        record = saving.find_visible(self.view.model, pk)
        self._refuse_read_only()
        if not acting().may("edit", self.entity):
            raise NotAllowed()
        reading.check_if_match(record.version)
        in_unit(once, reading.once_key(), lambda: self._put(pk, given))
        return self._saved(200, pk)

    def _put(self, pk: int, given: dict[str, Any]) -> int:
        record = saving.find_visible(self.view.model, pk)
        reading.check_if_match(record.version)
        return saving.update(self.view.model, pk, given, reading.body_version(given)).id

    @expose("/<int:pk>", methods=["DELETE"])
    @by_verb("read")
    def delete(self, pk: int) -> Response:
        """Move a record to the recycle bin.
        ---
        delete:
          description: Move a record to the recycle bin
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200: {description: Deleted}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        record = saving.find_visible(self.view.model, pk)
        self._refuse_read_only()
        reading.check_if_match(record.version)
        in_unit(once, reading.once_key(), lambda: bulk_actions.delete_one(self.view.model, pk, record.version))
        return self.response(200, message="OK", id=pk)

    @expose("/bulk", methods=["POST"])
    @by_verb("import")
    def bulk(self) -> Response:
        """Upsert up to 1,000 rows by natural key, or by the fields named in match.
        ---
        post:
          description: Upsert rows; each row has its own result, the batch can be taken back
          requestBody:
            required: true
            content: {application/json: {schema: {type: object}}}
          responses:
            200: {description: Results by row}
            400: {$ref: '#/components/responses/400'}
        """
        self._refuse_read_only()
        given, options = reading.body_rows()
        match = options.get("match", list(self.view.model.natural_key))
        if not isinstance(match, list) or not all(isinstance(name, str) for name in match):
            raise Malformed()
        return self.response(200, **in_unit(once, reading.once_key(), lambda: upsert(self.view.model, given, match)))

    @expose("/mass", methods=["POST"])
    @by_verb("read")
    def mass(self) -> Response:
        """Change many records at once.
        ---
        post:
          description: >-
            kind is edit, assign or delete; ids or everything with query choose the records; values are the fields
          requestBody:
            required: true
            content: {application/json: {schema: {type: object}}}
          responses:
            200: {description: "Counts, refusals and the batch id"}
        """
        self._refuse_read_only()
        given = reading.body()
        ids, values = given.get("ids") or [], given.get("values") or {}
        if not isinstance(ids, list) or not all(type(each) is int for each in ids) or not isinstance(values, dict):
            raise Malformed()
        chosen = bulk_actions.chosen_ids(self.view, ids, bool(given.get("everything")), str(given.get("query") or ""))
        done = bulk_actions.carry_out(self.view, str(given.get("kind")), chosen, values, reading.once_key())
        return self.response(200, batch=done.batch_id, changed=done.changed, unchanged=done.unchanged,
                             refused={str(key): value for key, value in done.refused.items()})

    @expose("/action/<name>", methods=["POST"])
    @by_verb("read")
    def action(self, name: str) -> Response:
        """Run a named action.
        ---
        post:
          description: Run a named action on ids with values
          parameters:
          - {in: path, name: name, required: true, schema: {type: string}}
          requestBody:
            required: true
            content: {application/json: {schema: {type: object}}}
          responses:
            200: {description: Done}
            403: {$ref: '#/components/responses/403'}
            422: {$ref: '#/components/responses/422'}
        """
        action, given = self.view.find_action(name), reading.body()
        ids, values = given.get("ids"), given.get("values") or {}
        if not isinstance(ids, list) or not all(type(each) is int for each in ids) or not isinstance(values, dict):
            raise Malformed()
        return self.response(200, message=bulk_actions.run(self.view, action, ids, values, reading.once_key()) or "OK")

    @expose("/lookup", methods=["GET"])
    @by_verb("read")
    def lookup(self) -> Response:
        """Type-ahead over the entity, or over what its pointer field may point at.
        ---
        get:
          description: Up to twenty visible records whose name or key contains q
          parameters:
          - {in: query, name: q, schema: {type: string}}
          - {in: query, name: field, schema: {type: string}}
          responses:
            200: {description: id and name of each}
        """
        return lookup.answer(self.view.model, request.args.get("field", ""), request.args.get("q", ""))

    @expose("/chart/<name>", methods=["GET"])
    @by_verb("read")
    def chart(self, name: str) -> Response:
        """The numbers of one chart.
        ---
        get:
          description: Categories, series and points, each with the address of the rows behind it
          parameters:
          - {in: path, name: name, required: true, schema: {type: string}}
          responses:
            200: {description: The chart}
            404: {$ref: '#/components/responses/404'}
        """
        return charts.answer(self.view, name, request.args)

    @expose("/export", methods=["GET"])
    @by_verb("export")
    def export(self) -> Response:
        """The filtered list as csv, xlsx or jsonl.
        ---
        get:
          description: The filtered list as a file
          parameters:
          - {in: query, name: format, schema: {type: string, enum: [csv, xlsx, jsonl]}}
          responses:
            200: {description: The file}
        """
        asked, _given = reading.asked_of_request()
        return exports.answer(self.view, asked, request.args.get("format", "csv"))

    @expose("/<int:pk>/history", methods=["GET"])
    @by_verb("read")
    def history(self, pk: int) -> Response:
        """What happened to a record.
        ---
        get:
          description: The record's events, newest first, column by column within the caller's rights
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200: {description: The events}
        """
        record = saving.find_visible(self.view.model, pk)
        entries = history(acting(), record) if isinstance(record, Entity) else []
        return self.response(200, result=[
            {"id": entry.id, "at": entry.at.isoformat(), "kind": entry.kind, "who": entry.who, "cause": entry.cause,
             "changes": [{"label": str(label), "before": before, "after": after}
                         for label, before, after in entry.lines]} for entry in entries])

    # -- shared ----------------------------------------------------------------------------------------------------

    def _refuse_read_only(self) -> None:
        if self.view.read_only:
            raise NotAllowed()

    def _all_columns(self) -> list[str]:
        return list(columns.visible_fields(acting(), self.view.model))

    def _columns(self, names: Any) -> dict[str, Any]:
        return self.view.visible_columns(names if isinstance(names, (list, tuple)) else [])

    def _json(self, record: Any, lens: Lens, shown: dict[str, Any]) -> dict[str, Any]:
        found = {"id": record.id, **{name: as_json(record, field, lens.show(record, name))
                                     for name, field in shown.items()}}
        if isinstance(record, Entity):
            found["version"] = record.version
        return found

    def _saved(self, status: int, pk: int) -> Response:
        """The record as it is now; a write may have put it out of the writer's own sight."""
        found = session().scalars(sa.select(self.view.model).where(self.view.model.id == pk)
                                       .options(*far_loaders(self.view.model, self._all_columns()))).first()
        if found is None:
            return self.response(status, id=pk, result={})
        shown = self._columns(self._all_columns())
        lens = Lens(acting(), self.view.model, [found], shown, words=False)
        return self._tagged(self.response(status, id=pk, result=self._json(found, lens, shown)), found)

    @staticmethod
    def _tagged(answer: Response, record: Any) -> Response:
        if isinstance(record, Entity):
            answer.headers["ETag"] = f'"{record.version}"'
        return answer

    def add_apispec_components(self, api_spec: Any) -> None:
        """The entity's schemas, as it is read and as it may be written."""
        super().add_apispec_components(api_spec)
        name = type(self).__name__
        api_spec.components.schema(f"{name}.read", describing.schema(self.view.model, writable=False))
        api_spec.components.schema(f"{name}.write", describing.schema(self.view.model, writable=True))


def api_of(view: Any) -> type[EntityApi]:
    """The API class of a registered view."""
    name = "".join(part.title() for part in view.entity.split("_")) + "Api"
    writes = () if issubclass(view.model, Entity) else ("post", "put", "delete", "bulk", "mass")
    parts = {"view": view, "resource_name": view.entity, "class_permission_name": view.entity,
             "openapi_spec_tag": view.entity, "exclude_route_methods": set(writes), "__doc__": EntityApi.__doc__}
    return type(name, (view.api_base or EntityApi,), parts)
