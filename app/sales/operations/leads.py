"""Leads: claiming and releasing them, and turning one into customer, contact and opportunity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from app.customers.models import Contact, Customer, Interaction
from app.customers.operations import claim_rows, follow_on, hold, insist, one_visible, reclaim, release_rows
from app.customers.operations.consequences import UNSCOPED
from app.customers.queries import likely_same, neglected
from app.kernel import clock
from app.kernel.actor import acting
from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import session
from app.kernel.entity import values_of
from app.kernel.errors import Missing, RuleError
from app.kernel.problems import N_, problem
from app.kernel.settings import declare, read_setting
from app.sales.models import Lead, Opportunity
from app.sales.rules import leads
from app.security.encryption.columns import same_value

declare("sales.lead_claim_limit", default=20, kind="integer", least=0, label=_l("Leads that a person may claim a day"),
        help=_l("Counted from midnight in the person's time zone; 0 sets no limit."))
declare("sales.lead_reclaim_days", default=15, kind="integer", least=1, label=_l("Days until a lead is reclaimed"),
        help=_l("An open lead without contact for so many days, and no appointment ahead, returns to the pool."))

# What the opportunity may be given with the conversion.
OPPORTUNITY_FIELDS = ("name", "amount", "currency", "stage", "expected_close_on", "product", "need")


@dataclass(frozen=True)
class Converted:
    """What a lead became, as ids."""

    customer: int
    contact: int
    opportunity: int


def claim(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Take leads out of the pool, as `customers.operations.claim` does with customers."""
    return claim_rows(Lead, ids, read_setting("sales.lead_claim_limit"))


def release(ids: Sequence[int], values: Mapping[str, Any]) -> Any:
    """Give leads back to the pool for the `reason` in `values`."""
    return release_rows(Lead, ids, str(values.get("reason") or ""))


def release_neglected_leads(days: int | None = None, most: int = 500) -> int:
    """One step of the job that returns open leads without contact to the pool; how many. Until it answers 0."""
    days = read_setting("sales.lead_reclaim_days") if days is None else days
    is_open = Lead.status.not_in((leads.CONVERTED, leads.DISCARDED))
    return reclaim(Lead, neglected(Lead, Lead.next_at, days).where(is_open).limit(most), days)


def convert_lead(lead_id: int, *, customer: int | None = None, match: bool = False, **given: Any) -> Converted:
    """Make customer, contact and opportunity of a lead, all or nothing; its interactions go along.

    `customer` names an existing one; `match` looks for one with the same phone, e-mail or name. `given` are fields of
    the opportunity (OPPORTUNITY_FIELDS). RuleError if it is converted already, or if several customers match.
    """
    hold(Lead, [lead_id])
    lead = one_visible(Lead, [lead_id])
    # Whoever waited for the lock must see what the other one made of the lead.
    session().refresh(lead)
    if lead.status == leads.CONVERTED:
        raise RuleError(problems={"status": problem(N_("This lead is converted already."))})
    values, owner = values_of(lead), {"owner": lead.owner_id or acting().id}
    known = _known_customer(values, customer, match)
    customer_id = known or _added(Customer, leads.customer_values(values) | owner)
    of_customer = {"customer": customer_id}
    contact_id = _known_contact(values, known) or _added(Contact, leads.contact_values(values) | of_customer)
    wanted = {name: given[name] for name in OPPORTUNITY_FIELDS if given.get(name) is not None}
    opportunity_id = _added(Opportunity, leads.opportunity_values(values, wanted) | owner | of_customer)
    made = Converted(customer_id, contact_id, opportunity_id)
    _mark(lead_id, made)
    _take_interactions_along(lead_id, made)
    return made


def _known_customer(values: Mapping[str, Any], customer: int | None, match: bool) -> int | None:
    if customer is not None:
        try:
            return one_visible(Customer, [customer]).id
        except Missing:
            raise RuleError(problems={"customer": problem(N_("This does not exist, or you may not use it."))}) from None
    alike = likely_same({**values, "name": values.get("company") or values["name"]}) if match else []
    if len(alike) > 1:
        said = problem(N_("Several customers match: %(names)s. Choose one."), names=", ".join(map(str, alike)))
        raise RuleError(problems={"customer": said})
    return alike[0].id if alike else None


def _known_contact(values: Mapping[str, Any], customer_id: int | None) -> int | None:
    """The contact of a customer that the lead already is: the same phone or e-mail."""
    same = [same_value(Contact, name, values[name]) for name in ("phone", "email") if values.get(name)]
    if customer_id is None or not same:
        return None
    statement = sa.select(Contact.id).where(Contact.customer_id == customer_id, sa.or_(*same)).order_by(Contact.id)
    return session().scalars(statement.limit(1)).first()


def _added(model: type[Any], values: Mapping[str, Any]) -> int:
    return insist(add_rows(model, [values])).created[0]


def _mark(lead_id: int, made: Converted) -> None:
    insist(change_rows(Lead, {lead_id: {
        "status": leads.CONVERTED, "converted_at": clock.now(), "converted_customer": made.customer,
        "converted_contact": made.contact, "converted_opportunity": made.opportunity}}))


def _take_interactions_along(lead_id: int, made: Converted) -> None:
    statement = sa.select(Interaction.id).where(Interaction.lead_id == lead_id, Interaction.customer_id.is_(None),
                                                Interaction.deleted_at.is_(None))
    ids = session().scalars(statement, execution_options=UNSCOPED)
    follow_on(Interaction, {each: {"customer": made.customer, "contact": made.contact} for each in ids}, "conversion")
