"""The steps of an import in the background: each is short and commits its own progress, as the actor in force.

Between two steps the import may be stopped, its user may lose rights, the process may be killed: whoever goes on, this
worker or another, goes on where the batch stands.
"""

import contextlib
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

from app.data.operations.applying import (
    APPLY,
    BACKGROUND,
    CHECK,
    FIRST,
    READ,
    Interrupted,
    apply_rows,
    finish,
    hold,
    judge_rows,
    next_rows,
    note,
    note_verdicts,
    settled,
)
from app.data.operations.background import drop_pieces, pieces_of
from app.data.operations.drafts import Draft, Drafter
from app.data.operations.outcome import batch_of
from app.data.operations.staging import (
    AHEAD,
    CHUNK,
    Reading,
    Wish,
    importable,
    keep_rows,
    plan_of,
    reading_again,
    reading_of,
    row_of,
)
from app.data.reading import open_table
from app.kernel.actor import Actor, acting
from app.kernel.batches import Batch
from app.kernel.database import in_unit
from app.kernel.entity import Entity


class Steps:
    """What a worker has in hand of one import; `step` is the one that it took last or tries to take.

    Call `close` in the end: the file lies unpacked while it is read.
    """

    def __init__(self, batch_id: int) -> None:
        self._batch_id = batch_id
        self._size = FIRST
        self._open: contextlib.ExitStack = contextlib.ExitStack()
        self._reader: _Reader | None = None
        self.step = ""

    def close(self) -> None:
        """Let go of the unpacked file."""
        self._reader = None
        self._open.close()

    def take(self) -> bool:
        """One step as the actor in force; whether there is another. Missing, NotAllowed or RuleError as the import."""
        batch = batch_of(self._batch_id)
        if batch.state != BACKGROUND:
            return False
        self.step = batch.work["step"]
        if self.step != READ:
            self.close()
        model = importable(batch.entity)
        return {READ: self._read, CHECK: self._check, APPLY: self._apply}[self.step](model, batch)

    def _read(self, model: type[Entity], batch: Batch) -> bool:
        if self._reader is None:
            self._reader = _Reader(model, batch, self._open)
        before = self._reader.count
        drafts = self._reader.next_drafts()
        if not drafts:
            return in_unit(_end_reading, batch.id)
        rows = [row_of(model, batch.id, draft) for draft in drafts]
        for start in range(0, len(rows), CHUNK):
            in_unit(_keep, batch.id, before + start, rows[start:start + CHUNK])
        return True

    def _check(self, model: type[Entity], batch: Batch) -> bool:
        ids = next_rows(batch.id, batch.work.get("checked_until", 0), self._size)
        if ids:
            self._size = judge_rows(model, batch.id, ids)
            return True
        return in_unit(_end_checking, batch.id)

    def _apply(self, model: type[Entity], batch: Batch) -> bool:
        ids = next_rows(batch.id, 0, self._size)
        if ids:
            self._size = apply_rows(model, batch.id, ids)
            return True
        in_unit(finish, batch.id)
        return False


class _Reader:
    """The file, open behind the row `count`, and what reading it needs to know."""

    def __init__(self, model: type[Entity], batch: Batch, opened: contextlib.ExitStack) -> None:
        work = batch.work
        self._model, self._wish = model, Wish(work["mapping"], tuple(work["match"]), work["on_match"], work["encoding"],
                                              work["lenient"])
        self._reading = _reading_of(batch, opened)
        self._records = self._reading.records()
        self._actor: Actor | None = None
        self._drafter: Drafter | None = None
        self.count = 0
        # Read again after a kill: later rows are judged by which records the earlier ones have named.
        while self.count < work["read"] and self.next_drafts():
            pass

    def next_drafts(self) -> list[Draft]:
        """The next rows, under the rights of this moment."""
        part = list(islice(self._records, AHEAD))
        if self._actor is not acting() or self._drafter is None:
            self._drafter = Drafter(plan_of(self._model, self._reading, self._wish), self._drafter)
            self._actor = acting()
        self.count += len(part)
        return self._drafter.drafts(part)


def _reading_of(batch: Batch, opened: contextlib.ExitStack) -> Reading:
    work = batch.work
    if "rows_of" in work:
        return reading_again(batch_of(work["rows_of"]))
    path = Path(opened.enter_context(tempfile.TemporaryDirectory())) / "upload"
    with path.open("wb") as stream:
        stream.writelines(pieces_of(batch.id))
    return reading_of(open_table(path, work["file"], work["encoding"]), work["file"])


def _keep(batch_id: int, before: int, rows: list[dict[str, Any]]) -> None:
    batch = hold(batch_id, READ)
    if batch.work["read"] != before:
        raise Interrupted()
    keep_rows(rows)
    note(batch, read=before + len(rows))


def _end_reading(batch_id: int) -> bool:
    batch = hold(batch_id, READ)
    drop_pieces(batch_id)
    batch.rows_read = batch.work["read"]
    note(batch, step=CHECK, checked=settled(batch_id), checked_until=0)
    return True


def _end_checking(batch_id: int) -> bool:
    note_verdicts(batch_id)
    batch = hold(batch_id, CHECK)
    batch.state = "staged"
    note(batch, step=None)
    return False
