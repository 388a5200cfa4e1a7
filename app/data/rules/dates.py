"""Days and moments as files carry them. Whether the day or the month comes first is decided once for a whole column."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from app.data.rules.texts import half_width, short
from app.kernel.problems import N_, Problem, problem

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})", re.ASCII)
_SHORT_YEAR_FIRST = re.compile(r"(\d{2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})", re.ASCII)
_DAY = re.compile(r"(?P<day>\d{8}|\d{1,4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,4}\s*日?)(?P<time>.*)",
                  re.ASCII | re.DOTALL)
_TIME = re.compile(
    r"[T,\s]*(?P<before>上午|下午|AM|PM)?\s*(?P<hour>\d{1,2})\s*[:时]\s*(?P<minute>\d{1,2})?\s*分?"
    r"(?::?\s*(?P<second>\d{1,2})(?:[.,](?P<part>\d{1,9}))?\s*秒?)?\s*(?P<after>AM|PM)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?", re.ASCII | re.IGNORECASE)
_SERIAL = re.compile(r"(\d{1,7})(?:\.(\d{1,15}))?", re.ASCII)
_SERIAL_ZERO = dt.datetime(1899, 12, 30)
_AFTERNOON, _MORNING = {"下午", "pm"}, {"上午", "am"}


@dataclass(frozen=True)
class DateFormat:
    """How the dates of one column are written.

    `order` is ``ymd``, ``dmy`` or ``mdy``, or ``excel`` for a spreadsheet's day count; dates with a year of four digits
    in front are read under every order but ``excel``. `short_year` allows years of two digits (69 is 1969, 68 is 2068).
    """

    order: str = "ymd"
    short_year: bool = False

    @staticmethod
    def parse(pattern: str) -> "DateFormat | Problem":
        """The format that ``dmy``, ``dd/mm/yyyy``, ``MM-DD-YY hh:mm`` or ``excel`` describes."""
        wanted = pattern.strip().casefold()
        if wanted == "excel":
            return DateFormat("excel")
        letters = re.sub(r"[^dmy]", "", re.split(r"h|\d", wanted)[0])
        order = re.sub(r"(.)\1+", r"\1", letters)
        if order not in ("ymd", "dmy", "mdy"):
            return problem(N_("“%(value)s” is not a date format; write it like dd/mm/yyyy."), value=short(pattern))
        return DateFormat(order, short_year=letters.count("y") == 2 or "%y" in pattern)


ISO = DateFormat()


def decide_date_order(values: Iterable[str]) -> DateFormat | Problem:
    """How all dates of one column are written, from the values themselves.

    A first part above 12 shows that the day comes first, a second part above 12 that the month does. A Problem if both
    occur, or neither does although the order matters; the mapping file must then say it.
    """
    day_first = month_first = unclear = None
    for value in values:
        found = _day_part(value)
        match = _YEAR_LAST.fullmatch(found) if found else None
        if match is None or len(match[3]) == 2:
            continue
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            day_first = value
        elif second > 12 >= first:
            month_first = value
        elif first != second:
            unclear = unclear or value
    if day_first and month_first:
        return problem(N_("Some dates of this column have the day first (“%(day)s”), others the month (“%(month)s”)."),
                       day=short(day_first), month=short(month_first))
    if unclear and not day_first and not month_first:
        return problem(N_("“%(value)s” may have the day or the month first; please give the column's date format."),
                       value=short(unclear))
    return DateFormat("dmy") if day_first else DateFormat("mdy") if month_first else ISO


def _day_part(text: str) -> str:
    match = _DAY.fullmatch(half_width(text).strip())
    return match["day"].strip() if match else ""


def _full_year(digits: str, written: DateFormat) -> int:
    """The year that `digits` mean. ValueError for two digits where the format has four."""
    if len(digits) == 4:
        return int(digits)
    if not written.short_year:
        raise ValueError(digits)
    return int(digits) + (2000 if int(digits) < 69 else 1900)


def _day(text: str, written: DateFormat) -> dt.date | None:
    """The day that `text`, without a time, shows; None if it shows none or none that exists."""
    year_first = _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text)
    if year_first is None and written.order == "ymd":
        year_first = _SHORT_YEAR_FIRST.fullmatch(text)
    year_last = _YEAR_LAST.fullmatch(text)
    if year_first:
        year, month, day = year_first.groups()
    elif year_last and written.order == "mdy":
        month, day, year = year_last.groups()
    # Where no order was needed, day and month are equal and either order gives the same day.
    elif year_last and (written.order == "dmy" or int(year_last[1]) == int(year_last[2])):
        day, month, year = year_last.groups()
    else:
        return None
    try:
        return dt.date(_full_year(year, written), int(month), int(day))
    except ValueError:
        return None


def _hour(match: re.Match[str]) -> int:
    hour, half = int(match["hour"]), (match["before"] or match["after"] or "").lower()
    if half in _AFTERNOON:
        return hour if hour >= 12 else hour + 12
    if half in _MORNING and hour == 12:
        return 0
    return hour


def _time(text: str) -> tuple[dt.time, dt.tzinfo | None] | None:
    """The time of day and its zone, if one is written; None if `text` shows none. No text is midnight."""
    if not text.strip():
        return dt.time(), None
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    micro = int((match["part"] or "0")[:6].ljust(6, "0"))
    try:
        time = dt.time(_hour(match), int(match["minute"] or 0), int(match["second"] or 0), micro)
        return time, _offset(match["zone"])
    except ValueError:
        return None


def _offset(zone: str | None) -> dt.tzinfo | None:
    if zone is None:
        return None
    if zone[0] not in "+-":
        return dt.UTC
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return dt.timezone(dt.timedelta(minutes=-minutes if zone[0] == "-" else minutes))


def _serial(text: str) -> dt.datetime | None:
    """The wall-clock moment of a spreadsheet's day count from 1900 (day 61 is the first of March 1900)."""
    match = _SERIAL.fullmatch(text)
    if match is None or not 1 <= int(match[1]) <= 2_958_465:
        return None
    seconds = round(float("0." + (match[2] or "0")) * 86_400)
    return _SERIAL_ZERO + dt.timedelta(days=int(match[1]), seconds=seconds)


def _wall_clock(text: str, written: DateFormat) -> tuple[dt.datetime, dt.tzinfo | None] | None:
    text = half_width(text).strip()
    if written.order == "excel":
        moment = _serial(text)
        return (moment, None) if moment else None
    match = _DAY.fullmatch(text)
    day = _day(match["day"].strip(), written) if match else None
    time = _time(match["time"]) if match else None
    return (dt.datetime.combine(day, time[0]), time[1]) if day and time else None


def read_date(text: str, written: DateFormat = ISO, zone: str = "UTC") -> dt.date | Problem:
    """The calendar day in `text`; a time of day is left out, and a moment with its zone is seen from `zone`."""
    found = _wall_clock(text, written)
    if found and found[1] is None:
        return found[0].date()
    moment = _aware(found, ZoneInfo(zone))
    if moment is None:
        return problem(N_("“%(value)s” is not a date in the format of this column."), value=short(text))
    return moment.date()


def read_moment(text: str, written: DateFormat = ISO, zone: str = "UTC") -> dt.datetime | Problem:
    """The moment in `text` in aware UTC; without a zone it is wall-clock time in the IANA `zone`."""
    moment = _aware(_wall_clock(text, written), ZoneInfo(zone))
    if moment is None:
        return problem(N_("“%(value)s” is not a point in time in the format of this column."), value=short(text))
    return moment.astimezone(dt.UTC)


def _aware(found: tuple[dt.datetime, dt.tzinfo | None] | None, zone: dt.tzinfo) -> dt.datetime | None:
    """The moment seen from `zone`, or None if there is none or it lies beyond the years 1 to 9999."""
    if found is None:
        return None
    wall, own_zone = found
    try:
        return wall.replace(tzinfo=own_zone or zone).astimezone(dt.UTC).astimezone(zone)
    except OverflowError:
        return None
