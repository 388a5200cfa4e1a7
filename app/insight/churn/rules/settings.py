"""Every number that an admin may change, with its unit, its default and where the default comes from."""

import math
from dataclasses import dataclass

from app.kernel.problems import N_, Problems, problem

SHARES = ("ordinary_share", "fall_from", "fall_full", "frequency_weight", "spend_weight", "contact_weight",
          "complaint_weight", "least_strength")
COUNTS = ("rate_weight", "silence_weight", "value_weight", "pseudo_events", "segment_min_customers",
          "segment_min_returns", "cooldown_days", "dismissed_cooldown_days")
AT_LEAST_ONE = ("rhythm_known_after", "pace_after", "recent_days", "pad_days", "complaint_half_days", "minor_units")


@dataclass(frozen=True)
class ChurnSettings:
    """The score's weights, the alert's thresholds, and how much data a segment needs to be judged by its own.

    `rate_weight`, `silence_weight` and `value_weight` were learned by rolling origin on the calibration half of the
    CDNOW purchases (see `calibration.learn_weights`); `resting` is near the constants that came with them for windows
    of about half a year. No public data carry contacts or complaints beside purchases, so the other weights are
    conventions: a sign at full strength raises an alert on its own for a customer who is otherwise at ease.
    """

    resting: float = 0.6                 # log odds of a new customer of no value yet
    rate_weight: float = 1.04            # per unit of log(segment's purchase rate / own shrunk rate)
    silence_weight: float = 1.02         # per unit of log(1 + surprise of the silence); repeat buyers only
    value_weight: float = 0.25           # per unit of -log(1 + spent so far / usual purchase of the segment)
    ordinary_share: float = 0.8          # how much of the quiet score counts while the silence is still ordinary
    rhythm_known_after: int = 12         # repeat purchases after which the own rhythm counts as much as the segment's
    recent_days: int = 90                # length of the recent time, days
    pace_after: int = 5                  # occasions that are left out of the own pace; it takes more to have one
    pad_days: int = 30                   # added to the time of the own pace
    pseudo_events: float = 1.0           # events added to both sides of a fall, so that few events prove little
    fall_from: float = 0.2               # a fall by less than this share is no sign
    fall_full: float = 0.5               # a fall by this share or more is a full sign
    frequency_weight: float = 0.75
    spend_weight: float = 0.75
    contact_weight: float = 0.75
    complaint_weight: float = 0.85
    complaint_half_days: int = 30        # waiting so long weighs as much as one more complaint, days
    least_strength: float = 0.1          # weaker signs are not named
    raise_at: float = 65.0               # score at which an alert is raised, 0..100
    close_at: float = 45.0               # score below which an open alert is closed, 0..100
    cooldown_days: int = 30              # days without a new alert after one was closed
    dismissed_cooldown_days: int = 90    # the same after somebody called the alert mistaken
    segment_min_customers: int = 30      # smaller segments are judged by all customers together
    segment_min_returns: int = 20        # repeat purchases that a segment needs besides
    minor_units: int = 100               # minor units per unit of the currency, for the sentences


def check_settings(settings: ChurnSettings) -> Problems:
    """What is wrong with these settings, by field; empty if the score stays within 0..100 and keeps its directions."""
    problems: Problems = {}
    for name in SHARES:
        if not 0 <= getattr(settings, name) <= 1:
            problems[name] = problem(N_("Between 0 and 1, please."))
    for name in COUNTS:
        if not 0 <= getattr(settings, name) < math.inf:
            problems[name] = problem(N_("Not below 0, please."))
    for name in AT_LEAST_ONE:
        if not 1 <= getattr(settings, name) < math.inf:
            problems[name] = problem(N_("At least 1, please."))
    if settings.pseudo_events == 0:
        problems["pseudo_events"] = problem(N_("More than 0, please."))
    if settings.fall_full <= settings.fall_from:
        problems["fall_full"] = problem(N_("A full fall must be larger than the smallest one that counts."))
    if not 0 <= settings.close_at < settings.raise_at <= 100:
        problems["close_at"] = problem(N_("Between 0 and 100, and below the score that raises an alert."))
    return problems
