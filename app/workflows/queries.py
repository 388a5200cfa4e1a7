"""Named reads of automation."""

from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext

from app.kernel import filters
from app.kernel.database import session
from app.kernel.entity import scoped_by_table
from app.kernel.errors import CrmError
from app.kernel.fields import fields_of
from app.kernel.filters import Where, all_of
from app.kernel.language import say_problem
from app.kernel.views.lens import person_name
from app.workflows.models import ChurnAlert, Rule
from app.workflows.models.alerts import STATUSES
from app.workflows.rules.sentences import say_rule


def sign_word(sign: str | None) -> str:
    """A sign in the reader's language."""
    words = {"rhythm": gettext("Silence against the own rhythm"), "one_purchase": gettext("Only one purchase"),
             "frequency": gettext("Buys less often"), "spend": gettext("Spends less"),
             "contact": gettext("Less contact"), "complaints": gettext("Open complaints")}
    return words.get(sign or "", gettext("(empty)"))


def alerts_by_reason(asked: Any) -> list[dict[str, Any]]:
    """One row per main reason: how many alerts, and how many of each outcome, with the address of the rows."""
    found = sa.select(ChurnAlert.sign, ChurnAlert.status, sa.func.count()).where(asked.condition)
    counted: dict[str | None, dict[str, int]] = {}
    for sign, status, number in session().execute(found.group_by(ChurnAlert.sign, ChurnAlert.status)):
        counted.setdefault(sign, {})[status] = number
    rows = []
    for sign, by_status in sorted(counted.items(), key=lambda each: -sum(each[1].values())):
        query = filters.to_query(all_of(asked.tree, Where("sign", "eq", sign)))
        rows.append({gettext("Reason"): sign_word(sign), gettext("Alerts"): sum(by_status.values()),
                     **{str(label): by_status.get(status, 0) for status, label in STATUSES.items()},
                     "url": url_for("churn_alert.list") + f"?{query}"})
    return rows


def sentence_of(rule: Rule) -> str:
    """The rule read back in the reader's language; what cannot be read any more is said instead."""
    model = scoped_by_table().get(rule.entity)
    if model is None:
        return gettext("There is no such entity.")
    fields = fields_of(model)
    try:
        parts = say_rule(model.entity_label, rule.trigger or {}, _condition(rule, model), rule.actions or (), fields,
                         _people(rule))
    except (CrmError, KeyError):
        return gettext("This rule names something that is not there any more.")
    return gettext(", ").join(say_problem(part) for part in parts) + gettext(".")


def _condition(rule: Rule, model: Any) -> str | None:
    tree = filters.from_dict(rule.condition or {"and": []})
    bound = filters.bind(tree, model)
    return None if bound == filters.EVERYTHING else filters.say(bound)


def _people(rule: Rule) -> dict[int, str]:
    named = {who for action in rule.actions or () for part in ("to", "assignee", "value")
             for who in (action.get(part) if isinstance(action.get(part), list) else [action.get(part)])}
    ids = [who for who in named if isinstance(who, int) and not isinstance(who, bool)]
    return {user.id: person_name(user) for user in session().scalars(sa.select(User).where(User.id.in_(ids)))}
