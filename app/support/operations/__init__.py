"""Named changes of tickets, and what follows from changes of tickets, messages and categories."""

from app.support.operations import reactions
from app.support.operations.merging import merge
from app.support.operations.tickets import close, reopen, resolve, take

__all__ = ["close", "merge", "reactions", "reopen", "resolve", "take"]
