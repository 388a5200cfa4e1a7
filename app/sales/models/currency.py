"""The currency of the house."""

from flask import current_app

FALLBACK = "CNY"


def home_currency() -> str:
    """CRM_CURRENCY: what sums are converted to, and what an amount is in unless it says otherwise."""
    return str(current_app.config.get("CRM_CURRENCY", FALLBACK))
