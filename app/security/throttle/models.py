"""The counters of failed logins."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from app.kernel import fields
from app.kernel.database import db


class LoginFailure(db.Model):
    """Failed logins of one account or one address, each known only by a keyed hash."""

    __tablename__ = "login_failure"

    key: orm.Mapped[str] = orm.mapped_column(sa.String(40), primary_key=True)
    failures: orm.Mapped[int] = orm.mapped_column(sa.Integer, nullable=False)
    first_at: orm.Mapped[dt.datetime] = orm.mapped_column(fields.Moment(), nullable=False)
    last_at: orm.Mapped[dt.datetime] = orm.mapped_column(fields.Moment(), nullable=False, index=True)
