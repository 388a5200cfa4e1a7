"""Finishing tasks and taking them up again."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.desk.models import Task
from app.desk.rules.tasks import DONE, OPEN
from app.kernel.bulk import change_rows


def finish(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Mark tasks as done; the sentence to show. NotAllowed for a task out of reach."""
    change_rows(Task, {each: {"status": DONE} for each in ids}).insist()
    return _l("%(done)d done.", done=len(ids))


def reopen(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Take tasks up again that were done or cancelled; the sentence to show. NotAllowed for a task out of reach."""
    change_rows(Task, {each: {"status": OPEN} for each in ids}).insist()
    return _l("%(done)d reopened.", done=len(ids))
