"""Leads: what may be said of them, and what becomes of them when they are converted."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app.kernel.problems import N_, Problems, problem

NEW, CONTACTED, QUALIFIED, CONVERTED, DISCARDED = "new", "contacted", "qualified", "converted", "discarded"


def lead_problems(values: Mapping[str, Any], before: Mapping[str, Any] | None) -> Problems:
    """Only a conversion makes a lead converted, and a converted one stays so."""
    now, was = values.get("status"), before.get("status") if before is not None else None
    if now == CONVERTED and values.get("converted_at") is None:
        return {"status": problem(N_("Convert the lead instead: that makes its customer, contact and opportunity."))}
    if was == CONVERTED and now != CONVERTED:
        return {"status": problem(N_("This lead is converted already."))}
    return {}


def status_after_contact(status: str | None, last_contact: dt.datetime | None) -> str | None:
    """A new lead that was spoken to is contacted."""
    return CONTACTED if status == NEW and last_contact is not None else status




def _company(lead: Mapping[str, Any]) -> str:
    return (lead.get("company") or "").strip()


def customer_values(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the customer that a lead becomes: its company, or the person where it names none.

    The phone and mail of somebody at a company stay with the contact.
    """
    company = _company(lead)
    values = {"name": company or lead.get("name"), "kind": "organisation" if company else "person",
              "industry": lead.get("industry"), "region": lead.get("region"), "address": lead.get("address"),
              "lead_source": lead.get("source"), "needs": lead.get("interest")}
    if not company:
        values |= {"phone": lead.get("phone"), "email": lead.get("email")}
    return {name: value for name, value in values.items() if value is not None}


def contact_values(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the contact that a lead becomes."""
    values = {name: lead.get(name) for name in ("name", "job_title", "phone", "email")}
    return {name: value for name, value in values.items() if value is not None}


def opportunity_values(lead: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of the opportunity that a lead becomes; what was `given` with the conversion counts first."""
    values = {"name": _company(lead) or lead.get("name"), "source": lead.get("source"),
              "need": lead.get("interest"), "score": lead.get("score"), **given}
    return {name: value for name, value in values.items() if value is not None}
