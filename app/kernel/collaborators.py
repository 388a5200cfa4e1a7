"""Colleagues who were added to a record and may read and edit it as if it were their own."""

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.database import db


class Collaborator(db.Model):
    """One colleague on one record of any collaborative entity."""

    __tablename__ = "collaborator"
    __table_args__ = (sa.UniqueConstraint("entity", "user_id", "record_id"),
                      sa.Index("ix_collaborator_record", "entity", "record_id"))

    id: orm.Mapped[int] = orm.mapped_column(sa.Integer, primary_key=True)
    entity: orm.Mapped[str] = orm.mapped_column(sa.String(60), nullable=False)
    record_id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, nullable=False)
    user_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("ab_user.id"), nullable=False)
    added_at: orm.Mapped[object] = orm.mapped_column(fields.Moment(), nullable=False, default=clock.now)
