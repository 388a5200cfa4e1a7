"""The index follows every change in the same transaction: it is never out of step, whatever crashes when."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.kernel.database import session
from app.kernel.events import Change, add_sink
from app.kernel.pour import put_rows
from app.kernel.search.content import contents, hashed, indexed
from app.kernel.search.entries import SearchEntry

CHUNK = 2_000
_table: Any = SearchEntry.__table__


def follow(written: Sequence[tuple[int, Change]]) -> None:
    """Bring the index in step with the changes: three statements for each entity and chunk."""
    moved: dict[str, set[int]] = {}
    for _event_id, change in written:
        names = indexed(change.entity) | hashed(change.entity)
        if names and (change.kind != "update" or change.changed(*names)):
            moved.setdefault(change.entity, set()).add(change.record_id)
    for entity, ids in sorted(moved.items()):
        ordered = sorted(ids)
        for start in range(0, len(ordered), CHUNK):
            put(entity, ordered[start:start + CHUNK])


def put(entity: str, ids: Sequence[int]) -> None:
    """Index these records as they are now; what is deleted or not there leaves."""
    session().execute(sa.delete(_table).where(_table.c.entity == entity, _table.c.record_id.in_(ids)))
    put_rows(SearchEntry, [
        {"entity": entity, "record_id": record_id, "grams": list(content.grams), "spoken": content.spoken}
        for record_id, content in contents(entity, ids).items()])


add_sink(follow)
