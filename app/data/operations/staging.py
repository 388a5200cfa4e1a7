"""The first half of an import: read the file, find out what every row means, keep the rows for applying."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext

from app.data.models import STAGED, UNREADABLE, ImportRow
from app.data.operations.drafts import Draft, Drafter
from app.data.operations.plan import UPDATE, Plan, make_plan, read_mapping
from app.data.operations.sealed import open_cells, open_problems, seal_cells, seal_given, seal_problems
from app.data.reading import Record, Table, open_table
from app.kernel.actor import acting
from app.kernel.batches import Batch, open_batch
from app.kernel.database import in_unit, session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.errors import Missing, NotAllowed, RuleError
from app.kernel.language import say_problem
from app.kernel.pour import put_rows
from app.kernel.problems import N_

# Rows whose records are looked up at once: an id of another system has no index, so that each look-up reads the whole
# table. And rows that are kept in one unit.
AHEAD, CHUNK = 2_000, 500
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Wish:
    """What is asked of an import: the text of a mapping file, identifying fields, what happens to known records.

    `lenient` leaves columns out that are not clear, for a person who sees them next.
    """

    mapping: str | None = None
    match: tuple[str, ...] = ()
    on_match: str = UPDATE
    encoding: str | None = None
    lenient: bool = False


NO_WISH = Wish()


def importable(entity: str) -> type[Entity]:
    """The class of an entity that the actor may import. Missing if there is none, NotAllowed without the right."""
    model = scoped_by_table().get(entity)
    if model is None or not issubclass(model, Entity) or model.kept_by_system:
        raise Missing()
    if not acting().may("import", entity):
        raise NotAllowed()
    return model


def stage(entity: str, source: str | Path | bytes, name: str, wish: Wish = NO_WISH,
          progress: Progress | None = None) -> int:
    """Read a file into a new batch and give its id; no record is touched.

    Outside of units: each chunk of rows has its own. UnreadableFile, or RuleError if the columns are not clear.
    """
    model = importable(entity)
    table = open_table(source, name, wish.encoding)
    return _stage(model, reading_of(table, name), wish, progress)


def stage_again(batch_id: int, wish: Wish) -> int:
    """A new batch of the rows of a staged one, read under another mapping. RuleError if it was applied already."""
    batch = staged_batch(batch_id)
    return _stage(importable(batch.entity), reading_again(batch), wish, None)


def staged_batch(batch_id: int) -> Batch:
    """An import that was read and not applied. Missing, or RuleError if it is none."""
    batch = session().scalars(sa.select(Batch).where(Batch.id == batch_id, Batch.kind == "import")).first()
    if batch is None:
        raise Missing()
    if batch.state != "staged":
        raise RuleError(N_("This import was applied already."))
    return batch


@dataclass(frozen=True)
class Reading:
    """A file that is open, or what an earlier batch kept of it."""

    name: str
    headers: Sequence[str]
    records: Callable[[], Iterator[Record]]
    warnings: list[str]


def reading_of(table: Table, name: str) -> Reading:
    """An open file."""
    return Reading(name, table.headers, table.records, [say_problem(each) for each in table.warnings])


def reading_again(batch: Batch) -> Reading:
    """The rows of an earlier batch."""
    work, batch_id = batch.work, batch.id
    return Reading(work["file"], work["headers"], lambda: _staged_records(batch_id), work["read_warnings"])


def plan_of(model: type[Entity], reading: Reading, wish: Wish) -> Plan:
    """What the file means for the actor in force. RuleError if its columns are not clear."""
    return make_plan(model, reading.headers, reading.records, read_mapping(wish.mapping), acting(), wish.match,
                     wish.on_match, lenient=wish.lenient)


def _staged_records(batch_id: int) -> Iterator[Record]:
    after = 0
    wanted = sa.select(ImportRow.id, ImportRow.row, ImportRow.cells, ImportRow.problems, ImportRow.verdict)
    wanted = wanted.where(ImportRow.batch_id == batch_id).order_by(ImportRow.id).limit(CHUNK)
    while rows := session().execute(wanted.where(ImportRow.id > after)).all():
        after = rows[-1].id
        yield from (Record(row.row, open_cells(row.cells),
                           open_problems(row.problems)[""] if row.verdict == UNREADABLE else None) for row in rows)


def _stage(model: type[Entity], reading: Reading, wish: Wish, progress: Progress | None) -> int:
    plan = plan_of(model, reading, wish)
    batch_id = in_unit(open_import, model, reading, wish, plan)
    drafter, count, records = Drafter(plan), 0, reading.records()
    while part := list(islice(records, AHEAD)):
        rows = [row_of(model, batch_id, draft) for draft in drafter.drafts(part)]
        for start in range(0, len(rows), CHUNK):
            in_unit(keep_rows, rows[start:start + CHUNK])
        count += len(part)
        if progress is not None:
            progress(count)
    in_unit(_close, batch_id, count)
    return batch_id


def open_import(model: type[Entity], reading: Reading, wish: Wish, plan: Plan, **more: Any) -> int:
    """A new batch that counts as failed until its rows are there; `more` goes into what its work knows."""
    work = {"file": reading.name, "headers": list(reading.headers), "mapping": wish.mapping, "match": list(wish.match),
            "on_match": wish.on_match, "encoding": wish.encoding, "lenient": wish.lenient,
            "read_warnings": reading.warnings,
            "warnings": [*reading.warnings, *map(say_problem, plan.warnings)],
            "columns": {column.header: column.field.name for column in plan.columns}, **more}
    batch = open_batch("import", reading.name, model.entity_name(), work=work, state="failed")
    batch.message = gettext("The file was not read to its end. Please import it again.")
    return batch.id


def row_of(model: type[Entity], batch_id: int, draft: Draft) -> dict[str, Any]:
    """A draft as a row to write: sealed."""
    return {"batch_id": batch_id, "row": draft.record.row, "status": draft.status, "record_id": draft.record_id,
            "verdict": UNREADABLE if draft.record.problem is not None else None, "cells": seal_cells(draft.cells),
            "given": seal_given(model, draft.values) if draft.status == STAGED else None,
            "problems": seal_problems(draft.problems) if draft.problems else None}


def keep_rows(rows: list[dict[str, Any]]) -> None:
    """Write staged rows, inside a unit."""
    put_rows(ImportRow, rows)


def _close(batch_id: int, count: int) -> None:
    batch = session().scalars(sa.select(Batch).where(Batch.id == batch_id)).one()
    batch.state, batch.rows_read, batch.message = "staged", count, None
