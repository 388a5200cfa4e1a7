"""The named actions as screens and the API call them: ids and what was typed in, a sentence out."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.customers.operations import one_visible
from app.kernel.errors import RuleError
from app.kernel.problems import N_, problem
from app.sales.models import Opportunity
from app.sales.operations.deals import lose_deals, move_deals, reopen_deals, win_deal
from app.sales.operations.leads import convert_lead
from app.sales.operations.lines import typed_lines


def move_stage(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Move opportunities to the `stage` in `values`."""
    if values.get("stage") is None:
        raise RuleError(problems={"stage": problem(N_("Choose the stage."))})
    move_deals(ids, values["stage"])
    return _l("%(done)d moved.", done=len(ids))


def win(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Win one opportunity. `values` may carry ``lines``, a JSON list of product, quantity, unit_price, discount."""
    record = one_visible(Opportunity, list(ids))
    given = dict(values)
    lines = typed_lines(given.pop("lines"), record.currency) if given.get("lines") is not None else ()
    win_deal(record.id, lines, **{name: value for name, value in given.items() if name != "lines"})
    return _l("Won. The order is made.")


def lose(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Lose opportunities for the `loss_reason` in `values`."""
    lose_deals(ids, **values)
    return _l("%(done)d marked as lost.", done=len(ids))


def reopen(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Open closed opportunities again, in the `stage` in `values` or where they were."""
    reopen_deals(ids, values.get("stage"))
    return _l("%(done)d reopened.", done=len(ids))


def convert(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Convert one lead; `values` may name an existing `customer`, ask to `match` one, and fill the opportunity."""
    for lead_id in ids:
        convert_lead(lead_id, **values)
    return _l("Converted into customer, contact and opportunity.")
