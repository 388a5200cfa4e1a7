"""Automation as rows: what to do when something happens to a record, and the log of why it was done or not."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields, filters
from app.kernel.entity import Entity, Scoped, Values, living_key, scoped_by_table
from app.kernel.errors import CrmError
from app.kernel.fields import fields_of
from app.kernel.problems import N_, Problem, problem
from app.workflows.rules.language import check_rule


class Rule(Entity):
    """When `trigger` happens to a record of `entity` and `condition` holds, do `actions`, in `order`.

    Raising the version by any edit makes it another rule: it may fire again for what the old one fired for.
    """

    __tablename__ = "rule"
    __table_args__ = (living_key("rule", "name"),)
    entity_label, entity_label_plural = _l("Rule"), _l("Rules")
    natural_key = ("name",)
    lookup_keys = ("name",)

    name = fields.text(_l("Name"), 120, required=True)
    entity = fields.text(_l("Entity"), 60, required=True, help=_l("For instance ticket or opportunity."))
    trigger = fields.json(_l("When"))
    condition = fields.json(_l("Condition"))
    actions = fields.json(_l("What to do"))
    order = fields.integer(_l("Order"), default=0)
    active = fields.boolean(_l("Active"), default=True)
    run_as_id = fields.pointer("ab_user", _l("Run as"), help=_l("Empty means the system."))
    run_as = orm.relationship("User", foreign_keys=[run_as_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        model = scoped_by_table().get(values["entity"])
        if model is None:
            return {"entity": problem(N_("There is no such entity."))}
        found = check_rule(values, fields_of(model))
        if "actions" not in found and values["entity"] != "ticket" and _asks_for_an_agent(values["actions"]):
            found["actions"] = problem(N_("Only tickets have queues and agents."))
        try:
            filters.bind(filters.from_dict(values.get("condition") or {"and": []}), model)
        except CrmError as error:
            found["condition"] = next(iter(error.problems.values()), error.sentence)
        return found


def _asks_for_an_agent(actions: list[dict[str, Any]]) -> bool:
    return any(action["kind"] == "assign" and action["to"] == "agent" for action in actions)


class RuleRun(Scoped):
    """One judgement of one rule for one record: fired or not, and why. A fired occurrence is unique."""

    __tablename__ = "rule_run"
    __table_args__ = (sa.Index("ix_rule_run_record", "entity", "record_id", "id"),)
    entity_label, entity_label_plural = _l("Rule run"), _l("Rule runs")

    at = fields.moment(_l("Time"), required=True, default=clock.now, readonly=True, index=True)
    rule_id = fields.pointer("rule", _l("Rule"), readonly=True)
    rule_version = fields.integer(_l("Version of the rule"), readonly=True)
    entity = fields.text(_l("Entity"), 60, readonly=True)
    record_id = fields.integer(_l("Record"), readonly=True)
    event_id = fields.integer(_l("Event"), readonly=True)
    fired = fields.boolean(_l("Fired"), readonly=True)
    why = fields.text(_l("Why"), 500, readonly=True)
    result = fields.text(_l("Result"), 500, readonly=True)
    occurrence: orm.Mapped[Any] = orm.mapped_column(sa.String(250), nullable=True, unique=True)
    rule = orm.relationship("Rule", foreign_keys=[rule_id])
