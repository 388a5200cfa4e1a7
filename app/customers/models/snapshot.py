"""How many customers of each kind there were on every morning."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.customers.models.customer import LEVELS, LIFECYCLE_STAGES
from app.kernel import fields
from app.kernel.entity import Scoped


class SegmentSnapshot(Scoped):
    """The customers of one team in one lifecycle stage, level and industry on one morning. Nobody's own: no owner."""

    __tablename__ = "segment_snapshot"
    __table_args__ = (sa.Index("ix_segment_snapshot_taken_on_lifecycle_stage", "taken_on", "lifecycle_stage"),)
    entity_label, entity_label_plural = _l("Segment snapshot"), _l("Segment snapshots")

    taken_on = fields.date(_l("Day"), required=True, readonly=True)
    lifecycle_stage = fields.choice(_l("Lifecycle stage"), LIFECYCLE_STAGES, required=True, readonly=True)
    level = fields.choice(_l("Level"), LEVELS, readonly=True)
    industry_id = fields.pointer("industry", _l("Industry"), readonly=True)
    number = fields.integer(_l("Customers"), required=True, readonly=True)

    industry = orm.relationship("Industry", foreign_keys=[industry_id])
