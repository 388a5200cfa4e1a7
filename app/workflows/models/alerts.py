"""Churn alerts: a customer who is about to leave, why, and what was done about it; win-back plans by cause."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.entity import Entity, Find, Values, living_key
from app.kernel.problems import N_, Problem, problem

STATUSES = {"open": _l("Open"), "in_progress": _l("In progress"), "kept": _l("Kept"), "lost": _l("Lost"),
            "dismissed": _l("Dismissed")}
CAUSES = {"product": _l("Product of a competitor"), "service": _l("Service"), "price": _l("Price"),
          "other": _l("Other"), "unknown": _l("Unknown")}
ACTIVE = ("open", "in_progress")


class WinBackPlan(Entity):
    """What to do for a cause of churn, and the effect that is expected of it."""

    __tablename__ = "win_back_plan"
    __table_args__ = (living_key("win_back_plan", "cause"),)
    entity_label, entity_label_plural = _l("Win-back plan"), _l("Win-back plans")
    natural_key = ("cause",)
    title_field = "plan"
    reference = True

    cause = fields.choice(_l("Cause"), CAUSES, required=True)
    plan = fields.text(_l("Plan"), 500, required=True)
    expected_effect = fields.text(_l("Expected effect"), 500)


class ChurnAlert(Entity):
    """One open alert per customer. The score is 0 to 100; `reasons` are sentences, the first the strongest."""

    __tablename__ = "churn_alert"
    __table_args__ = (
        living_key("churn_alert", "customer_id", among=("status", ("open", "in_progress"))),)
    entity_label, entity_label_plural = _l("Churn alert"), _l("Churn alerts")
    title_field = "reason"
    through = "customer"
    hangs_on = ("customer",)

    customer_id = fields.pointer("customer", _l("Customer"), required=True)
    score = fields.integer(_l("Score"), least=0, most=100, required=True, readonly=True)
    reason = fields.text(_l("Main reason"), 300, readonly=True)
    sign = fields.text(_l("Sign"), 40, readonly=True, index=True)
    reasons = fields.json(_l("Reasons"), readonly=True)
    status = fields.choice(_l("Status"), STATUSES, required=True, default="open", index=True)
    cause = fields.choice(_l("Cause"), CAUSES, required=True, default="unknown")
    evidence = fields.long_text(_l("Evidence"), 4000)
    plan = fields.long_text(_l("Plan"), 4000)
    action_taken = fields.long_text(_l("Action taken"), 4000)
    outcome = fields.long_text(_l("Outcome"), 4000)
    raised_at = fields.moment(_l("Raised at"), required=True, default=clock.now, readonly=True, index=True)
    closed_at = fields.moment(_l("Closed at"), readonly=True)
    customer = orm.relationship("Customer", foreign_keys=[customer_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        closed = values.get("status") in ("kept", "lost")
        if closed and before is not None and before.get("status") != values["status"] and not values.get("outcome"):
            return {"outcome": problem(N_("Say what came of it before you close the alert."))}
        return {}

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        if values.get("status") in ACTIVE:
            return {"closed_at": None}
        return {"closed_at": values.get("closed_at") or clock.now()}
