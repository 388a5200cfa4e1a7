"""Export: exactly the filtered list, what the reader may see and no more, streamed, and told to the audit."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, stream_with_context

from app.kernel.actor import (
    Actor,
    Circumstance,
    acting,
    circumstance,
    reset_actor,
    reset_circumstance,
    set_actor,
    set_circumstance,
)
from app.kernel.database import acting_as
from app.kernel.entity import Scoped, scoped_by_table
from app.kernel.errors import Malformed, Missing
from app.kernel.fields import Field, fields_of
from app.kernel.language import file_headers
from app.kernel.rights import columns
from app.kernel.views import asked as ask
from app.kernel.views import rows, site
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


def export_columns(view: Any, asked: Asked) -> dict[str, Field]:
    """What may leave: the asked fields, else all of the list and the record page, without hidden and masked ones.

    A masked column stands in the file only where the mask of one of the exported rows is lifted; it is empty in the
    others. Fields of further records (``customer.phone``) are never lifted.
    """
    wanted = list(asked.columns) or ["id", *dict.fromkeys([*view.form_columns(), *view.list_columns, "owner",
                                                           "created_at"])]
    actor, found = acting(), view.visible_columns(wanted)
    places = ask.declared_fields(view.model, found)
    masked = {name for name, (at, field) in places.items() if not columns.may_use(actor, at, field.name)
              or not columns.may_use(actor, view.model, name.split(".")[0])}
    own = {name for name in masked if "." not in name}
    if own and rows.is_any_lifted(view, asked):
        masked -= own
    return {name: field for name, field in found.items() if name not in masked}


@dataclass(frozen=True)
class Source:
    """Stands in for the view of an entity without screens: every field that is not kept for later."""

    model: type[Scoped]
    text_columns: tuple[str, ...] = ()
    base_order: tuple[str, str] = ("id", "asc")

    @property
    def entity(self) -> str:
        return self.model.entity_name()

    @property
    def list_columns(self) -> list[str]:
        return list(fields_of(self.model))

    def form_columns(self) -> list[str]:
        """No form, hence no fields of it."""
        return []

    def visible_columns(self, names: Iterable[str]) -> dict[str, Field]:
        """The fields of `names` that exist for the actor."""
        return ask.visible_fields(self.model, names)


def source_of(entity: str) -> Any:
    """What an export of the entity reads: its view, else all of its fields. Missing if there is no such entity."""
    model = scoped_by_table().get(entity)
    if model is None:
        raise Missing()
    return site.view_of(entity) or Source(model)


def _headers(model: type[Scoped], names: dict[str, Field]) -> list[str]:
    own = file_headers(fields_of(model), [name for name in names if "." not in name])
    return [own.get(name, name) for name in names]


def text_rows(view: Any, asked: Asked, names: dict[str, Field], seen: list[int]) -> Iterator[list[str]]:
    """The rows as exact text; `seen` counts them in its only place."""
    actor = acting()
    for record, lens in rows.stream(view, asked, list(names)):
        seen[0] += 1
        yield [as_file_text(actor, record, field, lens.show(record, name)) for name, field in names.items()]


def parts(view: Any, asked: Asked, kind: str) -> tuple[str, Iterator[bytes]]:
    """The MIME type and the file in parts. Malformed for an unknown format."""
    writers = current_app.extensions.get("export_writers", {})
    if kind not in writers:
        raise Malformed()
    mime, write = writers[kind]
    # What cannot be asked for is refused before the first byte leaves: afterwards the answer is a file.
    ask.ordered(ask.statement(view.model, view.text_columns, asked), view.model, asked, view.base_order)
    names, seen = export_columns(view, asked), [0]
    headers = list(names) if kind == "jsonl" else _headers(view.model, names)

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
    return Response(stream_with_context(_as_asker(body)), mimetype=mime,
                    headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"})


def _as_asker(body: Iterator[bytes]) -> Iterator[bytes]:
    """Make each part as the actor of the request: it has ended, and its actor with it, before the first part leaves."""
    actor, here = acting(), circumstance()

    def produce() -> Iterator[bytes]:
        try:
            while part := _next_part(body, actor, here):
                yield part
        finally:
            with acting_as(actor):
                pass  # The session in which the rows were read ends here, also when the reader went away.

    return produce()


def _next_part(body: Iterator[bytes], actor: Actor, here: Circumstance) -> bytes | None:
    tokens = set_actor(actor), set_circumstance(here)
    try:
        return next((part for part in body if part), None)
    finally:
        reset_circumstance(tokens[1])
        reset_actor(tokens[0])
