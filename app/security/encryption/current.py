"""Which ring is in force: a column type has no arguments of its own through which it could be handed one.

A block's ring (`using_key_ring`) wins over the app's (`bind_key_ring`), which wins over the process's (`use_key_ring`).
Two apps in one process keep their own rings, since each of their contexts answers with its own.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

from flask import Flask, current_app, has_app_context

from app.security.encryption.rings import KeyRing, KeyRingError

_EXTENSION = "key_ring"

_block_ring: ContextVar[KeyRing | None] = ContextVar("key_ring", default=None)
_process_ring: list[KeyRing] = []


def bind_key_ring(app: Flask, ring: KeyRing) -> None:
    """Let everything that runs in a context of `app` use `ring`."""
    app.extensions[_EXTENSION] = ring


def use_key_ring(ring: KeyRing) -> None:
    """Let code outside every app context use `ring`: scripts and migrations.

    KeyRingError if the process already uses a different one: bind each ring to its app, or use blocks.
    """
    if _process_ring and _process_ring[0] != ring:
        raise KeyRingError("this process already uses another key ring")
    _process_ring[:] = [ring]


def forget_key_ring() -> None:
    """Take `use_key_ring` back."""
    _process_ring.clear()


@contextlib.contextmanager
def using_key_ring(ring: KeyRing) -> Iterator[KeyRing]:
    """Use `ring` inside the block, whatever else is in force."""
    token = _block_ring.set(ring)
    try:
        yield ring
    finally:
        _block_ring.reset(token)


def key_ring() -> KeyRing:
    """The ring in force. KeyRingError if there is none."""
    ring = _block_ring.get()
    if ring is None and has_app_context():
        ring = current_app.extensions.get(_EXTENSION)
    if ring is None and _process_ring:
        ring = _process_ring[0]
    if ring is None:
        raise KeyRingError("no key ring is in force: bind one to the app, or set ENCRYPTION_KEYS")
    return ring
