"""The folders of backups: named by their moment, complete or not there at all."""

import contextlib
import datetime as dt
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from app.data.operations.backup.manifest import NAME
from app.kernel import clock

_MOMENT = "%Y%m%dT%H%M%S%fZ"
_FOLDER = re.compile(r"\d{8}T\d{12}Z")


@contextlib.contextmanager
def new_folder(parent: Path) -> Iterator[tuple[Path, Path]]:
    """A draft folder to fill, and the name it gets after the block, once everything in it is durable."""
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=parent, prefix=".unfinished-"))  # has mode 0700
    target = parent / clock.now().strftime(_MOMENT)
    try:
        yield draft, target
        for path in [*draft.rglob("*"), draft]:
            _make_durable(path)
        draft.rename(target)
        _make_durable(parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def backups_in(parent: Path) -> list[Path]:
    """The complete backups, the oldest first."""
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if _FOLDER.fullmatch(path.name) and (path / NAME).is_file())


def chosen(folder: Path) -> Path:
    """The backup that `folder` is, else the newest one below it."""
    below = [] if (folder / NAME).exists() else backups_in(folder)
    return below[-1] if below else folder


def latest_at(parent: Path) -> dt.datetime | None:
    """When the newest backup was made; None where there is none."""
    found = backups_in(parent)
    return dt.datetime.strptime(found[-1].name, _MOMENT).replace(tzinfo=dt.UTC) if found else None


def keep_newest(parent: Path, count: int) -> int:
    """Remove all backups but the `count` newest, and what killed ones left a day ago; how many went."""
    old = [*backups_in(parent)[:-count], *_abandoned(parent)]
    for path in old:
        shutil.rmtree(path)
    return len(old)


def _abandoned(parent: Path) -> list[Path]:
    before = (clock.now() - dt.timedelta(days=1)).timestamp()
    return [path for path in parent.glob(".unfinished-*") if path.stat().st_mtime < before]


def _make_durable(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
