"""What leaves the house after the commit: mails now, webhooks and chat messages later."""

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel import clock, fields
from app.kernel.database import db
from app.security.encryption.columns import blind_index, personal


class OutboxMessage(db.Model):
    """One message for one recipient on one channel, unique by its key, claimed under a lease with a fence."""

    __tablename__ = "outbox_message"
    __table_args__ = (sa.Index("ix_outbox_message_due", "state", "due_at"),)

    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)
    key: orm.Mapped[str] = orm.mapped_column(sa.String(250), nullable=False, unique=True)
    channel: orm.Mapped[str] = orm.mapped_column(sa.String(20), nullable=False)
    user_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("ab_user.id"))
    address = personal("Address", normal="email", length=320)
    address_index = blind_index()
    subject: orm.Mapped[str] = orm.mapped_column(sa.String(300), nullable=False)
    body: orm.Mapped[str] = orm.mapped_column(sa.Text, nullable=False)
    state: orm.Mapped[str] = orm.mapped_column(sa.String(10), nullable=False, default="waiting")
    due_at: orm.Mapped[object] = orm.mapped_column(fields.Moment(), nullable=False, default=clock.now)
    attempts: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False, default=0)
    holder: orm.Mapped[str | None] = orm.mapped_column(sa.String(60))
    lease_until: orm.Mapped[object] = orm.mapped_column(fields.Moment(), nullable=True)
    fence: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False, default=0)
    error: orm.Mapped[str | None] = orm.mapped_column(sa.String(500))
    sent_at: orm.Mapped[object] = orm.mapped_column(fields.Moment(), nullable=True)
    made_at: orm.Mapped[object] = orm.mapped_column(fields.Moment(), nullable=False, default=clock.now)
