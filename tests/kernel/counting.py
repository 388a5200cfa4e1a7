"""Counts the SQL statements of a request, and those that a template causes while it renders."""

import contextlib
from dataclasses import dataclass, field

from flask import before_render_template, template_rendered
from sqlalchemy import event

# What opens and closes a transaction reads and writes no rows.
FREE = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


@dataclass
class Count:
    """The statements in order, and those among them that ran while a template rendered."""

    statements: list[str] = field(default_factory=list)
    rendering: list[str] = field(default_factory=list)
    open_templates: int = 0

    def __len__(self):
        return len(self.statements)

    def __str__(self):
        return "\n".join(statement[:300].replace("\n", " ") for statement in self.statements)


@contextlib.contextmanager
def counted(app):
    """Count everything that happens inside."""
    from app.kernel.database import db

    with app.app_context():
        engine = db.engine
    count = Count()

    def note(_connection, _cursor, statement, _parameters, _context, _many):
        if not statement.lstrip().upper().startswith(FREE):
            count.statements.append(statement)
            if count.open_templates:
                count.rendering.append(statement)

    def begin(_sender, **_more):
        count.open_templates += 1

    def end(_sender, **_more):
        count.open_templates -= 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        with before_render_template.connected_to(begin, app), template_rendered.connected_to(end, app):
            yield count
    finally:
        event.remove(engine, "before_cursor_execute", note)
