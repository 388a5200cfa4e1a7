"""Values and rows of tables as HTML. In Python, not in a template: a list has hundreds of values, and calling a macro
for each of them takes longer than reading the rows from the database.

A table is a list of pieces, joined once: what stands here itself is plain text, whatever comes from elsewhere goes
through `escape`.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from app.kernel.views.lens import Lens, Shown
from app.kernel.views.site import record_base

CLASSES = {"choice": "badge", "money": "number", "integer": "number", "decimal": "number", "long_text": "long"}
SPANS = {name: f'<span class="{name}">' for name in ("masked", "locked", *CLASSES.values())}


class Links(dict[str, str]):
    """By entity how a link to one of its records begins, found once for a table; "" where they have no page."""

    def __missing__(self, entity: str) -> str:
        base = record_base(entity)
        self[entity] = f'<a href="{escape(base)}' if base else ""
        return self[entity]


def cell(shown: Shown) -> Markup:
    """The value as its kind is shown: a link, a badge, a number, or what tells that it is masked or locked."""
    return Markup("".join(_cell(shown, Links())))  # noqa: S704 - what is not written here is escaped


def _cell(shown: Shown, links: Links) -> tuple[str, ...]:
    kind, _value, text, state, entity, record_id = shown
    if state in ("masked", "locked"):
        return SPANS[state], escape(text), "</span>"
    if kind == "pointer" and record_id:
        link = links[entity]
        return (link, f'{record_id:d}">', escape(text), "</a>") if link else (escape(text),)
    named = CLASSES.get(kind) if text or kind != "choice" else None
    return (SPANS[named], escape(text), "</span>") if named else (escape(text) if text else "",)


def table_rows(view: Any, records: Iterable[Any], lens: Lens, names: Iterable[str], select: bool = False) -> Markup:
    """The rows of a table; the first value leads to the record, and with `select` each row can be chosen."""
    names, pieces, links = list(names), list[str](), Links()
    box = _box(gettext("Select")) if select else None
    for record in records:
        pieces += ("<tr>", box(record.id) if box else "")
        for name in names[:1]:
            title = lens.show(record, name).text or f"#{record.id}"
            pieces += ("<td>", links[view.entity], f'{record.id:d}">', escape(title), "</a></td>")
        for name in names[1:]:
            pieces += ("<td>", *_cell(lens.show(record, name), links), "</td>")
        pieces.append("</tr>\n")
    return Markup("".join(pieces))  # noqa: S704 - what is not written here is escaped


def _box(label: str) -> Callable[[int], str]:
    """Makes the cell by which a row is chosen."""
    said = escape(label)
    return lambda each: (f'<td><input type="checkbox" class="form-check-input" name="ids" value="{each:d}" '
                         f'form="bulk" aria-label="{said} {each:d}"></td>')
