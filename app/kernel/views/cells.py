"""Values and rows of tables as HTML. In Python, not in a template: a list has hundreds of values, and calling a macro
for each of them takes longer than reading the rows from the database.

What a cell looks like is a pattern; those of a row become one, and the values of the row are escaped into it at once.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from app.kernel.views.lens import Lens, Shown
from app.kernel.views.site import record_base

CLASSES = {"money": "number", "integer": "number", "decimal": "number", "long_text": "long"}
SPANS = {name: Markup('<span class="{}">%s</span>').format(name) for name in ("masked", "locked", *CLASSES.values())}
PLAIN, ROW, VALUE = Markup("%s"), Markup("<tr>{}</tr>\n"), Markup("<td>{}</td>")
BOX = Markup('<input type="checkbox" class="form-check-input" name="ids" value="%d" form="bulk" aria-label="%s %d">')
# Whatever is joined by it and is no markup is escaped.
SAFELY = Markup("")


class Badges(dict[Any, Markup]):
    """By stored value of a choice the pattern of its badge; ``tones.css`` gives some values a colour."""

    def __missing__(self, value: Any) -> Markup:
        name = str(value).replace("%", "%%")
        self[value] = Markup('<span class="badge v-{}">%s</span>').format(name)
        return self[value]


BADGES = Badges()


class Links(dict[str, Markup]):
    """By entity the pattern of a link to one of its records, found once for a table; "" where they have no page."""

    def __missing__(self, entity: str) -> Markup:
        base = record_base(entity).replace("%", "%%")
        self[entity] = Markup('<a href="{}%d">%s</a>').format(base) if base else SAFELY
        return self[entity]


def cell(shown: Shown) -> Markup:
    """The value as its kind is shown: a link, a badge, a number, or what tells that it is masked or locked."""
    pattern, values = _cell(shown, Links())
    return pattern % values


def _cell(shown: Shown, links: Links) -> tuple[Markup, tuple[Any, ...]]:
    kind, value, text, state, entity, record_id = shown
    if state in ("masked", "locked"):
        return SPANS[state], (text,)
    if kind == "pointer" and record_id:
        link = links[entity]
        return (link, (record_id, text)) if link else (PLAIN, (text,))
    if kind == "choice":
        return (BADGES[value], (text,)) if text else (SAFELY, ())
    named = CLASSES.get(kind)
    return (SPANS[named], (text,)) if named else (PLAIN, (text,)) if text else (SAFELY, ())


def table_rows(view: Any, records: Iterable[Any], lens: Lens, names: Iterable[str], select: bool = False) -> Markup:
    """The rows of a table; the first value leads to the record, and with `select` each row can be chosen."""
    names, links, label = list(names), Links(), gettext("Select") if select else ""
    return SAFELY.join(_row(view, record, lens, names, links, label) for record in records)


def _row(view: Any, record: Any, lens: Lens, names: list[str], links: Links, label: str) -> Markup:
    patterns, values = ([BOX], [record.id, label, record.id]) if label else ([], [])
    for name in names[:1]:
        patterns.append(links[view.entity])
        values += (record.id, lens.show(record, name).text or f"#{record.id}")
    for name in names[1:]:
        pattern, more = _cell(lens.show(record, name), links)
        patterns.append(pattern)
        values += more
    return _pattern(tuple(patterns)) % tuple(values)


@lru_cache(maxsize=2_000)
def _pattern(patterns: tuple[Markup, ...]) -> Markup:
    """The pattern of a row with these cells: most rows of a list look alike."""
    return ROW.format(SAFELY.join(VALUE.format(each) for each in patterns))
