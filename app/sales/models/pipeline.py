"""Pipelines and their stages, as rows, and the history of moves between them."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.entity import Entity, Scoped, Values, living_key
from app.kernel.problems import Problem
from app.sales.rules import deals
from app.sales.rules.deals import stage_problems

STAGE_CATEGORIES = {deals.OPEN: _l("Under way"), deals.WON: _l("Closed won"), deals.LOST: _l("Closed lost")}


class Pipeline(Entity):
    """A way of selling: its stages are rows that point at it. The one with the least `order` is the default."""

    __tablename__ = "pipeline"
    __table_args__ = (living_key("pipeline", "name"),)
    entity_label, entity_label_plural = _l("Pipeline"), _l("Pipelines")
    natural_key = ("name",)
    lookup_keys = ("name",)
    reference = True

    name = fields.text(_l("Name"), 80, required=True)
    order = fields.integer(_l("Position"), required=True, default=0)


class Stage(Entity):
    """One step of a pipeline. In a won stage an opportunity becomes an order, for a lost one it needs a reason."""

    __tablename__ = "stage"
    __table_args__ = (living_key("stage", "pipeline_id", "key"),)
    entity_label, entity_label_plural = _l("Stage"), _l("Stages")
    natural_key = ("pipeline", "key")
    lookup_keys = ("key", "label")
    title_field = "label"
    reference = True

    pipeline_id = fields.pointer("pipeline", _l("Pipeline"), required=True)
    key = fields.text(_l("Stage key"), 40, required=True)
    label = fields.text(_l("Label"), 80, required=True)
    category = fields.choice(_l("Category"), STAGE_CATEGORIES, required=True, default=deals.OPEN)
    order = fields.integer(_l("Position"), required=True, default=0)
    expected_days = fields.integer(_l("Expected days"), least=0)
    probability = fields.integer(_l("Probability (%)"), least=0, most=100,
                                 help=_l("Taken over by an opportunity when it enters the stage or is saved in it."))

    pipeline = orm.relationship("Pipeline", foreign_keys=[pipeline_id])

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return stage_problems(values, before)


class StageChange(Scoped):
    """One move of an opportunity between stages, and how long it had stayed in the one it left."""

    __tablename__ = "stage_change"
    __table_args__ = (sa.Index("ix_stage_change_opportunity_id_at", "opportunity_id", "at"),)
    entity_label, entity_label_plural = _l("Stage change"), _l("Stage changes")
    through = "opportunity"

    opportunity_id = fields.pointer("opportunity", _l("Opportunity"), required=True, readonly=True, index=False)
    at = fields.moment(_l("Time"), required=True, readonly=True, default=clock.now, index=True)
    from_stage_id = fields.pointer("stage", _l("From"), readonly=True)
    to_stage_id = fields.pointer("stage", _l("To"), required=True, readonly=True)
    stayed_seconds = fields.integer(_l("Seconds in the stage left"), readonly=True)

    opportunity = orm.relationship("Opportunity", foreign_keys=[opportunity_id])
    from_stage = orm.relationship("Stage", foreign_keys=[from_stage_id])
    to_stage = orm.relationship("Stage", foreign_keys=[to_stage_id])
