"""Values as the exact text of a file's cell, which the import reads back as the same value. Pure."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

# What stands between several names in one cell.
BETWEEN_MANY = re.compile(r"[;；、|]")


def moment_text(value: dt.datetime, zone: str) -> str:
    """An aware moment in `zone` (IANA) with its offset, to the microsecond where it has any."""
    local = value.astimezone(ZoneInfo(zone) if 1 < value.year < 9999 else dt.UTC)
    # Before standard time, zones were off by seconds, which ISO 8601 has no place for.
    off_by_seconds = (local.utcoffset() or dt.timedelta()) % dt.timedelta(minutes=1)
    return (value.astimezone(dt.UTC) if off_by_seconds else local).isoformat(sep=" ")


def many_text(names: Sequence[str]) -> str:
    """Several names with ``; `` between, as a JSON list where a name holds such a sign itself."""
    if any(BETWEEN_MANY.search(name) or name.startswith("[") for name in names):
        return json.dumps(list(names), ensure_ascii=False)
    return "; ".join(names)
