"""What an empty installation begins with: a pipeline, reasons and sources. Everything is a row that an admin edits."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.customers.operations import insist
from app.kernel.bulk import add_rows
from app.kernel.database import session
from app.sales.models import LeadSource, LossReason, Pipeline, Stage
from app.sales.rules import deals

# key, label, category, expected days, probability in per cent
STAGES = (
    ("prospecting", _l("First contact"), deals.OPEN, 14, 10),
    ("engaging", _l("In depth"), deals.OPEN, 21, 40),
    ("closing", _l("About to close"), deals.OPEN, 14, 75),
    ("won", _l("Closed won"), deals.WON, None, 100),
    ("lost", _l("Closed lost"), deals.LOST, None, 0),
)
LOSS_REASONS = (_l("Price"), _l("Product"), _l("Service"), _l("Competitor"), _l("No budget"), _l("Bad time"),
                _l("No answer any more"))
# name, what it is judged by, how it is followed up
SOURCES = (
    (_l("Market campaign"), _l("Participation, intent"), _l("Contact promptly, send detailed material.")),
    (_l("Referral"), _l("Trust, fit"), _l("Personal service, preferential terms.")),
    (_l("Web advertising"), _l("Click rate, enquiries"), _l("Answer quickly, clear up questions.")),
    (_l("Website"), _l("Enquiries"), _l("Answer quickly, clear up questions.")),
    (_l("Phone"), _l("Enquiries"), _l("Call back the same day.")),
    (_l("Partner"), _l("Trust, fit"), _l("Agree with the partner who does what.")),
)


def lay_out_catalogue() -> None:
    """Fill each of these catalogues that is empty, in the language in force. Acts as the system."""
    if _is_empty(Pipeline):
        pipeline = _add(Pipeline, [{"name": str(_l("Sales"))}])[0]
        _add(Stage, [{"pipeline": pipeline, "key": key, "label": str(label), "category": category, "order": order,
                      "expected_days": days, "probability": probability}
                     for order, (key, label, category, days, probability) in enumerate(STAGES, start=1)])
    if _is_empty(LossReason):
        _add(LossReason, [{"name": str(name)} for name in LOSS_REASONS])
    if _is_empty(LeadSource):
        _add(LeadSource, [{"name": str(name), "measure": str(measure), "strategy": str(strategy)}
                          for name, measure, strategy in SOURCES])


def _is_empty(model: Any) -> bool:
    return session().scalars(sa.select(model.id).limit(1)).first() is None


def _add(model: Any, rows: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    return insist(add_rows(model, rows)).created
