"""The second half of an import: apply the staged rows in short units, each of which carries its own progress.

The status of a row moves in the unit that changes its record. Killed at any moment and called again, `apply` goes on
with the rows that are still staged, and with no other.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from app.data.models import CREATED, FINAL, REJECTED, STAGED, UNCHANGED, UPDATED, ImportRow
from app.data.operations.sealed import open_given, seal_problems
from app.data.operations.staging import importable
from app.kernel import bulk, clock
from app.kernel.actor import under
from app.kernel.batches import Batch
from app.kernel.database import in_unit, session
from app.kernel.dialects import locked
from app.kernel.entity import Entity
from app.kernel.errors import CrmError, Missing, RuleError, Unavailable
from app.kernel.problems import N_, Problem, Problems, problem
from app.security.audit import write_entry

Counts = dict[str, int]
Progress = Callable[[int, int], None]
# How long a unit holds the write lock of SQLite, and how long others then have to take it.
UNIT_SECONDS, PAUSE_SECONDS = 0.1, 0.04
FIRST, LEAST, MOST = 100, 10, 500
# The steps of an import, and in which state it takes them while somebody waits for it.
READ, CHECK, APPLY = "read", "check", "apply"
BACKGROUND = "background"
_AT_ONCE = {READ: (), CHECK: ("staged",), APPLY: ("running", "done")}


class Interrupted(RuleError):
    """The import was stopped, or another worker goes on with it."""

    default = N_("This import was stopped.")


def apply(batch_id: int, progress: Progress | None = None) -> Counts:
    """Apply what is staged, or what is left of it after a crash; the number of rows of each final status.

    Outside of units. A batch that is done already gets the same answer again, since whoever was killed behind the last
    commit did not hear it. Missing, or RuleError if the batch was not read to its end or was taken back. `progress` is
    told done and total.
    """
    batch = _batch(batch_id)
    model = importable(batch.entity)
    total, done = batch.rows_read, 0
    if not in_unit(_start, batch_id):
        return told_counts(batch)
    size = FIRST
    while ids := next_rows(batch_id, 0, size):
        size = apply_rows(model, batch_id, ids)
        done += len(ids)
        if progress is not None:
            progress(min(done, total), total)
    return in_unit(finish, batch_id)


def try_out(batch_id: int, progress: Progress | None = None) -> Counts:
    """What `apply` would do, row by row, with every change taken back at once; the verdicts stay with the rows."""
    batch = _batch(batch_id)
    model, after = importable(batch.entity), 0
    total, done, size = batch.rows_read, 0, FIRST
    while ids := next_rows(batch_id, after, size):
        size = judge_rows(model, batch_id, ids)
        after, done = ids[-1], done + len(ids)
        if progress is not None:
            progress(min(done, total), total)
    return in_unit(note_verdicts, batch_id)


def apply_rows(model: type[Entity], batch_id: int, ids: Sequence[int]) -> int:
    """Apply these staged rows in units of their own; how many to take next. Interrupted if the import was stopped."""
    began = time.monotonic()
    with under(batch_id=batch_id, channel="import", verb="", cause="import"):
        _settle(model, batch_id, ids)
    return _rested(len(ids), began)


def judge_rows(model: type[Entity], batch_id: int, ids: Sequence[int]) -> int:
    """Try these staged rows out in a unit of their own; how many to take next."""
    began = time.monotonic()
    in_unit(_judge, model, batch_id, ids)
    return _rested(len(ids), began)


def _rested(size: int, began: float) -> int:
    took = time.monotonic() - began
    time.sleep(PAUSE_SECONDS)
    return _next_size(size, took)


def _next_size(size: int, took: float) -> int:
    """As many rows as fit into a unit, by what the last one took; never more than twice as many at once."""
    fitting = size * UNIT_SECONDS / max(took, 0.001)
    return int(min(max(fitting, LEAST), MOST, size * 2))


def hold(batch_id: int, step: str) -> Batch:
    """The batch, locked for a unit of `step`. Interrupted if it does not take this step now."""
    batch = session().scalars(locked(sa.select(Batch).where(Batch.id == batch_id))).first()
    if batch is None:
        raise Missing()
    takes = batch.work.get("step") == step if batch.state == BACKGROUND else batch.state in _AT_ONCE[step]
    if not takes:
        raise Interrupted()
    return batch


def note(batch: Batch, **parts: Any) -> None:
    """What the work of a batch knows now: a column of JSON is told of changes by a new value only."""
    batch.work = {**(batch.work or {}), **parts}


def _batch(batch_id: int) -> Batch:
    batch = session().scalars(sa.select(Batch).where(Batch.id == batch_id, Batch.kind == "import")).first()
    if batch is None:
        raise Missing()
    return batch


def _start(batch_id: int) -> bool:
    """Whether there is anything left to apply."""
    batch = session().scalars(locked(sa.select(Batch).where(Batch.id == batch_id))).one()
    if batch.state == "done":
        return False
    if batch.state not in ("staged", "running") and not was_applying(batch):
        raise RuleError(N_("This import cannot be applied now."))
    begin_applying(batch)
    batch.state, batch.message = "running", None
    return True


def was_applying(batch: Batch) -> bool:
    """Whether the batch was stopped while it was applied."""
    return batch.state == "stopped" and (batch.work or {}).get("step") == APPLY


def begin_applying(batch: Batch) -> None:
    """From now on the rows of the batch are applied."""
    note(batch, step=APPLY, applied=settled(batch.id))


def settled(batch_id: int) -> int:
    """How many rows have their end: applied, skipped or rejected."""
    counts = sa.select(sa.func.count()).where(ImportRow.batch_id == batch_id, ImportRow.status.in_(FINAL))
    return session().execute(counts).scalar_one()


def next_rows(batch_id: int, after: int, size: int) -> list[int]:
    """The next rows that are staged."""
    wanted = sa.select(ImportRow.id).where(ImportRow.batch_id == batch_id, ImportRow.status == STAGED)
    return list(session().scalars(wanted.where(ImportRow.id > after).order_by(ImportRow.id).limit(size)))


def _settle(model: type[Entity], batch_id: int, ids: Sequence[int]) -> None:
    """Apply these rows; where something refuses the unit as a whole, find the row that is to blame by halving."""
    try:
        in_unit(_apply_rows, model, batch_id, ids)
    except (Unavailable, Interrupted):
        raise
    except (CrmError, exc.IntegrityError) as error:
        if len(ids) == 1:
            in_unit(_reject, batch_id, ids[0], _blame(error))
            return
        half = len(ids) // 2
        _settle(model, batch_id, ids[:half])
        _settle(model, batch_id, ids[half:])


def _blame(error: CrmError | exc.IntegrityError) -> Problems:
    if isinstance(error, CrmError):
        return error.problems or {"": error.sentence}
    return {"": problem(N_("This is already taken by another record."))}


def _staged(ids: Sequence[int]) -> list[ImportRow]:
    wanted = sa.select(ImportRow).where(ImportRow.id.in_(ids), ImportRow.status == STAGED).order_by(ImportRow.id)
    return list(session().scalars(locked(wanted)))


def _apply_rows(model: type[Entity], batch_id: int, ids: Sequence[int]) -> None:
    batch, rows = hold(batch_id, APPLY), _staged(ids)
    note(batch, applied=batch.work.get("applied", 0) + len(rows))
    for row, status, record_id, problems in _changed(model, rows):
        row.status, row.record_id = status, record_id
        row.given = None
        if problems:
            row.problems = seal_problems(problems)
        else:
            row.cells = None


Result = tuple[ImportRow, str, int | None, Problems]


def _changed(model: type[Entity], rows: Sequence[ImportRow]) -> list[Result]:
    """What becomes of each row now that its record is created or changed."""
    fresh = [row for row in rows if row.record_id is None]
    known = {row.record_id: row for row in rows if row.record_id is not None}
    changed = bulk.change_rows(model, {number: open_given(model, row.given) for number, row in known.items()})
    added = bulk.add_rows(model, [open_given(model, row.given) for row in fresh])
    results: list[Result] = [(known[each], UPDATED, each, {}) for each in changed.done]
    results += [(known[each], UNCHANGED, each, {}) for each in changed.unchanged]
    results += [(known[each], REJECTED, None, problems) for each, problems in changed.refused.items()]
    results += [(fresh[place], CREATED, each, {}) for place, each in added.created.items()]
    return results + [(fresh[place], REJECTED, None, problems) for place, problems in added.refused.items()]


def _reject(batch_id: int, row_id: int, problems: dict[str, Problem]) -> None:
    batch = hold(batch_id, APPLY)
    for row in _staged([row_id]):
        note(batch, applied=batch.work.get("applied", 0) + 1)
        row.status, row.problems, row.given, row.record_id = REJECTED, seal_problems(problems), None, None


def _judge(model: type[Entity], batch_id: int, ids: Sequence[int]) -> None:
    batch, rows = hold(batch_id, CHECK), _staged(ids)
    note(batch, checked=batch.work.get("checked", 0) + len(rows), checked_until=ids[-1])
    savepoint = session().begin_nested()
    results = [(row.id, status, problems) for row, status, _record, problems in _changed(model, rows)]
    savepoint.rollback()
    session().bulk_update_mappings(sa.inspect(ImportRow), [
        {"id": number, "verdict": status, "problems": seal_problems(problems) if problems else None}
        for number, status, problems in results])


def counts_of(batch_id: int, *, tried: bool = True) -> Counts:
    """Rows by status, by verdict where a trial gave one if `tried`; every final status is named."""
    verdict = sa.func.coalesce(ImportRow.verdict, STAGED) if tried else sa.literal(STAGED)
    status = sa.case((ImportRow.status == STAGED, verdict), else_=ImportRow.status)
    rows = session().execute(sa.select(status, sa.func.count()).where(ImportRow.batch_id == batch_id).group_by(status))
    return {**dict.fromkeys(FINAL, 0), **dict(rows.all())}


def note_verdicts(batch_id: int) -> Counts:
    """The end of a trial: what would become of the rows stands in the batch."""
    batch, counts = hold(batch_id, CHECK), counts_of(batch_id)
    write_counts(batch, counts)
    return counts


def write_counts(batch: Batch, counts: Counts) -> None:
    """Put the counts into the columns of the batch."""
    for name in FINAL:
        setattr(batch, f"rows_{name}", counts[name])


def told_counts(batch: Batch) -> Counts:
    """The counts that were noted when the batch was done; its rows may be gone since."""
    return {name: getattr(batch, f"rows_{name}") for name in FINAL}


def finish(batch_id: int) -> Counts:
    """The end of an import: told to the audit with its counts."""
    batch = hold(batch_id, APPLY)
    if batch.state == "done":
        return told_counts(batch)
    counts = counts_of(batch_id)
    write_counts(batch, counts)
    batch.state, batch.finished_at = "done", clock.now()
    tell_audit(batch, counts)
    return counts


def tell_audit(batch: Batch, counts: Counts, remark: str = "") -> None:
    """One entry for the import as a whole."""
    said = [f"{counts[name]} {name}" for name in FINAL] + [remark] * bool(remark)
    write_entry("import", entity=batch.entity, batch_id=batch.id, changes={**counts, "read": batch.rows_read},
                note=f"{batch.label}: {', '.join(said)}")


def as_facts(counts: Counts, read: int) -> dict[str, Any]:
    """The counts for a person or a machine: rows read, then each final status."""
    return {"read": read, **{name: counts[name] for name in FINAL}}
