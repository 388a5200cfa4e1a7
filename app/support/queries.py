"""Named reads about tickets."""

from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.kernel import clock
from app.kernel.database import session
from app.kernel.filters import Where, all_of, to_query
from app.kernel.views.charts import Asked
from app.kernel.views.lens import person_name
from app.support.models import Ticket, TicketCategory
from app.support.rules.flow import ACTIVE


def category_tree() -> dict[int, Any]:
    """All living categories by id, with name, parent_id and path."""
    found = sa.select(TicketCategory.id, TicketCategory.name, TicketCategory.parent_id, TicketCategory.path)
    # A tree of which a part is missing would be judged wrongly.
    rows = session().execute(found.where(TicketCategory.deleted_at.is_(None)), execution_options={"unscoped": True})
    return {row.id: row for row in rows}


def agent_figures(asked: Asked) -> list[dict[str, Any]]:
    """One row per assignee, the one with the most tickets first.

    Keys: agent (name, "" for nobody), tickets, open, late (answered or resolved after the promised time, or not yet
    and past it), response_hours and resolution_hours (mean, None without any), satisfaction (mean from 1 to 5 or None),
    query (the address query of the tickets behind the row).
    """
    rows = session().execute(_by_agent(asked)).all()
    names = {user.id: person_name(user) for user in session().scalars(
        sa.select(User).where(User.id.in_([row.owner_id for row in rows if row.owner_id])))}
    found = [{"agent": names.get(row.owner_id, ""), "tickets": row.tickets, "open": int(row.active),
              "late": int(row.late), "response_hours": _hours(row.response), "resolution_hours": _hours(row.resolution),
              "satisfaction": _rounded(row.satisfaction), "query": to_query(all_of(asked.tree, _of(row.owner_id)))}
             for row in rows]
    return sorted(found, key=lambda row: (-row["tickets"], row["agent"]))


def _by_agent(asked: Asked) -> Any:
    late = sa.or_(_is_late(Ticket.first_responded_at, Ticket.response_due_at),
                  _is_late(Ticket.resolved_at, Ticket.resolve_due_at))
    return sa.select(
        Ticket.owner_id, sa.func.count().label("tickets"), _how_many(Ticket.status.in_(ACTIVE)).label("active"),
        _how_many(late).label("late"), sa.func.avg(Ticket.response_minutes).label("response"),
        sa.func.avg(Ticket.resolution_minutes).label("resolution"),
        sa.func.avg(Ticket.satisfaction).label("satisfaction"),
    ).where(asked.condition).group_by(Ticket.owner_id)


def _is_late(done: Any, due: Any) -> Any:
    """Whether what was promised came after its time, or has not come although the time is over."""
    over = sa.and_(done.is_(None), due < clock.now(), Ticket.status.in_(ACTIVE))
    return sa.or_(done > due, over)


def _how_many(condition: Any) -> Any:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _hours(minutes: Any) -> float | None:
    return None if minutes is None else _rounded(float(minutes) / 60)


def _rounded(number: Any) -> float | None:
    return None if number is None else round(float(number), 1)


def _of(owner_id: int | None) -> Where:
    return Where("assignee", "is_empty") if owner_id is None else Where("assignee", "eq", owner_id)
