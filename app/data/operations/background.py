"""Large files: received and kept sealed, then read, checked and applied by a worker while nobody waits.

A batch in the state `background` says in its work which step it takes. The room of the automations sees the state and
has `Steps` taken, as the user who sent the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.data.models import FINAL, PART, ImportRow
from app.data.operations.applying import (
    APPLY,
    BACKGROUND,
    READ,
    begin_applying,
    counts_of,
    note,
    tell_audit,
    was_applying,
    write_counts,
)
from app.data.operations.sealed import open_piece, seal_piece
from app.data.operations.staging import (
    Reading,
    Wish,
    importable,
    open_import,
    plan_of,
    reading_again,
    reading_of,
    staged_batch,
)
from app.data.reading import open_table
from app.kernel import clock
from app.kernel.actor import acting
from app.kernel.batches import Batch
from app.kernel.database import in_unit, session
from app.kernel.dialects import locked
from app.kernel.entity import Entity
from app.kernel.errors import Missing, NotAllowed, RuleError
from app.kernel.problems import N_
from app.kernel.settings import declare, read_setting

AT_ONCE = "import.at_once"
PIECE = 256 * 1024
declare(AT_ONCE, default=5_000, kind="integer", least=0, most=100_000,
        label=_l("Rows of an uploaded file for which its sender waits; larger files go to the background"))


def most_at_once() -> int:
    """How many rows an import may have for which its sender waits."""
    return read_setting(AT_ONCE)


def is_long(path: Path, name: str, wish: Wish) -> bool:
    """Whether the file has too many rows to wait for. UnreadableFile as `stage`."""
    return any(True for _row in islice(open_table(path, name, wish.encoding).records(), most_at_once(), None))


def receive(entity: str, path: Path, name: str, wish: Wish) -> int:
    """Keep a file for the background and give its batch; what its headers already show to be wrong is a RuleError.

    Outside of units: each piece of the file has its own.
    """
    model, table = importable(entity), open_table(path, name, wish.encoding)
    reading = reading_of(table, name)
    # The rows are read later: what only they can tell, such as the order of day and month, is told then.
    headers = Reading(name, reading.headers, lambda: iter(()), reading.warnings)
    batch_id = in_unit(_open, model, headers, wish)
    for number, piece in enumerate(_pieces(path)):
        in_unit(_keep_piece, batch_id, number, piece)
    in_unit(_hand_over, batch_id, READ)
    return batch_id


def receive_again(batch_id: int, wish: Wish) -> int:
    """A new batch in the background of the rows of a staged one, read under another mapping."""
    batch = staged_batch(batch_id)
    reading = reading_again(batch)
    headers = Reading(reading.name, reading.headers, lambda: iter(()), reading.warnings)
    again = in_unit(_open, importable(batch.entity), headers, wish, rows_of=batch_id)
    in_unit(_hand_over, again, READ)
    return again


def go_on(batch_id: int) -> None:
    """Have an import applied in the background that was checked, or one that was stopped taken up again: one's own.

    Missing, NotAllowed, or RuleError by state.
    """
    in_unit(_go_on, batch_id)


def stop(batch_id: int) -> None:
    """Stop an import behind the unit that it is in: one's own, or anybody's with the right `jobs`."""
    batch = _locked(batch_id)
    if batch.owner_id != acting().id and not acting().holds("jobs"):
        raise NotAllowed()
    if not in_unit(break_off, batch_id, gettext("Stopped by %(name)s.", name=acting().name)):
        raise RuleError(N_("This import does not run."))


def break_off(batch_id: int, message: str, *, state: str = "stopped") -> bool:
    """Let an import rest with a sentence, inside a unit; whether it was running."""
    batch = _locked(batch_id)
    if batch.state not in (BACKGROUND, "running"):
        return False
    batch.state, batch.message, batch.finished_at = state, message[:500], clock.now()
    if batch.work.get("step", APPLY) == APPLY:
        counts = counts_of(batch_id, tried=False)
        write_counts(batch, counts)
        tell_audit(batch, {name: counts[name] for name in FINAL}, message)
    if state == "failed":
        drop_pieces(batch_id)
    return True


@dataclass(frozen=True)
class Progress:
    """How far an import in the background is: rows read, checked and applied, of how many once that is known."""

    step: str
    read: int
    checked: int
    applied: int
    total: int | None


def progress_of(batch: Batch) -> Progress:
    """How far the import is, by what its latest unit noted."""
    work = batch.work
    done = [work.get(name, 0) for name in ("read", "checked", "applied")]
    return Progress(work["step"], batch.rows_read or done[0], *done[1:], total=batch.rows_read or None)


def pieces_of(batch_id: int) -> Iterator[bytes]:
    """The received file, piece by piece."""
    found = sa.select(ImportRow.id, ImportRow.cells).where(ImportRow.batch_id == batch_id, ImportRow.status == PART)
    after = 0
    while row := session().execute(found.where(ImportRow.id > after).order_by(ImportRow.id).limit(1)).first():
        after = row.id
        yield open_piece(row.cells)


def drop_pieces(batch_id: int) -> None:
    """Let go of the received file, inside a unit."""
    found = sa.select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.status == PART)
    for piece in session().scalars(found.options(orm.defer(ImportRow.cells))):
        session().delete(piece)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece


def _open(model: type[Entity], headers: Reading, wish: Wish, **more: int) -> int:
    return open_import(model, headers, wish, plan_of(model, headers, wish), read=0, **more)


def _keep_piece(batch_id: int, number: int, piece: bytes) -> None:
    session().add(ImportRow(batch_id=batch_id, row=number, status=PART, cells=seal_piece(piece)))


def _locked(batch_id: int) -> Batch:
    found = sa.select(Batch).where(Batch.id == batch_id, Batch.kind == "import")
    batch = session().scalars(locked(found)).first()
    if batch is None:
        raise Missing()
    return batch


def _hand_over(batch_id: int, step: str) -> None:
    batch = _locked(batch_id)
    note(batch, step=step)
    batch.state, batch.message, batch.finished_at = BACKGROUND, None, None


def _go_on(batch_id: int) -> None:
    batch = _locked(batch_id)
    importable(batch.entity)
    # A worker acts as the owner: nobody else may set his rights going.
    if batch.owner_id is None or batch.owner_id != acting().id:
        raise NotAllowed()
    if batch.state in ("staged", "running") or was_applying(batch):
        begin_applying(batch)
    elif batch.state != "stopped" or "undo_after" in batch.work:
        raise RuleError(N_("This import cannot be applied now."))
    _hand_over(batch_id, batch.work["step"])
