"""Reminders: at a set moment, and in steps for those whom nobody has contacted.

Everything hangs on a basis, the last contact or else the creation. The key of an occurrence holds the basis, so a fire
is unique for it, and a new contact, being a new basis, leaves every key of the old one behind: what was planned for the
old basis is no longer asked for and can be dropped.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from app.kernel.problems import N_, Problem, Problems, problem
from app.workflows.rules.wall_clock import first_moment, wall_time

OWNER, MANAGER = "owner", "manager"
AUDIENCES = (OWNER, MANAGER)
MOST_DAYS = 365
NINE = dt.time(9)


@dataclass(frozen=True)
class Step:
    """On the calendar day `day` after the basis tell the `audience` (owner or manager). `key` never changes: a row id.

    ValueError if `day` is less than 1 or the audience is unknown.
    """

    key: str
    day: int
    audience: str

    def __post_init__(self) -> None:
        if self.day < 1 or self.audience not in AUDIENCES:
            raise ValueError(f"not a reminder step: day {self.day} for {self.audience!r}")


DEFAULT_STEPS = (Step("first", 3, OWNER), Step("second", 5, OWNER), Step("third", 7, MANAGER))


class Planned(NamedTuple):
    """A `step` at `due_at` (aware UTC) for its `audience`; `due` if that moment has come.

    `superseded`: a later step for the same audience is due as well. Whoever meets a long neglected record for the first
    time, after an import for instance, sends only the steps that are due and not superseded; a step that was planned
    when it still lay ahead is sent all the same.
    """

    step: Step
    due_at: dt.datetime
    audience: str
    due: bool
    superseded: bool


def plan(basis: dt.datetime, steps: Iterable[Step], now: dt.datetime, zone: str | Mapping[str, str],
         at: dt.time = NINE) -> list[Planned]:
    """The `steps` after `basis` (the last contact, or else the creation; aware), in the order in which they are due.

    Each is due at `at` on its recipient's clock, on the N-th calendar day after the day that his calendar showed at
    the basis. `zone` is one IANA zone, or one per audience. A basis that lies ahead plans ahead.
    """
    whole = zone if isinstance(zone, Mapping) else dict.fromkeys(AUDIENCES, zone)
    dated = sorted(((due_moment(basis, step.day, whole[step.audience], at), step) for step in steps),
                   key=lambda pair: (pair[0], pair[1].day, pair[1].key))
    last_due = {step.audience: step.key for due_at, step in dated if due_at <= now}
    return [Planned(step, due_at, step.audience, due_at <= now,
                    due_at <= now and last_due[step.audience] != step.key) for due_at, step in dated]


def due_moment(basis: dt.datetime, days: int, zone: str, at: dt.time = NINE) -> dt.datetime:
    """The moment, in aware UTC, of `at` in `zone`, `days` calendar days after the day there at the aware `basis`."""
    day = wall_time(basis, zone).date() + dt.timedelta(days=days)
    return first_moment(dt.datetime.combine(day, at), zone)


def occurrence_key(entity: str, record: int, basis: dt.datetime, step: str) -> str:
    """The name under which one `step` after one `basis` may fire once. The same in every zone and on every database."""
    return _key("follow_up", entity, record, _stamp(basis), step)


def belongs_to(key: str, entity: str, record: int, basis: dt.datetime) -> bool:
    """Whether the occurrence `key` was planned for this `basis` of the record: if not, a contact has cancelled it."""
    return key.startswith(_key("follow_up", entity, record, _stamp(basis)) + "/")


def reminder_key(entity: str, record: int, field: str, value: dt.datetime) -> str:
    """The name under which the reminder at `value` of `field` (``next_at``, ``remind_at``) may fire once.

    Moved to another moment it is another reminder; moved back to one that has fired, it stays fired.
    """
    return _key("remind", entity, record, field, _stamp(value))


def _key(*parts: object) -> str:
    # Quoting keeps a slash inside a part from looking like the border between two.
    return "/".join(quote(str(part), safe="+:") for part in parts)


def _stamp(moment: dt.datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def check_steps(rows: Sequence[Mapping[str, Any]]) -> list[Problems]:
    """One map of problems per row of steps (``day``, ``audience``), empty where all is well."""
    seen: set[tuple[Any, Any]] = set()
    found = []
    for row in rows:
        problems = check_step(row)
        pair = None if problems else (row["day"], row["audience"])
        if pair in seen:
            problems["day"] = problem(N_("There is a step for this day and person already."))
        elif pair:
            seen.add(pair)
        found.append(problems)
    return found


def check_step(row: Mapping[str, Any]) -> Problems:
    """The problems of one row of steps by field."""
    judged = {"day": _judge_day(row.get("day")), "audience": _judge_audience(row.get("audience"))}
    return {name: said for name, said in judged.items() if said is not None}


def _judge_day(day: object) -> Problem | None:
    if isinstance(day, int) and not isinstance(day, bool) and 1 <= day <= MOST_DAYS:
        return None
    return problem(N_("The days without contact are a number from 1 to %(most)s."), most=MOST_DAYS)


def _judge_audience(audience: object) -> Problem | None:
    if isinstance(audience, str) and audience in AUDIENCES:
        return None
    return problem(N_("Choose who is reminded: the owner or the manager."))
