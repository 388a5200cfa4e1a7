"""The manifest of a backup: what belongs to it, sealed with a key of the ring so that a change shows.

``manifest.json`` is ``{"manifest": {...}, "seal": "<key id>.<signature>"}``. Files are named relative to the folder.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from app.kernel.errors import CrmError
from app.kernel.problems import N_, problem
from app.security.encryption.current import key_ring

NAME = "manifest.json"
FORMAT = 1
PURPOSE = "backup"
_BLOCK = 1024 * 1024
_FILE = re.compile(r"(tables/\w+\.jsonl\.gz|uploads/[\w./-]+)", re.ASCII)


class Damaged(CrmError):
    """A folder that is no backup, or one that cannot be read."""

    status = 422


@dataclass(frozen=True)
class Part:
    """One file: its size in bytes, its SHA-256, and for a table its rows and its columns."""

    file: str
    bytes: int
    sha256: str
    rows: int | None = None

    def table(self) -> str | None:
        """The table that the file holds; None for an uploaded file."""
        return Path(self.file).name.removesuffix(".jsonl.gz") if self.file.startswith("tables/") else None


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself; `head` is the migration at which the database stood."""

    product: str
    made_at: str
    database: str
    head: str
    parts: tuple[Part, ...]
    seal: str = ""
    format: int = FORMAT

    def message(self) -> bytes:
        """What is sealed."""
        return json.dumps(self._plain(), sort_keys=True, ensure_ascii=False).encode()

    def _plain(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "seal"}

    def write(self, folder: Path) -> None:
        """Seal and write it; the last file of a backup."""
        content = {"manifest": self._plain(), "seal": key_ring().sign(PURPOSE, self.message())}
        (folder / NAME).write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")

    def is_sealed(self) -> bool:
        """Whether the seal fits, under a key of the ring in force."""
        return key_ring().verify(PURPOSE, self.message(), self.seal)

    def tables(self) -> Iterator[tuple[str, Part]]:
        """The tables by name, in the order in which they were read."""
        for part in self.parts:
            name = part.table()
            if name is not None:
                yield name, part

    def uploads(self) -> list[Part]:
        """The uploaded files."""
        return [part for part in self.parts if part.table() is None]


def read_manifest(folder: Path) -> Manifest:
    """The manifest in `folder`. Damaged where there is none or where it cannot be read."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        plain = content["manifest"]
        parts = tuple(Part(**part) for part in plain["parts"])
        if plain["format"] != FORMAT or not all(_is_inside(part.file) for part in parts):
            raise ValueError
        found = Manifest(**{**plain, "parts": parts, "seal": str(content["seal"])})
        found.message()  # half a character cannot even be sealed
        return found
    except FileNotFoundError:
        raise Damaged(problem(N_("There is no backup in %(folder)s."), folder=str(folder))) from None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise Damaged(problem(N_("The manifest in %(folder)s cannot be read."), folder=str(folder))) from None


def _is_inside(file: str) -> bool:
    # A manifest comes from outside: it must never name a place beside its folder.
    return bool(_FILE.fullmatch(file)) and ".." not in PurePosixPath(file).parts


def digest_of(path: Path) -> tuple[int, str]:
    """Size in bytes and SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def part_of(folder: Path, path: Path, rows: int | None = None) -> Part:
    """The part that the file `path` within `folder` is."""
    size, digest = digest_of(path)
    return Part(path.relative_to(folder).as_posix(), size, digest, rows)
