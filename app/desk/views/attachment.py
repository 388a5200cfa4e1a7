"""Attachments: uploading, and downloads that no browser opens as part of the site."""

from typing import IO, Any

from flask import Response, flash, redirect, request, send_file, url_for
from flask_appbuilder import expose
from flask_babel import gettext

from app.desk import operations, queries
from app.desk.models import Attachment
from app.desk.operations.files import store
from app.kernel.actor import acting
from app.kernel.api import EntityApi
from app.kernel.api.reading import once_key
from app.kernel.errors import Missing, RuleError
from app.kernel.language import say_problem
from app.kernel.views import EntityInterface, EntityView
from app.kernel.views.access import by_verb
from app.kernel.views.forms import form_for
from app.kernel.web import wants_json

# No script, no form, no frame, no cookie: a page that slipped in would still be nobody's.
SANDBOX = "sandbox; default-src 'none'"


def content(attachment_id: int) -> Response:
    """The file as a download. Missing unless both the attachment and its record may be read, or if it is gone."""
    record = queries.readable_attachment(attachment_id)
    path = store().path(record.digest)
    if not path.exists():
        raise Missing()
    answer = send_file(path, mimetype=record.mime, as_attachment=True, download_name=record.name, etag=record.digest)
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


def sent_files() -> list[tuple[str, IO[bytes]]]:
    """The files of the request as (name, stream)."""
    return [(file.filename or "", file.stream) for file in request.files.getlist("file") if file.filename]


class AttachmentApi(EntityApi):
    """The endpoints of every entity, and the two for content."""

    @expose("/upload", methods=["POST"])
    @by_verb("create")
    def upload(self) -> Response:
        """Upload files to a record.
        ---
        post:
          description: One or several files and the record that they belong to, such as customer:5
          requestBody:
            required: true
            content:
              multipart/form-data:
                schema:
                  type: object
                  required: [file, about]
                  properties:
                    file: {type: array, items: {type: string, format: binary}}
                    about: {type: string}
          responses:
            201: {description: The ids of the attachments}
            403: {$ref: '#/components/responses/403'}
            422: {$ref: '#/components/responses/422'}
        """
        ids = operations.upload(sent_files(), request.form.get("about", ""), once_key())
        return self.response(201, id=ids[0], ids=ids)

    @expose("/<int:pk>/content", methods=["GET"])
    @by_verb("read")
    def content(self, pk: int) -> Response:
        """Download a file.
        ---
        get:
          description: The content of an attachment whose record the caller may read
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer}}
          responses:
            200: {description: The file}
            404: {$ref: '#/components/responses/404'}
        """
        return content(pk)


class AttachmentView(EntityView):
    """Files that belong to records."""

    datamodel = EntityInterface(Attachment)
    api_base = AttachmentApi
    icon = "paperclip"
    list_columns = ["name", "about", "mime", "size", "owner", "created_at"]
    text_columns = ["name"]
    sort_columns = ["name", "size", "created_at"]
    search_columns = ["about_entity", "mime", "owner", "created_at"]
    form_sections = [("", ["name"])]
    show_columns = ["name", "about", "mime", "size", "owner", "team", "created_at"]

    @expose("/add", methods=["GET"])
    @by_verb("create")
    def add(self) -> Any:
        """The upload form; the record may be filled in from the address (``?about=customer:5``)."""
        return self._upload_page(200)

    @expose("/upload", methods=["POST"])
    @by_verb("create")
    def upload(self) -> Any:
        """Keep the sent files."""
        try:
            ids = operations.upload(sent_files(), request.form.get("about", ""), request.form.get("_once", ""))
        except RuleError as error:
            if wants_json():
                raise
            return self._upload_page(error.status, [say_problem(each) for each in error.problems.values()])
        flash(gettext("Saved."), "success")
        return redirect(url_for(f"{self.entity}.show", pk=ids[0]))

    @expose("/download/<int:pk>")
    @by_verb("read")
    def fetch(self, pk: int) -> Response:
        """The content of a file."""
        return content(pk)

    def page(self, template: str, *, status: int = 200, **parts: Any) -> Any:
        """The record page with the link to the content; every other page as it is."""
        own = {"crm/show.html": "crm/attachment.html"}
        return super().page(own.get(template, template), status=status, **parts)

    def _upload_page(self, status: int, rest: Any = ()) -> Any:
        form = form_for(self.model, ["about"], acting(), entity=self.entity,
                        initial={"about": request.values.get("about", "")})
        return self.page("crm/upload.html", form=form, rest=rest, status=status)
