"""Named reads about customers."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.customers.models import Contact, Customer, OwnerChange
from app.customers.rules.pool import CLAIMED, day_start
from app.kernel import clock, normal
from app.kernel.actor import Actor
from app.kernel.database import session
from app.kernel.entity import Entity
from app.security.encryption.columns import same_value

MOST_ALIKE = 10


def likely_same(values: Mapping[str, Any], other_than: int | None = None) -> list[Customer]:
    """Customers that may be the one that `values` (name, phone, email) describe, for a warning on a form.

    The same phone or e-mail in its normal form, on the customer or one of its contacts, or the same name. At most
    MOST_ALIKE, and only those that the acting person may read.
    """
    alike = []
    for field in ("phone", "email"):
        if values.get(field):
            spoken_for = sa.select(Contact.customer_id).where(same_value(Contact, field, values[field]))
            alike += [same_value(Customer, field, values[field]), Customer.id.in_(spoken_for)]
    if values.get("name"):
        alike.append(Customer.name_key == normal.plain(values["name"])[:400])
    if not alike:
        return []
    statement = sa.select(Customer).where(sa.or_(*alike), Customer.id != (other_than or 0))
    return list(session().scalars(statement.order_by(Customer.id).limit(MOST_ALIKE)))


def claims_today(entity: str, actor: Actor) -> int:
    """How many rows of `entity` the actor claimed since midnight in his zone."""
    since = day_start(clock.now(), actor.zone)
    statement = sa.select(sa.func.count()).select_from(OwnerChange).where(
        OwnerChange.to_owner_id == actor.id, OwnerChange.kind == CLAIMED, OwnerChange.entity == entity,
        OwnerChange.at >= since)
    return session().execute(statement).scalar_one()


def ownership_of(record: Entity) -> list[OwnerChange]:
    """Who had `record` when, the latest first. Who holds the record has read it under his rights."""
    statement = sa.select(OwnerChange).where(OwnerChange.entity == record.entity_name(),
                                             OwnerChange.record_id == record.id)
    return list(session().scalars(statement.order_by(OwnerChange.id.desc())))


def neglected(model: Any, next_contact: Any, days: int) -> sa.Select[Any]:
    """SELECT of (id, owner_id) of the neglected rows of `model`, the longest owned first.

    Neglected is what somebody has owned for more than `days` days and had no contact with in that time, unless an
    appointment lies ahead. `next_contact` is the column of appointments.
    """
    now = clock.now()
    limit = now - dt.timedelta(days=days)
    return sa.select(model.id, model.owner_id).where(
        model.owner_id.is_not(None), model.owned_since < limit,
        sa.or_(model.last_contact_at.is_(None), model.last_contact_at < limit),
        sa.or_(next_contact.is_(None), next_contact <= now)).order_by(model.owned_since, model.id)
