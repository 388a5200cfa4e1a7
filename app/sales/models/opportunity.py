"""Opportunities and what would be sold by them."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.database import session
from app.kernel.entity import Entity, Find, Values, living_key
from app.kernel.problems import Problem
from app.sales.models.currency import home_currency
from app.sales.models.lines import line_values
from app.sales.models.pipeline import STAGE_CATEGORIES, Pipeline, Stage
from app.sales.rules import deals
from app.sales.rules.money import currency_problem, line_problems


def first_stage() -> int | None:
    """The id of the stage in which an opportunity begins that names none: the first open one of the first pipeline."""
    statement = sa.select(Stage.id).join(Pipeline, Stage.pipeline_id == Pipeline.id).where(Stage.category == deals.OPEN)
    return session().scalars(statement.order_by(Pipeline.order, Pipeline.id, Stage.order, Stage.id).limit(1)).first()


class Opportunity(Entity):
    """A chance to sell something to a customer.

    The stage decides pipeline, category and probability. Where it has lines, they make the amount. In a won stage it
    becomes an order, in a lost one it names the reason; both ask for what is missing, whichever way the stage is set.
    """

    __tablename__ = "opportunity"
    __table_args__ = (living_key("opportunity", "code"),
                      sa.Index("ix_opportunity_category_closed_at", "stage_category", "closed_at"))
    entity_label, entity_label_plural = _l("Opportunity"), _l("Opportunities")
    natural_key = ("code",)
    lookup_keys = ("code", "name")
    collaborative = True
    through = "customer"

    name = fields.text(_l("Name"), 200, required=True, index=True, aliases=("商机名称", "销售机会"))
    code = fields.text(_l("Code"), 60, aliases=("商机编号", "opportunity_id"))
    customer_id = fields.pointer("customer", _l("Customer"), aliases=("客户名称", "Account"))
    pipeline_id = fields.pointer("pipeline", _l("Pipeline"), aliases=("商机状态组",))
    stage_id = fields.pointer("stage", _l("Stage"), required=True, default=first_stage,
                              aliases=("商机阶段", "deal_stage"))
    amount = fields.money(_l("Amount"), least=0, aliases=("商机金额", "close_value"),
                          help=_l("Where there are lines, their sum."))
    currency = fields.text(_l("Currency"), 3, required=True, default=home_currency)
    product_id = fields.pointer("product", _l("Product"), help=_l("What it is mainly about; the lines say it exactly."))
    expected_close_on = fields.date(_l("Expected close date"), index=True, aliases=("预计成交日期",))
    opened_on = fields.date(_l("Begun on"), aliases=("engage_date",))
    closed_at = fields.moment(_l("Closed at"), aliases=("成交时间", "结束时间", "close_date", "Closed"))
    stage_category = fields.choice(_l("Stage category"), STAGE_CATEGORIES, required=True, default=deals.OPEN,
                                   readonly=True)
    stage_changed_at = fields.moment(_l("In this stage since"), readonly=True)
    furthest_stage_id = fields.pointer("stage", _l("Furthest stage"), readonly=True)
    probability = fields.integer(_l("Probability (%)"), readonly=True)
    score = fields.integer(_l("Score"), least=0, most=100)
    source_id = fields.pointer("lead_source", _l("Source"), aliases=("商机来源",))
    need = fields.long_text(_l("Customer's need"), 4000)
    competitor_id = fields.pointer("competitor", _l("Competitor"))
    loss_reason_id = fields.pointer("loss_reason", _l("Loss reason"), aliases=("输单原因",))
    lesson = fields.long_text(_l("Lesson"), 4000)
    next_at = fields.moment(_l("Next contact"), index=True, aliases=("下次联系时间",))
    last_contact_at = fields.moment(_l("Last contact"), readonly=True)
    line_count = fields.integer(_l("Number of lines"), required=True, default=0, readonly=True)
    lines_total = fields.money(_l("Sum of the lines"), required=True, default=0, readonly=True)
    remark = fields.long_text(_l("Remark"), aliases=("备注",))

    customer = orm.relationship("Customer", foreign_keys=[customer_id])
    pipeline = orm.relationship("Pipeline", foreign_keys=[pipeline_id])
    stage = orm.relationship("Stage", foreign_keys=[stage_id])
    furthest_stage = orm.relationship("Stage", foreign_keys=[furthest_stage_id])
    product = orm.relationship("Product", foreign_keys=[product_id])
    source = orm.relationship("LeadSource", foreign_keys=[source_id])
    competitor = orm.relationship("Competitor", foreign_keys=[competitor_id])
    loss_reason = orm.relationship("LossReason", foreign_keys=[loss_reason_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        found = deals.opportunity_problems(values, before)
        said = currency_problem(values.get("currency"))
        return found | ({"currency": said} if said is not None else {})

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        stage, furthest = find("stage", values.get("stage")), find("stage", (before or {}).get("furthest_stage"))
        return {"code": values.get("code") or None, "furthest_stage": deals.furthest(stage, furthest),
                **deals.derived(values, before, stage, clock.now())}


class OpportunityLine(Entity):
    """One product of an opportunity: ``quantity * unit_price - discount`` in minor units of its currency."""

    __tablename__ = "opportunity_line"
    entity_label, entity_label_plural = _l("Opportunity line"), _l("Opportunity lines")
    title_field = "id"
    hangs_on = ("opportunity",)
    through = "opportunity"

    opportunity_id = fields.pointer("opportunity", _l("Opportunity"), required=True)
    product_id = fields.pointer("product", _l("Product"), required=True)
    quantity = fields.decimal(_l("Quantity"), required=True, default=1)
    unit_price = fields.money(_l("Unit price"), least=0, required=True)
    discount = fields.money(_l("Discount"), least=0, required=True, default=0)
    amount = fields.money(_l("Amount"), readonly=True)
    currency = fields.text(_l("Currency"), 3, readonly=True)

    opportunity = orm.relationship("Opportunity", foreign_keys=[opportunity_id])
    product = orm.relationship("Product", foreign_keys=[product_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return line_problems(values)

    @classmethod
    def derive(cls, values: Values, before: Values | None, find: Find) -> dict[str, Any]:
        return line_values(values, before, find, "opportunity")
