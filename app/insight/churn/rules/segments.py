"""What is usual in a segment: the prior of the purchase rhythm, and how one-time buyers come back."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from app.insight.churn.rules.facts import Floats, History, Ledger, history
from app.insight.churn.rules.settings import ChurnSettings

# The key of all customers together, by whom tiny and unknown segments are judged.
EVERYBODY = "*"

# Days at which a return curve is kept; straight lines between them.
GRID: Floats = np.array([0, 7, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 365, 545, 730, 1095], float)

# A rhythm as even as this is all that a segment may claim: beyond it one late delivery would look like a loss.
MOST_EVEN = 20.0


@dataclass(frozen=True)
class SegmentProfile:
    """A gamma prior of purchases per day (`shape` events in `exposure` days) and a return curve.

    `returned[i]`: of the one-time buyers who came back within the time seen, the share that had done so GRID[i] days
    after their first purchase. It never falls, starts at or above 0 and ends at or below 1. `purchase` is the mean
    amount of a purchase in minor units, 0 where it is unknown.
    """

    shape: float
    exposure: float
    returned: tuple[float, ...]
    purchase: float = 0.0
    customers: int = 0
    returns: int = 0

    @property
    def usual_gap(self) -> float:
        """Days per purchase of the segment's average customer."""
        return self.exposure / self.shape


# Where there are no data at all: a purchase per quarter, from customers who differ as much as they do in retail.
UNKNOWN = SegmentProfile(shape=0.5, exposure=45.0, returned=tuple(float(share) for share in GRID / (GRID + 45.0)))


def learn_segments(ledger: Ledger, at: dt.date, settings: ChurnSettings | None = None) -> dict[str, SegmentProfile]:
    """Fit a profile per segment and one for EVERYBODY from what had happened by `at`, never from later events.

    A segment with too few customers or repeat purchases (`segment_min_*`) takes the profile of everybody; where even
    all together are too few, UNKNOWN stands in.
    """
    settings = settings or ChurnSettings()
    day = at.toordinal()
    past = history(ledger.purchases, len(ledger), day, settings.recent_days, settings.pace_after)
    second = _days_to_second(ledger, past, day)
    bought = past.count > 0
    whole = _profile(past, second, bought, day, settings, UNKNOWN)
    profiles = {EVERYBODY: whole}
    for code, name in enumerate(ledger.segments):
        profiles[name] = _profile(past, second, bought & (ledger.segment == code), day, settings, whole)
    return profiles


def gamma_prior(repeats: Floats, age: Floats) -> tuple[float, float]:
    """Shape and exposure of the gamma prior of a Poisson rate, by moments over customers of unequal `age` in days.

    With m = sum(x) / sum(T), Var(x) = m T + v T^2 gives v, shape = m^2 / v, exposure = m / v: Clayton and Kaldor,
    Biometrics 43 (1987), 671-681. The posterior mean rate is then (shape + x) / (exposure + T). Needs sum(x) > 0.
    """
    mean = repeats.sum() / age.sum()
    variance = (((repeats - mean * age) ** 2).sum() - mean * age.sum()) / (age**2).sum()
    shape = MOST_EVEN if variance <= 0 else min(mean * mean / variance, MOST_EVEN)
    return float(shape), float(shape / mean)


def return_curve(waited: Floats, came_back: np.ndarray) -> tuple[float, ...]:
    """Share of the returns that had happened at each day of GRID: Kaplan and Meier, JASA 53 (1958), 457-481.

    `waited` is the days from the first purchase to the second, or to the day of judgement where none came (censored).
    Needs at least one return within the last day of GRID.
    """
    days = np.minimum(waited, GRID[-1] + 1).astype(int)
    size = int(GRID[-1]) + 2
    events = np.bincount(days[came_back], minlength=size)[:-1]
    at_risk = np.cumsum(np.bincount(days, minlength=size)[::-1])[::-1][:-1]
    missing = np.cumprod(1 - events / np.maximum(at_risk, 1))
    share = (1 - missing) / (1 - missing[-1])
    return tuple(float(value) for value in np.clip(share[GRID.astype(int)], 0.0, 1.0))


def curves_at(curves: Floats, silence: Floats) -> Floats:
    """Read each customer's curve (a row of GRID values) at his own silence; beyond the grid it stays at its end."""
    silence = np.clip(silence, GRID[0], GRID[-1])
    right = np.clip(np.searchsorted(GRID, silence, side="right"), 1, len(GRID) - 1)
    row = np.arange(len(silence))
    low, high = curves[row, right - 1], curves[row, right]
    return low + (high - low) * ((silence - GRID[right - 1]) / (GRID[right] - GRID[right - 1]))


def _profile(past: History, second: Floats, members: np.ndarray, at: int, settings: ChurnSettings,
             fallback: SegmentProfile) -> SegmentProfile:
    count, returns = int(members.sum()), int((past.count[members] - 1).sum())
    came_back = past.count[members] > 1
    enough = count >= max(settings.segment_min_customers, 1) and returns >= max(settings.segment_min_returns, 1)
    if not enough or not (second[members][came_back] <= GRID[-1]).any():
        return replace(fallback, customers=count, returns=returns)
    age = (at - past.first[members]).astype(float)
    shape, exposure = gamma_prior((past.count[members] - 1).astype(float), age)
    purchase = float(past.total_amount[members].sum() / past.count[members].sum())
    return SegmentProfile(shape, exposure, return_curve(second[members], came_back), purchase, count, returns)


def _days_to_second(ledger: Ledger, past: History, at: int) -> Floats:
    """Days from first to second purchase day, or to `at`; 0 for those who never bought."""
    waited = np.where(past.count > 0, at - past.first, 0).astype(float)
    owner, day = ledger.purchases.owner, ledger.purchases.day
    later = (day <= at) & (day > past.first[owner])
    owner, day = owner[later], day[later]
    people, start = np.unique(owner, return_index=True)
    waited[people] = day[start] - past.first[people]
    return waited
