"""From the clock on somebody's wall to a moment: the one law for hours that are skipped and hours that come twice.

Spring takes an hour away and autumn repeats one; some zones moved by half an hour, and Samoa left out a whole day. A
person who asks for 02:30 wants one call a day whatever the government does. So a wall-clock time means **the first
moment at which a clock there shows that time or later**: a time that does not exist is the first valid moment after it,
a time that comes twice is its first coming. Later wall-clock times never give earlier moments.
"""

import bisect
import datetime as dt
import zoneinfo
from functools import cache


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def is_zone(name: object) -> bool:
    """Whether `name` is an IANA zone such as ``Asia/Shanghai`` that this machine knows."""
    return isinstance(name, str) and name in _zones()


def wall_time(moment: dt.datetime, zone: str) -> dt.datetime:
    """What a clock in the IANA `zone` shows at the aware `moment`: a datetime without zone. ValueError if naive."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def first_moment(wall: dt.datetime, zone: str) -> dt.datetime:
    """The first moment, in aware UTC, at which a clock in the IANA `zone` shows `wall` (without zone) or later.

    Raises ValueError if `wall` carries a zone, ZoneInfoNotFoundError if `zone` is unknown.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall-clock time has no zone of its own")
    place = zoneinfo.ZoneInfo(zone)
    early, late = sorted(wall.replace(tzinfo=place, fold=fold).astimezone(dt.UTC) for fold in (0, 1))
    if wall_time(early, zone) == wall:
        return early
    # A gap (PEP 495: the two folds straddle the jump). The jump itself lies on a whole second between them.
    early = early.replace(microsecond=0)
    seconds = range(int((late - early).total_seconds()) + 1)
    jump = bisect.bisect_left(seconds, True, key=lambda s: wall_time(early + dt.timedelta(seconds=s), zone) >= wall)
    return early + dt.timedelta(seconds=jump)
