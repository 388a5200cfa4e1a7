"""Making a backup: one consistent picture of every table, then the uploaded files, last the sealed manifest."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from app.data.operations.backup.folders import new_folder
from app.data.operations.backup.manifest import Manifest, Part, part_of
from app.data.operations.backup.rows import write_rows
from app.desk.operations.store import Store
from app.kernel import clock, schema
from app.kernel.database import dialect
from app.kernel.errors import CrmError
from app.kernel.problems import N_, problem
from app.kernel.tables import Tables, snapshot

Progress = Callable[[str, int, int], None]


def silent(_name: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""


def make_backup(parent: Path, uploads: Path, product: str, progress: Progress = silent) -> Path:
    """A new backup below `parent`; its folder. CrmError where the database has no schema or the disk refuses.

    `progress` is told the name of each table, how many are done and how many there are.
    """
    try:
        with new_folder(parent) as (draft, target):
            head = schema.stands_at()
            if head is None:
                raise CrmError(N_("The database has no schema yet: run `flask crm init`."))
            (draft / "tables").mkdir()
            with snapshot() as tables:
                parts = list(_tables(draft, tables, progress))
            parts += _uploads(draft, Store(uploads))
            Manifest(product, clock.now().isoformat(), dialect(), head, tuple(parts)).write(draft)
        return target
    except OSError as fault:
        raise CrmError(problem(N_("The backup cannot be written: %(reason)s"), reason=fault.strerror or "")) from fault


def _tables(draft: Path, tables: Tables, progress: Progress) -> Iterator[Part]:
    names = tables.names()
    for done, name in enumerate(names, start=1):
        path = draft / "tables" / f"{name}.jsonl.gz"
        rows = write_rows(path, list(tables.columns[name]), tables.rows(name))
        progress(name, done, len(names))
        yield part_of(draft, path, rows)


def _uploads(draft: Path, store: Store) -> Iterator[Part]:
    """Copies, not links: a fault in one must not be one in the other."""
    for shelf in store.shelves():
        for source in sorted((store.folder / shelf).glob("??/*")):
            target = draft / "uploads" / source.relative_to(store.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(source, target)
            except FileNotFoundError:  # swept meanwhile: no row named it
                continue
            yield part_of(draft, target)
