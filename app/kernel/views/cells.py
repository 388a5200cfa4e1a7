"""Values and rows of tables as HTML. In Python, not in a template: a list has hundreds of values, and calling a macro
for each of them takes longer than reading the rows from the database.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from app.kernel.views.lens import Lens, Shown
from app.kernel.views.site import record_url

CLASSES = {"choice": "badge", "money": "number", "integer": "number", "decimal": "number", "long_text": "long"}
SPANS = {name: Markup('<span class="{}">').format(name) for name in ("masked", "locked", *CLASSES.values())}
LINK, LINKED, LINK_END, SPAN_END = Markup('<a href="'), Markup('">'), Markup("</a>"), Markup("</span>")
ROW, ROW_END, VALUE, VALUE_END = Markup("<tr>"), Markup("</tr>\n"), Markup("<td>"), Markup("</td>")
BOX = Markup('<input type="checkbox" class="form-check-input" name="ids" value="')
BOX_LABEL, BOX_END = Markup('" form="bulk" aria-label="'), Markup('">')
# Whatever is joined by it and is no markup is escaped.
SAFELY = Markup("")


def cell(shown: Shown) -> Markup:
    """The value as its kind is shown: a link, a badge, a number, or what tells that it is masked or locked."""
    return SAFELY.join(_cell(shown))


def _cell(shown: Shown) -> tuple[str, ...]:
    if shown.state in ("masked", "locked"):
        return SPANS[shown.state], shown.text, SPAN_END
    if shown.kind == "pointer" and shown.record_id:
        url = record_url(shown.entity, shown.record_id)
        return (LINK, url, LINKED, shown.text, LINK_END) if url else (shown.text,)
    named = CLASSES.get(shown.kind) if shown.text or shown.kind != "choice" else None
    return (SPANS[named], shown.text, SPAN_END) if named else (shown.text,)


def table_rows(view: Any, records: Iterable[Any], lens: Lens, names: Iterable[str], select: bool = False) -> Markup:
    """The rows of a table; the first value leads to the record, and with `select` each row can be chosen."""
    names, label = list(names), gettext("Select") if select else None
    return SAFELY.join(piece for record in records for piece in _row(view, record, lens, names, label))


def _row(view: Any, record: Any, lens: Lens, names: list[str], label: str | None) -> Iterator[str]:
    yield ROW
    if label is not None:
        yield from (VALUE, BOX, str(record.id), BOX_LABEL, f"{label} {record.id}", BOX_END, VALUE_END)
    for name in names[:1]:
        title = lens.show(record, name).text or f"#{record.id}"
        yield from (VALUE, LINK, record_url(view.entity, record.id), LINKED, title, LINK_END, VALUE_END)
    for name in names[1:]:
        yield VALUE
        yield from _cell(lens.show(record, name))
        yield VALUE_END
    yield ROW_END
