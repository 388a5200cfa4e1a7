"""How the pipelines stood on every morning: what no later question could work out from today's rows."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import fields
from app.kernel.entity import Scoped


class PipelineSnapshot(Scoped):
    """The open opportunities of one owner in one stage on one morning; amounts in minor units of the currency."""

    __tablename__ = "pipeline_snapshot"
    __table_args__ = (sa.Index("ix_pipeline_snapshot_taken_on_stage_id", "taken_on", "stage_id"),)
    entity_label, entity_label_plural = _l("Pipeline snapshot"), _l("Pipeline snapshots")

    taken_on = fields.date(_l("Day"), required=True, readonly=True)
    pipeline_id = fields.pointer("pipeline", _l("Pipeline"), readonly=True)
    stage_id = fields.pointer("stage", _l("Stage"), required=True, readonly=True)
    currency = fields.text(_l("Currency"), 3, required=True, readonly=True)
    number = fields.integer(_l("Opportunities"), required=True, readonly=True)
    amount = fields.money(_l("Amount"), required=True, readonly=True)
    weighted_amount = fields.money(_l("Weighted amount"), required=True, readonly=True,
                                   help=_l("Each amount times its probability."))

    pipeline = orm.relationship("Pipeline", foreign_keys=[pipeline_id])
    stage = orm.relationship("Stage", foreign_keys=[stage_id])
