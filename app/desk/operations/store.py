"""Where uploaded files lie: outside the web root, named by their content, two folders deep.

A file is complete under its name or not there at all: it is written elsewhere first, made durable, then renamed.
"""

import contextlib
import datetime as dt
import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.desk.rules.files import HEAD
from app.kernel import clock
from app.kernel.errors import Missing, RuleError, Unavailable
from app.kernel.problems import N_, problem

INCOMING = "incoming"
_BLOCK = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SHELF = re.compile(r"[0-9a-f]{2}")


@dataclass(frozen=True)
class Draft:
    """A received file before it is kept: `size` in bytes, `head` its first bytes."""

    path: Path
    digest: str
    size: int
    head: bytes

    def members(self) -> list[str]:
        """The names inside an archive, without unpacking anything; none if it cannot be read as one."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
            return []


class Store:
    """The files below `folder`."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    @contextlib.contextmanager
    def received(self, stream: IO[bytes], most: int) -> Iterator[Draft]:
        """`stream` as a draft that is gone after the block unless it was kept. RuleError beyond `most` bytes."""
        incoming = self._made(INCOMING)
        number, name = tempfile.mkstemp(dir=incoming)
        path = Path(name)
        try:
            with os.fdopen(number, "wb") as file:
                draft = _written(stream, file, path, most)
            yield draft
        finally:
            path.unlink(missing_ok=True)

    def keep(self, draft: Draft) -> None:
        """Put a draft under its digest. A file that lies there already is the same one and counts as new again.

        Unavailable if the sweeper took the draft, or the file that lay there, away in this moment.
        """
        target, now = self.path(draft.digest), clock.now().timestamp()
        self._made(draft.digest[:2], draft.digest[2:4])
        try:
            if not target.exists():
                draft.path.replace(target)
            os.utime(target, (now, now))
        except FileNotFoundError:
            raise Unavailable() from None
        _sync_folder(target.parent)

    def path(self, digest: str) -> Path:
        """Where the file of this digest lies. Missing for what is no digest: nothing else ever becomes a path."""
        if not _DIGEST.fullmatch(digest or ""):
            raise Missing()
        return self.folder / digest[:2] / digest[2:4] / digest

    def shelves(self) -> list[str]:
        """The first folders of the store in order."""
        if not self.folder.is_dir():
            return []
        return sorted(entry.name for entry in self.folder.iterdir() if _SHELF.fullmatch(entry.name))

    def old_files(self, shelf: str, before: dt.datetime) -> list[str]:
        """Digests of the files on a shelf that were last put there before a moment."""
        return sorted(path.name for path in (self.folder / shelf).glob("??/*") if _is_older(path, before))

    def remove(self, digest: str) -> None:
        """Remove a file."""
        self.path(digest).unlink(missing_ok=True)

    def remove_drafts(self, before: dt.datetime) -> int:
        """Remove what interrupted uploads left before a moment; how many."""
        left = [path for path in (self.folder / INCOMING).glob("*") if _is_older(path, before)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _made(self, *names: str) -> Path:
        """The folder of these names; each step is made for this account alone."""
        folder = self.folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in names:
            folder /= name
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder


def _written(stream: IO[bytes], file: IO[bytes], path: Path, most: int) -> Draft:
    digest, size, head = hashlib.sha256(), 0, b""
    while block := stream.read(_BLOCK):
        size += len(block)
        if size > most:
            raise RuleError(problems={"file": problem(N_("A file has at most %(most)s MB."), most=most // _BLOCK)})
        head += block[:HEAD - len(head)]
        digest.update(block)
        file.write(block)
    file.flush()
    os.fsync(file.fileno())
    return Draft(path, digest.hexdigest(), size, head)


def _is_older(path: Path, before: dt.datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    # The new name must survive a power cut as well as the content does.
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
