"""What an interaction moves on the records that it is about: when they were last spoken to and when they are next.

A note is internal: it is no contact and moves nothing. The latest contact is the one that happened latest, not the one
that was typed last. An appointment is kept until a contact happens after it, or another contact states a new one.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.kernel.problems import N_, Problems, problem

NOTE = "note"
ABOUT = ("customer", "lead", "opportunity")


def interaction_problems(values: Mapping[str, Any]) -> Problems:
    """An interaction is about somebody, a note says something, and the next contact comes after this one."""
    found: Problems = {}
    if all(values.get(name) is None for name in ABOUT):
        found["customer"] = problem(N_("Say whom this was with: a customer, a lead or an opportunity."))
    if values.get("kind") == NOTE and not (values.get("content") or "").strip():
        found["content"] = problem(N_("A note needs a text."))
    if values.get("next_at") and values.get("happened_at") and values["next_at"] <= values["happened_at"]:
        found["next_at"] = problem(N_("The next contact must come after this one."))
    return found


@dataclass(frozen=True)
class Said:
    """One interaction as it counts: about which record (None: about none), when, and the appointment it states."""

    about: int | None
    kind: str
    happened_at: dt.datetime
    next_at: dt.datetime | None
    living: bool = True

    @property
    def is_contact(self) -> bool:
        return self.living and self.kind != NOTE and self.about is not None


@dataclass
class Moves:
    """What changed interactions do to one record's appointment.

    Whether one is stated anew, whether an earlier contact was corrected or taken back, and which appointments with it.
    """

    states: bool = False
    revised: bool = False
    withdrawn: set[dt.datetime] = field(default_factory=set)


def moves(pairs: Iterable[tuple[Said | None, Said]]) -> dict[int, Moves]:
    """Record id -> Moves, from each changed interaction before (None: it is new) and after."""
    found: dict[int, Moves] = {}
    for before, after in pairs:
        was = before if before is not None and before.is_contact else None
        now = after if after.is_contact else None
        if was is not None and was.about is not None:
            entry = found.setdefault(was.about, Moves())
            entry.revised = entry.revised or now != was
            gone = now is None or now.about != was.about or now.next_at != was.next_at
            if gone and was.next_at is not None:
                entry.withdrawn.add(was.next_at)
        if now is not None and now.about is not None:
            entry = found.setdefault(now.about, Moves())
            entry.states = entry.states or (now != was and now.next_at is not None)
    return found


def next_contact(current: dt.datetime | None, last: dt.datetime | None, stated: dt.datetime | None,
                 moved: Moves) -> dt.datetime | None:
    """When the record is to be contacted next.

    `current` is what stands on the record (perhaps typed there by hand), `last` the time of its last contact, `stated`
    the appointment of the latest contact that states one. A hand-typed time stays until a contact states another one
    or happens after it; where no time stands, a corrected or deleted contact brings back the one that it had settled.
    """
    is_open = current is None and moved.revised
    plan = stated if moved.states or is_open or current in moved.withdrawn else current
    return plan if plan is not None and (last is None or plan > last) else None
