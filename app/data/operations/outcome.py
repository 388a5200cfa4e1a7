"""What is told of an import afterwards: the refused rows as a file, the first rows for a look, and taking it back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.data.models import REJECTED, STAGED, ImportRow
from app.data.operations.background import drop_pieces, most_at_once
from app.data.operations.sealed import open_cells, open_problems
from app.data.reading import Record
from app.data.writing import csv_lines, rejected_rows
from app.kernel import batches
from app.kernel.actor import acting
from app.kernel.batches import Batch, Undone
from app.kernel.database import in_unit, session
from app.kernel.errors import Missing, NotAllowed
from app.kernel.events import DomainEvent
from app.kernel.language import say_problem
from app.kernel.problems import Problem, Problems
from app.security.audit import write_entry

PART = 500
# The step of a batch that is taken back in the background.
UNDO = "undo"


@dataclass(frozen=True)
class RowShown:
    """One row of an import with what became of it, or would."""

    row: int
    status: str
    cells: list[str]
    problems: Problems
    record_id: int | None = None


def batch_of(batch_id: int) -> Batch:
    """The batch if the actor may read it. Missing otherwise."""
    batch = session().scalars(sa.select(Batch).where(Batch.id == batch_id)).first()
    if batch is None:
        raise Missing()
    return batch


def shown_rows(batch_id: int, limit: int, *, rejected: bool = False) -> list[RowShown]:
    """The first rows of an import that still have their cells, or the first of those that are or would be rejected."""
    wanted = sa.select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.cells.is_not(None))
    if rejected:
        wanted = wanted.where(sa.or_(ImportRow.status == REJECTED, sa.and_(ImportRow.status == STAGED,
                                                                           ImportRow.verdict == REJECTED)))
    return [RowShown(row.row, (row.verdict or row.status) if row.status == STAGED else row.status,
                     open_cells(row.cells), open_problems(row.problems), row.record_id)
            for row in session().scalars(wanted.order_by(ImportRow.id).limit(limit))]


def template_file(headers: list[str]) -> Iterator[bytes]:
    """A CSV file of these headers and no row."""
    return csv_lines(headers, ())


def rejected_file(batch_id: int) -> Iterator[bytes]:
    """The rejected rows of an import as a CSV file that can be mended and imported again; also those of a trial."""
    batch = batch_of(batch_id)
    return rejected_rows((batch.work or {}).get("headers", []), _rejected(batch_id), say_problem)


def _rejected(batch_id: int) -> Iterator[Record]:
    after = 0
    wanted = sa.select(ImportRow).where(ImportRow.batch_id == batch_id, sa.or_(
        ImportRow.status == REJECTED, sa.and_(ImportRow.status == STAGED, ImportRow.verdict == REJECTED)))
    while rows := list(session().scalars(wanted.where(ImportRow.id > after).order_by(ImportRow.id).limit(PART))):
        after = rows[-1].id
        for row in rows:
            yield Record(row.row, open_cells(row.cells), _in_one(open_problems(row.problems)))


def _in_one(problems: Problems) -> Problem:
    """All problems of a row in one sentence each, told with the name of the field."""
    texts = [f"{name}: {say_problem(found)}" if name else say_problem(found) for name, found in problems.items()]
    return Problem("%(all)s", {"all": " ".join(texts)})


def take_back(batch_id: int) -> Undone:
    """Undo a batch: one's own with the right `undo`. Missing, NotAllowed, or RuleError by state."""
    batch = _own(batch_id)
    outcome = batches.undo(batch_id)
    in_unit(_witness, batch.entity, batch_id, outcome)
    return outcome


def is_large(batch_id: int) -> bool:
    """Whether a batch changed more records than its owner should wait for."""
    changed = sa.select(DomainEvent.id).where(DomainEvent.batch_id == batch_id).limit(most_at_once() + 1)
    return len(session().scalars(changed).all()) > most_at_once()


def take_back_later(batch_id: int) -> None:
    """Have a batch taken back in the background; refused as `take_back`."""
    _own(batch_id)
    in_unit(batches.begin_undo, batch_id, step=UNDO)


def take_back_on(batch_id: int) -> bool:
    """One step of taking a batch back in the background, as the actor in force; whether there is another."""
    batch = _own(batch_id)
    if batch.state != "undoing":
        return False
    entity, outcome = batch.entity, batches.undo_step(batch_id)
    if not outcome.more:
        in_unit(_witness, entity, batch_id, outcome)
    return outcome.more


def rest_undo(batch_id: int, message: str) -> None:
    """Taking a batch back rests with a sentence, inside a unit, until its owner asks for it again."""
    batch = batch_of(batch_id)
    if batch.state == "undoing":
        batch.state, batch.message = "stopped", message[:500]


def _own(batch_id: int) -> Batch:
    batch, actor = batch_of(batch_id), acting()
    if not actor.is_system and (not actor.holds("undo") or batch.owner_id != actor.id):
        raise NotAllowed()
    return batch


def _witness(entity: str, batch_id: int, outcome: Undone) -> None:
    counts: dict[str, Any] = {"reversed": outcome.reversed, "kept": outcome.kept, "conflicting": outcome.conflicting}
    drop_pieces(batch_id)
    write_entry("undo", entity=entity, batch_id=batch_id, changes=counts,
                note=", ".join(f"{count} {name}" for name, count in counts.items()))
