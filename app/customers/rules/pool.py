"""The public pool: how a record changes hands, and how many a person may still claim."""

import datetime as dt
from zoneinfo import ZoneInfo

from app.kernel.problems import N_, Problem, problem

# How a record changes hands.
CREATED, ASSIGNED, CLAIMED, RELEASED, RECLAIMED = "created", "assigned", "claimed", "released", "reclaimed"


def claim_problem(asked: int, claimed_today: int, most: int) -> Problem | None:
    """Why `asked` further records may not be claimed, or None. `most` a day; 0 sets no limit."""
    left = max(most - claimed_today, 0)
    if most == 0 or asked <= left:
        return None
    return problem(N_("At most %(most)s a day may be claimed; %(left)s are left for you today."), most=most, left=left)


def day_start(now: dt.datetime, zone: str) -> dt.datetime:
    """The moment in UTC at which the day of `now` began in the IANA `zone`."""
    local = now.astimezone(ZoneInfo(zone))
    return dt.datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
