"""Bulk edit, assign, delete and named actions on chosen records or on all that match: each an undoable batch."""

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext, ngettext

from app.kernel import bulk, clock
from app.kernel.actor import acting, under
from app.kernel.batches import Batch, drop_batch, open_batch
from app.kernel.database import in_unit, session
from app.kernel.entity import Entity
from app.kernel.errors import Malformed, NotAllowed, RuleError, Stale
from app.kernel.filters import parse
from app.kernel.language import say_problem
from app.kernel.once import once, release
from app.kernel.problems import N_, problem
from app.kernel.rights.hook import UNSCOPED
from app.kernel.typed import number_in
from app.kernel.views import asked as ask
from app.kernel.views import rows
from app.kernel.views.access import require
from app.kernel.views.declare import Action
from app.kernel.views.saving import find_visible, read_given

MOST = 20_000


@dataclass
class Done:
    """What a bulk action did: the batch it can be taken back by, counts, and why rows were refused."""

    batch_id: int | None = None
    changed: int = 0
    unchanged: int = 0
    refused: dict[int, dict[str, str]] = field(default_factory=dict)

    def add(self, outcome: bulk.Outcome) -> None:
        self.changed += len(outcome.done)
        self.unchanged += len(outcome.unchanged)
        for record_id, problems in outcome.refused.items():
            self.refused[record_id] = {name: say_problem(each) for name, each in problems.items()}

    def sentence(self) -> str:
        """The counts in words."""
        parts = [ngettext("%(num)d record changed", "%(num)d records changed", self.changed)]
        if self.unchanged:
            parts.append(ngettext("%(num)d already so", "%(num)d already so", self.unchanged))
        if self.refused:
            parts.append(ngettext("%(num)d refused", "%(num)d refused", len(self.refused)))
        named = gettext("Batch %(id)s", id=self.batch_id) + ": " if self.batch_id is not None else ""
        return named + ", ".join(parts)


def undo_url(batch_id: int | None) -> str:
    """Where a batch is taken back, "" where there is none, or not for the actor."""
    if batch_id is None or "batch.undo" not in current_app.view_functions or not acting().holds("undo"):
        return ""
    return url_for("batch.undo", pk=batch_id)


def delete_one(model: type[Entity], record_id: int, version: int | None = None) -> int:
    """Delete a visible record inside the unit in force. Missing, NotAllowed where the reach ends, Stale."""
    record = find_visible(model, record_id)
    if not acting().may("delete", model.entity_name()):
        raise NotAllowed()
    if version not in (None, record.version):
        raise Stale()
    versions = {record_id: version} if version is not None else None
    _one(bulk.delete_rows(model, [record.id], versions=versions))
    return record_id


def undelete_one(model: type[Entity], record_id: int) -> int:
    """Restore a deleted record inside the unit in force; RuleError names a key that is taken."""
    find_visible(model, record_id, with_deleted=True)
    _one(bulk.undelete_rows(model, [record_id]))
    return record_id


def _one(outcome: bulk.Outcome) -> None:
    for problems in outcome.refused.values():
        if list(problems) == [""]:
            raise NotAllowed(problems[""])
        raise RuleError(problems=problems)


def chosen_ids(view: Any, ids: list[int], everything: bool, query: str, text: str = "") -> list[int]:
    """The chosen ids, or all that match the list's own filter. RuleError for more than MOST."""
    found = rows.all_ids(view, ask.Asked(parse(query), text), MOST + 1) if everything else ids
    if len(found) > MOST:
        raise RuleError(problem(N_("At most %(most)s records at once: narrow the filter."), most=MOST))
    return found


def ids_in(texts: list[str]) -> list[int]:
    """The ids among what a form sent."""
    return [number for text in texts if (number := number_in(text))]


def from_form(view: Any, form: Any) -> Done:
    """The bulk bar: ``ids`` or ``everything`` with ``query``, a ``kind``, and the fields of an edit."""
    ids = ids_in(form.getlist("ids"))
    chosen = chosen_ids(view, ids, form.get("everything") == "1", form.get("query", ""), form.get("q", ""))
    given = {name: form.get(f"set_{name}") for name in view.bulk_fields if form.get(f"set_{name}")}
    return carry_out(view, form.get("kind", ""), chosen, given, form.get("_once", ""))


def carry_out(view: Any, kind: str, ids: list[int], given: dict[str, Any], key: str = "") -> Done:
    """``edit``, ``assign`` or ``delete`` in units of at most 500 rows under one batch id. NotAllowed, RuleError.

    Where nothing could be done no batch is left, since there is nothing to take back.
    """
    verb = {"edit": "mass_edit", "assign": "assign", "delete": "delete"}.get(kind)
    if verb is None:
        raise Malformed()
    require(verb, view.entity)
    values = _values(view, kind, given)
    batch_id = in_unit(once, key, lambda: _open(view, kind, len(ids)))
    if not _is_open(batch_id):
        return Done(batch_id)
    done = Done(batch_id)
    for start in range(0, len(ids), bulk.outcome.CHUNK):
        part = ids[start:start + bulk.outcome.CHUNK]
        done.add(in_unit(_carry_out_part, view.model, kind, verb, part, values, batch_id))
    if not done.changed and not done.unchanged:
        in_unit(_forget, batch_id, key)
        done.batch_id = None
    else:
        in_unit(_close, batch_id, len(ids), done)
    return done


def _values(view: Any, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    if kind == "delete":
        return {}
    allowed = set(view.bulk_fields) if kind == "edit" else {"owner"}
    values, problems = read_given(view.model, given, acting())
    problems |= {name: problem(N_("This field cannot be changed in bulk.")) for name in given if name not in allowed}
    if problems or not values:
        raise RuleError(problems=problems or {"": problem(N_("Choose at least one field to change."))})
    return values


def _open(view: Any, kind: str, rows_read: int) -> int:
    label = f"{view.model.entity_label_plural}: {gettext('bulk change')}"
    batch = open_batch("bulk_delete" if kind == "delete" else "bulk_edit", label, view.entity)
    batch.rows_read = rows_read
    return batch.id


# The batch was opened for this very request: keeping its counts asks for no right to read batches.
OWN_BATCH = {UNSCOPED: True}


def _is_open(batch_id: int | None) -> bool:
    """Whether the batch of this request waits for its work: a request that came before may have ended it."""
    found = sa.select(Batch.state).where(Batch.id == batch_id)
    return session().scalars(found.execution_options(**OWN_BATCH)).first() == "running"


def _carry_out_part(model: type[Entity], kind: str, verb: str, ids: list[int], values: dict[str, Any],
                    batch_id: int) -> bulk.Outcome:
    with under(batch_id=batch_id):
        if kind == "delete":
            return bulk.delete_rows(model, ids)
        return bulk.change_rows(model, dict.fromkeys(ids, values), verb="edit" if kind == "edit" else verb)


def _forget(batch_id: int, key: str) -> None:
    drop_batch(batch_id)
    release(key)


def _close(batch_id: int, rows_read: int, done: Done) -> None:
    found = sa.select(Batch).where(Batch.id == batch_id)
    batch = session().scalars(found.execution_options(**OWN_BATCH)).one()
    batch.state, batch.finished_at, batch.rows_read = "done", clock.now(), rows_read
    batch.rows_updated, batch.rows_unchanged = done.changed, done.unchanged
    batch.rows_rejected = len(done.refused)


def run(view: Any, action: Action, ids: list[int], given: dict[str, Any], key: str = "") -> str:
    """Run a named action inside one unit on visible records; the sentence that it answers.

    Raises RuleError, NotAllowed, Missing, and Malformed for no or too many records.
    """
    require(action.right, view.entity)
    if not ids or len(ids) > MOST or (len(ids) > 1 and not action.many):
        raise Malformed()
    asked = {each for each in action.fields if isinstance(each, str)}
    own = {name: value for name, value in given.items() if name in asked}
    values, problems = read_given(view.model, own, acting()) if own else ({}, {})
    if problems:
        raise RuleError(problems=problems)
    values |= {name: value for name, value in given.items() if name not in own}
    return str(in_unit(once, key, lambda: _run(view, action, ids, values)) or "")


def _run(view: Any, action: Action, ids: list[int], values: dict[str, Any]) -> str | None:
    for record_id in ids:
        find_visible(view.model, record_id)
    with under(verb=action.name):
        answer = action.operation(ids, values)
        session().flush()
    return str(answer) if answer is not None else None
