"""The life of an alert: raised high, closed low, silent for a while in between, one open per customer."""

import datetime as dt
import enum
from dataclasses import dataclass

from app.insight.churn.rules.settings import ChurnSettings

OPEN = frozenset({"open", "in_progress"})


class Decision(enum.StrEnum):
    """What to do with a customer's alert after a night's judgement."""

    RAISE = "raise"
    KEEP = "keep"
    CLOSE = "close"
    NOTHING = "nothing"


@dataclass(frozen=True)
class AlertState:
    """The customer's latest alert: `status` as stored (open, in_progress, kept, lost, dismissed).

    `closed_on` is set unless it is open; `bought_since` says whether he bought after it was closed.
    """

    status: str
    closed_on: dt.date | None = None
    bought_since: bool = False


def decide(previous: AlertState | None, score: float, settings: ChurnSettings, at: dt.date,
           may_alert: bool = True) -> Decision:
    """Raise at `raise_at`, close below `close_at`, and between the two leave things as they are.

    `previous` is None for a customer who never had an alert. An open one is closed only because the score fell. No new
    one comes within the cool-down after the last, nor for a customer who was given up as lost before he buys again, nor
    where `may_alert` is False.
    """
    if previous is not None and previous.status in OPEN:
        return Decision.CLOSE if score < settings.close_at else Decision.KEEP
    if score < settings.raise_at or not may_alert or _rests(previous, settings, at):
        return Decision.NOTHING
    return Decision.RAISE


def _rests(previous: AlertState | None, settings: ChurnSettings, at: dt.date) -> bool:
    if previous is None:
        return False
    if previous.status == "lost" and not previous.bought_since:
        return True
    if previous.closed_on is None:
        return False
    dismissed = previous.status == "dismissed"
    rest = settings.dismissed_cooldown_days if dismissed else settings.cooldown_days
    return (at - previous.closed_on).days < rest
