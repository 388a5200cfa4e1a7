"""What cannot be filled in later: when a customer changed its stage, and when a record changed hands."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.customers.models.customer import LIFECYCLE_STAGES
from app.customers.rules import lifecycle
from app.kernel import clock, fields
from app.kernel.database import db
from app.kernel.entity import Scoped

REASONS = {
    lifecycle.CREATED: _l("New customer"), lifecycle.ORDER: _l("An order"),
    lifecycle.TAKEN_BACK: _l("An order was taken back"), lifecycle.CHURN: _l("Given up as lost"),
    lifecycle.WON_BACK: _l("Won back"),
}


class LifecycleChange(Scoped):
    """One move of a customer between two stages of its life, and the order that made it."""

    __tablename__ = "lifecycle_change"
    __table_args__ = (sa.Index("ix_lifecycle_change_customer_id_at", "customer_id", "at"),)
    entity_label, entity_label_plural = _l("Lifecycle change"), _l("Lifecycle changes")
    through = "customer"

    customer_id = fields.pointer("customer", _l("Customer"), required=True, readonly=True, index=False)
    at = fields.moment(_l("Time"), required=True, readonly=True, default=clock.now, index=True)
    from_stage = fields.choice(_l("From"), LIFECYCLE_STAGES, readonly=True)
    to_stage = fields.choice(_l("To"), LIFECYCLE_STAGES, required=True, readonly=True)
    reason = fields.choice(_l("Reason"), REASONS, required=True, readonly=True)
    order_id = fields.pointer("order", _l("Sales order"), readonly=True)
    cause = fields.text(_l("Cause"), 200, readonly=True)

    customer = orm.relationship("Customer", foreign_keys=[customer_id])


class OwnerChange(db.Model):
    """One handing over of any owned record. Read through `queries.ownership_of` only, which asks for the record first.

    `kind` is created, claimed, released, reclaimed or assigned; `reason` is what a person said.
    """

    __tablename__ = "owner_change"
    __table_args__ = (sa.Index("ix_owner_change_record", "entity", "record_id", "id"),
                      sa.Index("ix_owner_change_claims", "to_owner_id", "kind", "at"))

    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    entity: orm.Mapped[str] = orm.mapped_column(sa.String(60), nullable=False)
    record_id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, nullable=False)
    kind: orm.Mapped[str] = orm.mapped_column(sa.String(20), nullable=False)
    from_owner_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("ab_user.id"))
    to_owner_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("ab_user.id"))
    by_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("ab_user.id"))
    reason: orm.Mapped[str] = orm.mapped_column(sa.String(200), nullable=False, default="")
    at: orm.Mapped[Any] = orm.mapped_column(fields.Moment(), nullable=False)
