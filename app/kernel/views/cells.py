"""Values and rows of tables as HTML. In Python, not in a template: a list has hundreds of values, and calling a macro
for each of them takes longer than reading the rows from the database.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext
from markupsafe import Markup, escape

from app.kernel.views.lens import Lens, Shown
from app.kernel.views.site import record_url

CLASSES = {"choice": "badge", "money": "number", "integer": "number", "decimal": "number", "long_text": "long"}


def cell(shown: Shown) -> Markup:
    """The value as its kind is shown: a link, a badge, a number, or what tells that it is masked or locked."""
    return Markup(_cell(shown))  # noqa: S704 - every text and address in it is escaped


def _cell(shown: Shown) -> str:
    text = escape(shown.text)
    if shown.state in ("masked", "locked"):
        return f'<span class="{shown.state}">{text}</span>'
    if shown.kind == "pointer" and shown.record_id:
        url = record_url(shown.entity, shown.record_id)
        return f'<a href="{escape(url)}">{text}</a>' if url else str(text)
    named = CLASSES.get(shown.kind) if text or shown.kind != "choice" else None
    return f'<span class="{named}">{text}</span>' if named else str(text)


def table_rows(view: Any, records: Iterable[Any], lens: Lens, names: Iterable[str], select: bool = False) -> Markup:
    """The rows of a table; the first value leads to the record, and with `select` each row can be chosen."""
    names, label = list(names), escape(gettext("Select")) if select else None
    return Markup("\n").join(Markup(f"<tr>{''.join(_row(view, record, lens, names, label))}</tr>")  # noqa: S704
                             for record in records)


def _row(view: Any, record: Any, lens: Lens, names: list[str], label: str | None) -> Iterator[str]:
    if label is not None:
        yield (f'<td><input type="checkbox" class="form-check-input" name="ids" value="{record.id}" form="bulk" '
               f'aria-label="{label} {record.id}"></td>')
    for name in names[:1]:
        title = escape(lens.show(record, name).text or f"#{record.id}")
        yield f'<td><a href="{escape(record_url(view.entity, record.id))}">{title}</a></td>'
    for name in names[1:]:
        yield f"<td>{_cell(lens.show(record, name))}</td>"
