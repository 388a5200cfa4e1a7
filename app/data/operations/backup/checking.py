"""Whether a backup is whole: its seal, every file, every row, its migration, and the seals of its audit."""

import datetime as dt
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.data.operations.backup.manifest import NAME, Damaged, Manifest, Part, digest_of, read_manifest
from app.data.operations.backup.rows import read_rows
from app.kernel import schema
from app.kernel.problems import N_, Problem, problem
from app.security import audit

AUDIT = "audit_entry"
DAMAGED = (OSError, EOFError, ValueError, TypeError, zlib.error)


def faults_of(folder: Path) -> list[Problem]:
    """One sentence for each fault of the backup in `folder`; none for a whole one."""
    try:
        manifest = read_manifest(folder)
    except Damaged as fault:
        return [fault.sentence]
    return list(_faults(folder, manifest))


def _faults(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    if not manifest.is_sealed():
        yield problem(N_("The manifest was changed, or it was sealed with a key that is not in ENCRYPTION_KEYS."))
    if not schema.knows(manifest.head):
        yield unknown_head(manifest)
    for part in manifest.parts:
        fault = _fault_of(folder, part)
        if fault is not None:
            yield fault
    known = {NAME, *(part.file for part in manifest.parts)}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in known:
            yield problem(N_("%(file)s does not belong to the backup."), file=name)


def unknown_head(manifest: Manifest) -> Problem:
    """What is said of a backup that is newer than the code."""
    return problem(N_("The backup is of a newer version (%(product)s, migration %(head)s) than this one: install that "
                      "version first."), product=manifest.product, head=manifest.head)


def _fault_of(folder: Path, part: Part) -> Problem | None:
    path = folder / part.file
    if not path.is_file():
        return problem(N_("%(file)s is missing."), file=part.file)
    size, digest = digest_of(path)
    if size != part.bytes:
        return problem(N_("%(file)s has %(size)s bytes instead of %(wanted)s."), file=part.file, size=size,
                       wanted=part.bytes)
    if digest != part.sha256:
        return problem(N_("%(file)s was changed: its SHA-256 does not fit."), file=part.file)
    return _row_fault(path, part) if part.table() else None


def _row_fault(path: Path, part: Part) -> Problem | None:
    broken, count = 0, 0
    try:
        columns, rows = read_rows(path)
        for row in rows:
            count += 1
            if part.table() == AUDIT and not _is_as_written(dict(zip(columns, row, strict=True))):
                broken += 1
    except DAMAGED:
        return problem(N_("%(file)s cannot be read."), file=part.file)
    if count != part.rows:
        return problem(N_("%(file)s has %(count)s rows instead of %(wanted)s."), file=part.file, count=count,
                       wanted=part.rows)
    if broken:
        return problem(N_("%(file)s: the seal of %(count)s audit entries does not fit."), file=part.file, count=broken)
    return None


def _is_as_written(entry: dict[str, Any]) -> bool:
    at = dt.datetime.fromisoformat(entry["at"]).replace(tzinfo=dt.UTC)
    changes = None if entry["changes"] is None else json.loads(entry["changes"])
    return audit.fits({**entry, "at": at, "changes": changes}, entry["seal"])
