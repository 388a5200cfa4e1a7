"""What people do with a churn alert."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext

from app.customers.operations.lifecycle import give_up
from app.kernel.bulk import change_rows
from app.kernel.database import session
from app.kernel.errors import NotAllowed, RuleError
from app.kernel.events import Change, reacts_to
from app.workflows.models import ChurnAlert


def _change(ids: list[int], values: dict[str, Any]) -> None:
    outcome = change_rows(ChurnAlert, dict.fromkeys(ids, values))
    for problems in outcome.refused.values():
        if list(problems) == [""]:
            raise NotAllowed(problems[""])
        raise RuleError(problems=problems)


def take_on(ids: list[int], values: dict[str, Any]) -> str:
    """Somebody works on it now."""
    _change(ids, {"status": "in_progress"})
    return gettext("Taken on.")


def close_kept(ids: list[int], values: dict[str, Any]) -> str:
    """The customer stays; the outcome is asked for."""
    _change(ids, {**values, "status": "kept"})
    return gettext("Closed: the customer was kept.")


def close_lost(ids: list[int], values: dict[str, Any]) -> str:
    """The customer is gone; the outcome is asked for."""
    _change(ids, {**values, "status": "lost"})
    return gettext("Closed: the customer was lost.")


def dismiss(ids: list[int], values: dict[str, Any]) -> str:
    """The alert was mistaken."""
    _change(ids, {**values, "status": "dismissed"})
    return gettext("Dismissed.")


@reacts_to("churn_alert")
def follow_outcome(changes: list[Change]) -> None:
    """A lost customer is churned from now on, whichever way the alert was closed."""
    lost = [change.record_id for change in changes if change.changed("status") and change.after("status") == "lost"]
    if lost:
        found = sa.select(ChurnAlert.customer_id).where(ChurnAlert.id.in_(lost))
        # The consequence concerns the customer whoever closed the alert.
        give_up(list(session().execute(found, execution_options={"unscoped": True}).scalars()), "churn_alert")
