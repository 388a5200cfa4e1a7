"""The steps of follow-up as editable rows, and what has fired."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.database import db
from app.kernel.entity import Entity, Values
from app.kernel.problems import Problem
from app.workflows.rules.follow_up import check_step

AUDIENCES = {"owner": _l("Owner"), "manager": _l("Manager")}
ENTITIES = {"lead": _l("Leads"), "opportunity": _l("Opportunities"), "customer": _l("Customers")}


class ReminderStep(Entity):
    """On day `day` without contact tell the audience about a record of `entity`."""

    __tablename__ = "reminder_step"
    entity_label, entity_label_plural = _l("Reminder step"), _l("Reminder steps")
    title_field = "entity"
    natural_key = ("entity", "day", "audience")
    reference = True

    entity = fields.choice(_l("Entity"), ENTITIES, required=True)
    day = fields.integer(_l("Days without contact"), least=1, most=365, required=True)
    audience = fields.choice(_l("Whom"), AUDIENCES, required=True, default="owner")
    active = fields.boolean(_l("Active"), default=True)

    @classmethod
    def check(cls, values: Values, before: Values | None = None) -> dict[str, Problem]:
        return check_step({"day": values.get("day"), "audience": values.get("audience")})


class ReminderFire(db.Model):
    """One reminder that took effect: unique by record, step and basis, so that it never does twice."""

    __tablename__ = "reminder_fire"
    __table_args__ = (sa.UniqueConstraint("entity", "record_id", "step", "basis"),)

    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    entity: orm.Mapped[str] = orm.mapped_column(sa.String(60), nullable=False)
    record_id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, nullable=False)
    step: orm.Mapped[str] = orm.mapped_column(sa.String(40), nullable=False)
    basis: orm.Mapped[object] = orm.mapped_column(fields.Moment(), nullable=False)
    fired_at: orm.Mapped[object] = orm.mapped_column(fields.Moment(), nullable=False, default=clock.now)
