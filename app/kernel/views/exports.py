"""Export: exactly the filtered list, what the reader may see and no more, streamed, and told to the audit."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Response, current_app, stream_with_context

from app.kernel.actor import acting
from app.kernel.errors import Malformed
from app.kernel.fields import Field
from app.kernel.rights import columns
from app.kernel.views import asked as ask
from app.kernel.views import rows
from app.kernel.views.asked import Asked
from app.kernel.views.lens import as_file_text

# (headers, rows of text) -> bytes in parts
Writer = Callable[[list[str], Iterable[list[str]]], Iterator[bytes]]
# called with (entity, asked, format, number of rows) once the last row left
Witness = Callable[[str, Asked, str, int], None]


def set_writers(app: Any, writers: dict[str, tuple[str, Writer]]) -> None:
    """Name the file formats: format -> (MIME type, writer). The data room does."""
    app.extensions["export_writers"] = writers


def set_witness(app: Any, witness: Witness) -> None:
    """Name who is told of every export; the audit is."""
    app.extensions["export_witness"] = witness


def export_columns(view: Any, names: Iterable[str] = ()) -> dict[str, Field]:
    """What may leave: the asked fields, else all of the list and the record page, without masked and hidden ones."""
    wanted = list(names) or ["id", *dict.fromkeys([*view.form_columns(), *view.list_columns, "owner", "created_at"])]
    actor = acting()
    return {name: field for name, field in view.visible_columns(wanted).items()
            if columns.mode(actor, view.entity, name.split(".")[0]) != "hide"}


def text_rows(view: Any, asked: Asked, names: dict[str, Field], seen: list[int]) -> Iterator[list[str]]:
    """The rows as exact text; `seen` counts them in its only place."""
    zone = acting().zone
    for record, lens in rows.stream(view, asked, list(names)):
        seen[0] += 1
        yield [as_file_text(record, field, lens.show(record, name), zone) for name, field in names.items()]


def parts(view: Any, asked: Asked, kind: str) -> tuple[str, Iterator[bytes]]:
    """The MIME type and the file in parts. Malformed for an unknown format."""
    writers = current_app.extensions.get("export_writers", {})
    if kind not in writers:
        raise Malformed()
    mime, write = writers[kind]
    names, seen = export_columns(view, asked.columns), [0]
    headers = list(names) if kind == "jsonl" else [str(field.label) if "." not in name else name
                                                   for name, field in names.items()]
    ask.condition(view.model, asked.tree)  # an unreadable filter is refused before the first byte leaves

    def produce() -> Iterator[bytes]:
        yield from write(headers, text_rows(view, asked, names, seen))
        witness = current_app.extensions.get("export_witness")
        if witness is not None:
            witness(view.entity, asked, kind, seen[0])

    return mime, produce()


def answer(view: Any, asked: Asked, kind: str) -> Response:
    """The file as a streamed download."""
    mime, body = parts(view, asked, kind)
    name = f"{view.entity}.{kind}"
    return Response(stream_with_context(body), mimetype=mime,
                    headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"})
