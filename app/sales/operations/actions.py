"""The named actions as screens and the API call them: ids and what was typed in, a sentence out."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.customers.operations import one_visible
from app.kernel.errors import RuleError
from app.kernel.fields import Field
from app.kernel.problems import N_, problem
from app.kernel.typed import is_problem, typed
from app.sales.models import Lead, Opportunity
from app.sales.operations.deals import lose_deals, move_deals, reopen_deals, win_deal
from app.sales.operations.leads import convert_lead
from app.sales.operations.lines import FIELDS, typed_lines

# What a form asks for with winning, where the opportunity has no line yet: one line, typed as text.
LINE_FIELDS = (
    Field("product", "product_id", "pointer", _l("Product"), target="product"),
    Field("quantity", "quantity", "decimal", _l("Quantity")),
    Field("unit_price", "unit_price", "money", _l("Unit price")),
    Field("discount", "discount", "money", _l("Discount")),
)
# The customer is offered under the name of the lead's own pointer, so that it is looked up like one.
EXISTING = "converted_customer"
CONVERSION_FIELDS = (
    Field(EXISTING, "converted_customer_id", "pointer", _l("Existing customer"), target="customer"),
    Field("match", "match", "boolean", _l("Look for the same phone, e-mail or name")),
    Field("name", "name", "text", _l("Name of the opportunity"), max_length=200),
    Field("amount", "amount", "money", _l("Amount"), least=0),
    Field("expected_close_on", "expected_close_on", "date", _l("Expected close date")),
)


def move_stage(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Move opportunities to the `stage` in `values`."""
    if values.get("stage") is None:
        raise RuleError(problems={"stage": problem(N_("Choose the stage."))})
    move_deals(ids, values["stage"])
    return _l("%(done)d moved.", done=len(ids))


def win(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Win one opportunity.

    `values` may carry ``lines``, a JSON list of product, quantity, unit_price and discount, or these four for one line.
    """
    record = one_visible(Opportunity, list(ids))
    line = {name: values[name] for name in FIELDS if values.get(name) not in (None, "")}
    given = values.get("lines") if values.get("lines") is not None else [line] if line.get("product") else []
    lines = typed_lines(given, record.currency)
    win_deal(record.id, lines, **{name: value for name, value in values.items() if name not in ("lines", *FIELDS)})
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
    """Convert one lead; `values` may name an existing customer, ask to `match` one, and fill the opportunity."""
    lead = one_visible(Lead, list(ids))
    given = _typed(values)
    existing = given.pop(EXISTING, None)
    convert_lead(lead.id, **{"customer": existing, **given})
    return _l("Converted into customer, contact and opportunity.")


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The conversion's fields as a form or a JSON body gives them, typed; what is not asked for is left out."""
    made = {field.name: typed(field, values[field.name]) for field in CONVERSION_FIELDS if field.name in values}
    problems = {name: value for name, value in made.items() if is_problem(value)}
    if problems:
        raise RuleError(problems=problems)
    return {name: value for name, value in made.items() if value is not None}
