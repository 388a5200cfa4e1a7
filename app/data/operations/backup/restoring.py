"""Restoring a backup: at every moment the database holds the old rows, no rows, or all rows of the backup."""

import itertools
import os
import shutil
from pathlib import Path

from sqlalchemy import exc

from app.data.operations.backup.checking import DAMAGED, faults_of, unknown_head
from app.data.operations.backup.making import Progress, silent
from app.data.operations.backup.manifest import Damaged, Manifest, read_manifest
from app.data.operations.backup.rows import read_rows
from app.desk.operations.store import Store
from app.kernel import clock, schema
from app.kernel.database import db
from app.kernel.errors import Conflict, CrmError
from app.kernel.problems import N_, Problem, problem
from app.kernel.tables import Tables, rewriting, snapshot

UNLOCKED_BY = "audit_pass"
REASON = "restore of a backup"


def restore(folder: Path, uploads: Path, *, replace: bool = False, progress: Progress = silent) -> int:
    """Make the database what the backup in `folder` holds; the number of rows.

    Conflict where the database holds rows and `replace` is not said, Damaged where the backup is not whole. The rows
    come in one transaction. Where the schema has to change for that, the old rows are removed before and the schema is
    brought to its newest migration afterwards.
    """
    manifest = whole(folder)
    if not replace and holds_rows():
        raise Conflict(N_("The database is not empty: say --replace to put the backup in the place of what it holds."))
    put_back_uploads(folder, manifest, Store(uploads))
    db.session.remove()
    if schema.stands_at() != manifest.head:
        with rewriting() as tables:
            tables.clear(UNLOCKED_BY, REASON)
        schema.move_to(manifest.head)
    count = _fill(folder, manifest, progress)
    schema.move_to(schema.head())
    return count


def whole(folder: Path) -> Manifest:
    """The manifest of a backup that may be restored. Damaged with every fault where it may not."""
    manifest = read_manifest(folder)
    if not schema.knows(manifest.head):
        raise Damaged(unknown_head(manifest))
    faults = faults_of(folder)
    if faults:
        raise Damaged(N_("The backup is not whole, nothing was changed."), _numbered(faults))
    return manifest


def _numbered(faults: list[Problem]) -> dict[str, Problem]:
    return {str(number): fault for number, fault in enumerate(faults, start=1)}


def holds_rows() -> bool:
    """Whether any table of the database holds a row."""
    with snapshot() as tables:
        return bool(tables.any_rows())


def put_back_uploads(folder: Path, manifest: Manifest, store: Store) -> None:
    """Copy the uploaded files to their places; they are there before the rows that name them."""
    now = clock.now().timestamp()
    for part in manifest.uploads():
        target = store.folder / part.file.removeprefix("uploads/")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.part")
        shutil.copyfile(folder / part.file, draft)
        draft.replace(target)
        # As if it were new: the sweep of files without a row must not take it before its row is there.
        os.utime(target, (now, now))


def _fill(folder: Path, manifest: Manifest, progress: Progress) -> int:
    parts = {name: folder / part.file for name, part in manifest.tables()}
    try:
        with rewriting() as tables:
            tables.clear(UNLOCKED_BY, REASON)
            # In the order of this database, which knows best what points at what.
            names = [name for name in tables.names() if name in parts]
            names += [name for name in parts if name not in names]
            done = itertools.count(1)
            total = 0
            for name in names:
                total += _fill_one(tables, name, parts[name])
                progress(name, next(done), len(names))
            tables.step_sequences()
            return total
    except (exc.DataError, exc.IntegrityError, *DAMAGED) as fault:
        raise CrmError(problem(N_("The rows of the backup do not fit the database, nothing was restored: %(reason)s"),
                               reason=type(fault).__name__)) from fault


def _fill_one(tables: Tables, name: str, path: Path) -> int:
    columns, rows = read_rows(path)
    return tables.fill(name, columns, rows)
