"""The upload screen of every entity, and batches with what takes them back."""

import json
import tempfile
from pathlib import Path
from typing import Any

from flask import Response, flash, redirect, request, stream_with_context, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.data import operations
from app.data.operations import ON_MATCH, Wish
from app.kernel.actor import acting, under
from app.kernel.api import EntityApi
from app.kernel.batches import Batch
from app.kernel.errors import CrmError, Missing, RuleError
from app.kernel.language import file_headers, say_problem
from app.kernel.views import EntityInterface, EntityView
from app.kernel.views.access import by_special, signed_in

FIRST_ROWS = 20
LATER = _l("It goes on in the background: you may leave this page and are told when it is done.")


def sent_wish() -> Wish:
    """What the form asks for, with the text of the mapping file if one was sent."""
    sent = request.files.get("mapping")
    text = sent.stream.read().decode("utf-8-sig", "replace") if sent is not None and sent.filename else None
    match = tuple(word.strip() for word in request.form.get("match", "").split(",") if word.strip())
    return Wish(text, match, request.form.get("on_match", "update"), request.form.get("encoding") or None, lenient=True)


def chosen_mapping(work: dict[str, Any]) -> str:
    """The mapping of a batch with the fields that a person chose for its headers, none to leave a column out."""
    mapping = json.loads(work["mapping"] or "{}")
    chosen = {header: request.form.get(f"column_{place}") or None for place, header in enumerate(work["headers"])}
    return json.dumps({**mapping, "headers": chosen, "ignore": []}, ensure_ascii=False)


class ImportView(BaseView):
    """From a file to records: upload, look, correct the columns, apply, take back."""

    route_base = "/import"
    default_view = "upload"

    def create_blueprint(self, appbuilder: Any, endpoint: str | None = None, static_folder: str | None = None) -> Any:
        return super().create_blueprint(appbuilder, "import", static_folder)

    @expose("/<entity>", methods=["GET", "POST"])
    @signed_in
    def upload(self, entity: str) -> Any:
        """The upload form, and the reading of a file."""
        model = operations.importable(entity)
        file = request.files.get("file")
        if request.method == "GET":
            return self._form(model)
        if file is None or not file.filename:
            return self._form(model, [gettext("Choose a file.")], 422)
        try:
            number = self._stage(entity, file)
        except RuleError as error:
            said = [say_problem(error.sentence), *(f"{name}: {say_problem(each)}"
                                                   for name, each in error.problems.items())]
            return self._form(model, said, error.status)
        return redirect(url_for("import.batch", entity=entity, pk=number))

    @expose("/<entity>/template")
    @signed_in
    def template(self, entity: str) -> Response:
        """An empty file with the headers of all fields that the actor may fill."""
        model = operations.importable(entity)
        known = operations.importable_fields(model, acting())
        wanted = [name for name, field in known.items() if not field.readonly and field.kind != "json"]
        headers = file_headers(known, wanted)
        body = b"".join(operations.template_file([headers[name] for name in wanted]))
        return self._download(body, f"{entity}.csv")

    @expose("/<entity>/<int:pk>")
    @signed_in
    def batch(self, entity: str, pk: int) -> Any:
        """What was found in the file, or what became of it."""
        model, batch = operations.importable(entity), self._batch(entity, pk)
        if batch.state == operations.BACKGROUND:
            return self.render_template("crm/import_progress.html", batch=batch,
                                        progress=operations.progress_of(batch))
        if request.headers.get("HX-Request"):
            # The page of the progress asked for its part, which is no more.
            return Response(headers={"HX-Refresh": "true"})
        rows = operations.shown_rows(pk, FIRST_ROWS) if batch.state == "staged" else []
        known = operations.importable_fields(model, acting())
        return self.render_template(
            "crm/import_batch.html", model=model, batch=batch, work=batch.work or {}, rows=rows,
            rejected=operations.shown_rows(pk, FIRST_ROWS, rejected=True),
            facts=operations.as_facts(operations.counts_of(pk), batch.rows_read),
            fields={name: field.label for name, field in known.items() if not field.readonly})

    @expose("/<entity>/<int:pk>/columns", methods=["POST"])
    @signed_in
    def columns(self, entity: str, pk: int) -> Any:
        """Read the rows again under the columns that a person chose."""
        work = self._batch(entity, pk).work or {}
        wish = Wish(chosen_mapping(work), tuple(work.get("match", ())), work.get("on_match", "update"), lenient=True)
        try:
            if self._batch(entity, pk).rows_read > operations.most_at_once():
                number = operations.receive_again(pk, wish)
            else:
                number = operations.stage_again(pk, wish)
                self._judge(number)
        except RuleError as error:
            flash(" ".join([say_problem(error.sentence), *map(say_problem, error.problems.values())]), "danger")
            number = pk
        return redirect(url_for("import.batch", entity=entity, pk=number))

    @expose("/<entity>/<int:pk>/apply", methods=["POST"])
    @signed_in
    def apply(self, entity: str, pk: int) -> Any:
        """Make the records, of a large file in the background."""
        batch = self._batch(entity, pk)
        if batch.state == "stopped" or batch.rows_read > operations.most_at_once():
            operations.go_on(pk)
        else:
            counts = operations.apply(pk)
            flash(gettext("%(created)s created, %(updated)s updated, %(rejected)s rejected.", **counts), "success")
        return redirect(url_for("import.batch", entity=entity, pk=pk))

    @expose("/<entity>/<int:pk>/stop", methods=["POST"])
    @signed_in
    def stop(self, entity: str, pk: int) -> Any:
        """Stop what runs in the background."""
        self._batch(entity, pk)
        try:
            operations.stop(pk)
        except RuleError as error:
            flash(say_problem(error.sentence), "danger")
        return redirect(url_for("import.batch", entity=entity, pk=pk))

    @expose("/<entity>/<int:pk>/rejected")
    @signed_in
    def rejected(self, entity: str, pk: int) -> Response:
        """The refused rows as a file to mend."""
        name = Path(self._batch(entity, pk).label).stem
        return self._download(stream_with_context(operations.rejected_file(pk)), f"{name}.rejected.csv")

    def _form(self, model: Any, rest: Any = (), status: int = 200) -> Any:
        return self.render_template("crm/import.html", model=model, rest=rest, on_match=ON_MATCH,
                                    natural_key=",".join(model.natural_key)), status

    def _stage(self, entity: str, file: Any) -> int:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            file.save(path)
            name, wish = Path(file.filename).name[:200], sent_wish()
            if operations.is_long(path, name, wish):
                return operations.receive(entity, path, name, wish)
            number = operations.stage(entity, path, name, wish)
        self._judge(number)
        return number

    @staticmethod
    def _judge(number: int) -> None:
        with under(channel="import"):
            operations.try_out(number)

    @staticmethod
    def _batch(entity: str, pk: int) -> Batch:
        found = operations.batch_of(pk)
        if found.entity != entity or found.kind != "import":
            raise Missing()
        return found

    @staticmethod
    def _download(body: Any, name: str) -> Response:
        answer = Response(body, mimetype="text/csv; charset=utf-8")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer


class UndoView(BaseView):
    """Taking a batch back from the screen."""

    route_base = "/batch"
    default_view = "undo"

    def create_blueprint(self, appbuilder: Any, endpoint: str | None = None, static_folder: str | None = None) -> Any:
        return super().create_blueprint(appbuilder, "batch", static_folder)

    @expose("/<int:pk>/undo", methods=["POST"])
    @by_special("undo")
    def undo(self, pk: int) -> Any:
        """Take a batch of one's own back."""
        try:
            if operations.is_large(pk):
                operations.take_back_later(pk)
                flash(LATER, "success")
                return redirect(url_for("import_batch.show", pk=pk))
            outcome = operations.take_back(pk)
            flash(gettext("%(reversed)s taken back, %(kept)s kept because edited since, %(conflicting)s conflicting.",
                          reversed=outcome.reversed, kept=outcome.kept, conflicting=outcome.conflicting), "success")
        except CrmError as error:
            flash(say_problem(error.sentence), "danger")
        return redirect(url_for("import_batch.show", pk=pk))


class BatchApi(EntityApi):
    """The endpoints of every entity, and undo."""

    @expose("/<int:pk>/undo", methods=["POST"])
    @by_special("undo")
    def undo(self, pk: int) -> Response:
        """Take a batch of one's own back.
        ---
        post:
          description: Creations, updates and deletions of the batch go back unless edited since
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200: {description: "How many records were reversed, kept and conflicting"}
            202: {description: "A large batch is taken back in the background"}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            422: {$ref: '#/components/responses/422'}
        """
        if operations.is_large(pk):
            operations.take_back_later(pk)
            return self.response(202, message=str(LATER))
        outcome = operations.take_back(pk)
        return self.response(200, reversed=outcome.reversed, kept=outcome.kept, conflicting=outcome.conflicting)


class BatchView(EntityView):
    """Imports and bulk changes, each of which can be taken back."""

    datamodel = EntityInterface(Batch)
    api_base = BatchApi
    icon = "stack"
    read_only = True
    list_columns = ["id", "label", "kind", "state", "entity", "rows_read", "rows_created", "rows_updated", "owner",
                    "created_at"]
    sort_columns = ["created_at"]
    search_columns = ["kind", "state", "entity", "owner"]

    def page(self, template: str, *, status: int = 200, **parts: Any) -> Any:
        """The record page with the button that takes the batch back; every other page as it is."""
        own = {"crm/show.html": "crm/batch.html"}
        return super().page(own.get(template, template), status=status, **parts)
