"""The way of a ticket: its statuses, which may follow which, and the times that follow from them."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.kernel.problems import N_, Problem, Problems, problem

NEW, OPEN, WAITING_CUSTOMER, WAITING_THIRD, RESOLVED, CLOSED, MERGED = (
    "new", "open", "waiting_customer", "waiting_third", "resolved", "closed", "merged")
ACTIVE = (NEW, OPEN, WAITING_CUSTOMER, WAITING_THIRD)
SETTLED = (RESOLVED, CLOSED)

STATUS_WORDS: Mapping[str, str] = {
    NEW: N_("New"), OPEN: N_("Open"), WAITING_CUSTOMER: N_("Waiting for the customer"),
    WAITING_THIRD: N_("Waiting for somebody else"), RESOLVED: N_("Resolved"), CLOSED: N_("Closed"),
    MERGED: N_("Merged"),
}
_WORKING = (OPEN, WAITING_CUSTOMER, WAITING_THIRD)
# A ticket is new once. What is merged stays so; only taking the merge back as a batch revives it.
MOVES: Mapping[str, tuple[str, ...]] = {
    NEW: (*_WORKING, RESOLVED, CLOSED, MERGED),
    OPEN: (WAITING_CUSTOMER, WAITING_THIRD, RESOLVED, CLOSED, MERGED),
    WAITING_CUSTOMER: (OPEN, WAITING_THIRD, RESOLVED, CLOSED, MERGED),
    WAITING_THIRD: (OPEN, WAITING_CUSTOMER, RESOLVED, CLOSED, MERGED),
    RESOLVED: (*_WORKING, CLOSED, MERGED),
    CLOSED: (*_WORKING, RESOLVED, MERGED),
    MERGED: (),
}
CUSTOMER, AGENT = "customer", "agent"


def move_problem(before: str, after: str) -> Problem | None:
    """Why a ticket may not go from one status to another, or None."""
    if after == before or after in MOVES[before]:
        return None
    return problem(N_("A ticket that is “%(before)s” cannot become “%(after)s”."),
                   before=problem(STATUS_WORDS[before]), after=problem(STATUS_WORDS[after]))


def ticket_problems(values: Mapping[str, Any], before: Mapping[str, Any] | None, *,
                    taken_back: bool = False) -> Problems:
    """Problems of a ticket's status. A ticket that is new to us may come in any; so may one of a batch `taken_back`."""
    if before is None or taken_back:
        return {}
    was, now = before["status"], values["status"]
    found = move_problem(was, now)
    if found is None and now == MERGED != was and values.get("merged_into") is None:
        found = problem(N_("Choose the ticket into which this one is merged."))
    return {"status": found} if found is not None else {}


def settled_at(status: str | None, known: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """When a ticket of this status was resolved: a time that is `known` already stays, an open one has none."""
    if status in ACTIVE:
        return None
    return known if known is not None or status not in SETTLED else now


def is_reopened(before: str | None, after: str | None) -> bool:
    """Whether somebody has to work again on what was settled."""
    return before in SETTLED and after in ACTIVE


def minutes_between(start: dt.datetime | None, end: dt.datetime | None) -> int | None:
    """Whole minutes from `start` to `end`, never less than 0; None while one of them is unknown."""
    if start is None or end is None:
        return None
    return max(0, int((end - start).total_seconds() // 60))


class Said(NamedTuple):
    """One message: who said it (customer or agent), whether only colleagues read it, and when."""

    author: str
    internal: bool
    at: dt.datetime


class Standing(NamedTuple):
    """What messages move on a ticket."""

    status: str
    first_responded_at: dt.datetime | None
    resolved_at: dt.datetime | None


def after_messages(ticket: Standing, messages: Iterable[Said]) -> dict[str, Any]:
    """Fields of a ticket that new `messages` change.

    The first public word of ours is the first response and opens a new ticket. A customer's word, when it is the last
    one, brings back a ticket that waited for him or was resolved before he spoke; a closed one stays closed.
    """
    public = sorted((each for each in messages if not each.internal), key=lambda each: each.at)
    changes: dict[str, Any] = {}
    answers = [each for each in public if each.author == AGENT]
    if answers and ticket.first_responded_at is None:
        changes["first_responded_at"] = answers[0].at
    if answers and ticket.status == NEW:
        changes["status"] = OPEN
    if public and public[-1].author == CUSTOMER and _wakes(ticket, public[-1].at):
        changes["status"] = OPEN
    return changes


def _wakes(ticket: Standing, at: dt.datetime) -> bool:
    if ticket.status == WAITING_CUSTOMER:
        return True
    return ticket.status == RESOLVED and (ticket.resolved_at is None or at > ticket.resolved_at)


def message_problems(values: Mapping[str, Any]) -> Problems:
    """What a customer says is no internal note."""
    if values.get("internal") and values.get("author") == CUSTOMER:
        return {"internal": problem(N_("A message of the customer cannot be internal."))}
    return {}
