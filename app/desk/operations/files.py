"""Uploading: the file first, durable under its digest, then the row. What a crash leaves between is swept up later."""

import datetime as dt
from collections.abc import Iterable
from typing import IO, Any

from flask import current_app

from app.desk.models import Attachment
from app.desk.operations.store import Draft, Store
from app.desk.queries import digests_in_use
from app.desk.rules.files import Accepted, is_archive, judge_file, safe_name
from app.kernel import clock, gate
from app.kernel.actor import acting
from app.kernel.database import in_unit, session
from app.kernel.dialects import hold_lock
from app.kernel.errors import RuleError, Unavailable
from app.kernel.fields import fields_of
from app.kernel.once import once
from app.kernel.problems import N_, problem
from app.kernel.typed import typed

# An upload that lasts longer than this has ended, one way or another.
GRACE = dt.timedelta(days=1)
_LOCK = "attachment files"


def store() -> Store:
    """The store below UPLOAD_DIR."""
    return Store(current_app.config["UPLOAD_DIR"])


def upload(files: Iterable[tuple[str, IO[bytes]]], subject: Any, key: str = "") -> list[int]:
    """Keep files, given as (name, stream), as attachments of the record that `subject` names; their ids.

    Call it outside of any unit. `key` makes a repeated upload harmless. RuleError beside ``file`` or ``about``,
    NotAllowed without the right to create attachments.
    """
    text = _subject(subject)
    kept = [_keep(name, stream) for name, stream in files]
    if not kept:
        raise RuleError(problems={"file": problem(N_("Choose a file."))})
    return in_unit(once, key, lambda: _add(kept, text))


def _subject(given: Any) -> str:
    """What the files shall belong to, judged before anything is written to the disk."""
    text = typed(fields_of(Attachment)["about"], given)
    if not isinstance(text, str) or not gate.is_subject(session(), acting(), Attachment, text):
        raise RuleError(problems={"about": problem(gate.UNKNOWN)})
    return text


def _keep(name: str, stream: IO[bytes]) -> tuple[Accepted, Draft]:
    files = store()
    with files.received(stream, current_app.config["UPLOAD_LIMIT"] * 1024 * 1024) as draft:
        members = draft.members() if is_archive(draft.head) else ()
        judged = judge_file(safe_name(name), draft.head, members)
        if not isinstance(judged, Accepted):
            raise RuleError(problems={"file": judged})
        files.keep(draft)
        return judged, draft


def _add(kept: list[tuple[Accepted, Draft]], subject: str) -> list[int]:
    # The sweeper holds the same lock: a file that it takes away now was not taken up by a row a moment before.
    hold_lock(_LOCK)
    files = store()
    if not all(files.path(draft.digest).exists() for _accepted, draft in kept):
        raise Unavailable()
    rows = [Attachment(name=accepted.name, mime=accepted.mime, size=draft.size, digest=draft.digest, about=subject)
            for accepted, draft in kept]
    session().add_all(rows)
    session().flush()
    return [row.id for row in rows]


def remove_orphans(grace: dt.timedelta = GRACE) -> int:
    """Remove files that no row names and that were put there longer than `grace` ago; how many.

    Call it outside of any unit, acting as the system: each shelf is a unit of its own.
    """
    files, before = store(), clock.now() - grace
    return files.remove_drafts(before) + sum(in_unit(_sweep, shelf, before) for shelf in files.shelves())


def _sweep(shelf: str, before: dt.datetime) -> int:
    hold_lock(_LOCK)
    files = store()
    old = files.old_files(shelf, before)
    orphans = sorted(set(old) - digests_in_use(old))
    for digest in orphans:
        files.remove(digest)
    return len(orphans)
