"""One small demo company for all tests, made once per process."""

import datetime as dt
import hashlib
from functools import cache

from app.data.demo.content import Company, company

TODAY = dt.date(2026, 3, 2)
MORNING = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
SMALL = company("small", 7, TODAY)
WIDER = Company(3000, 11, TODAY)  # where a share must not be judged by a few dozen rows


@cache
def rows(entity, of=SMALL):
    """All rows of an entity."""
    return tuple(of.entities()[entity]())


@cache
def by_key(entity, of=SMALL):
    """All rows of an entity by their key."""
    return {row["key"]: row for row in rows(entity, of)}


def grouped(entity, field, of=SMALL):
    """Lists of rows by the value of a field."""
    groups = {}
    for row in rows(entity, of):
        groups.setdefault(row[field], []).append(row)
    return groups


def share(found, of):
    """How many of `of` are in `found`."""
    return len(list(found)) / len(list(of))


def digest(made):
    """A fingerprint of every row of a company, in order."""
    state = hashlib.sha256()
    for entity, stream in made.entities().items():
        state.update(entity.encode())
        for row in stream():
            state.update(repr(row).encode())
    return state.hexdigest()
