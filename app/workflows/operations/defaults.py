"""The rows with which automation begins: made once by ``crm init``, edited by an admin afterwards."""

from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext

from app.kernel.database import session
from app.kernel.rights.hook import WITH_DELETED
from app.workflows.models import Queue, ReminderStep, Rule, Schedule, WinBackPlan
from app.workflows.rules.follow_up import DEFAULT_STEPS

ENTITIES = ("lead", "opportunity", "customer")


def make_defaults() -> None:
    """Queues, rules, reminder steps and win-back plans, each only where none of its kind exists; schedules by job.

    A job that a later release brings gets its schedule so, and one that an admin deleted stays deleted.
    """
    zone = current_app.config.get("CRM_TIMEZONE") or "Asia/Shanghai"
    for model, rows in ((Queue, _queues()), (Rule, _rules()), (ReminderStep, _steps()),
                        (WinBackPlan, _plans())):
        if session().execute(sa.select(model.id).limit(1)).first() is None:
            session().add_all(model(**row) for row in rows)
    known = set(session().scalars(sa.select(Schedule.job), execution_options={WITH_DELETED: True}))
    session().add_all(Schedule(**row) for row in _schedules(zone) if row["job"] not in known)
    session().flush()


def _queues() -> list[dict[str, Any]]:
    return [{"name": gettext("Customer service"), "is_default": True}, {"name": gettext("After-sales technicians")}]


def _rules() -> list[dict[str, Any]]:
    return [{"name": gettext("Assign new tickets to an agent"), "entity": "ticket",
             "trigger": {"on": ["created", "changed"], "fields": ["category", "queue", "status", "owner"]},
             "condition": {"and": [{"field": "owner", "operator": "is_empty", "value": None},
                                   {"field": "status", "operator": "in", "value": ["new", "open"]}]},
             "actions": [{"kind": "assign", "to": "agent"}], "order": 10}]


def _schedules(zone: str) -> list[dict[str, Any]]:
    return [
        {"name": gettext("Drain the ticket backlog"), "job": "assignment", "kind": "every", "minutes": 1, "zone": zone},
        {"name": gettext("Send due reminders"), "job": "reminders", "kind": "every", "minutes": 1, "zone": zone},
        {"name": gettext("Apply the rules of the clock"), "job": "rules_tick", "kind": "daily", "at": "08:00",
         "zone": zone},
        {"name": gettext("Judge churn every night"), "job": "churn", "kind": "daily", "at": "02:00", "zone": zone},
        {"name": gettext("Reclaim neglected customers"), "job": "reclaim", "kind": "daily", "at": "03:00",
         "zone": zone, "active": False},
        {"name": gettext("Keep a picture of the business every night"), "job": "snapshots", "kind": "daily",
         "at": "00:10", "zone": zone},
        {"name": gettext("Fold the sums of the charts"), "job": "rollups", "kind": "every", "minutes": 10,
         "zone": zone},
        {"name": gettext("Back up every night"), "job": "backup", "kind": "daily", "at": "01:00", "zone": zone},
        {"name": gettext("Tidy up every night"), "job": "upkeep", "kind": "daily", "at": "04:00", "zone": zone},
    ]


def _steps() -> list[dict[str, Any]]:
    return [{"entity": entity, "day": step.day, "audience": step.audience} for entity in ENTITIES
            for step in DEFAULT_STEPS]


def _plans() -> list[dict[str, Any]]:
    return [
        {"cause": "product", "plan": gettext("Offer a more competitive package."),
         "expected_effect": gettext("The customer comes back.")},
        {"cause": "service", "plan": gettext("After-sales care: apologise, mend, call again."),
         "expected_effect": gettext("Satisfaction rises.")},
        {"cause": "price", "plan": gettext("A coupon or a discount."),
         "expected_effect": gettext("The cost of buying falls.")},
    ]
