"""Set-based changes that pass the same gate as a single save: rights, judgement, version, one event each."""

from app.kernel.bulk.bin import delete_rows, undelete_rows
from app.kernel.bulk.change import change_rows
from app.kernel.bulk.insert import add_rows
from app.kernel.bulk.outcome import Outcome

__all__ = ["Outcome", "add_rows", "change_rows", "delete_rows", "undelete_rows"]
