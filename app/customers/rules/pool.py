"""The public pool: how many records a person may still claim, and when a record counts as neglected."""

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


def is_neglected(owned_since: dt.datetime | None, last_contact: dt.datetime | None, next_contact: dt.datetime | None,
                 now: dt.datetime, days: int) -> bool:
    """Whether an owned record went without contact for more than `days` days and no appointment lies ahead."""
    since = max((moment for moment in (owned_since, last_contact) if moment is not None), default=None)
    has_plan = next_contact is not None and next_contact > now
    return since is not None and not has_plan and now - since > dt.timedelta(days=days)
