"""Learning the score's weights and testing the score on one's own past, always by rolling origin: judge as of a day,
look only later whether the customer came back. Tashman, International Journal of Forecasting 16 (2000), 437-450.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.insight.churn.rules.facts import Flags, Floats, Ledger, history
from app.insight.churn.rules.measures import Split, auc, better_than_chance, split
from app.insight.churn.rules.scoring import judge_all, read_rhythm
from app.insight.churn.rules.segments import learn_segments
from app.insight.churn.rules.settings import ChurnSettings

# Newton's method doubles the right digits per step; a logistic fit has all of them after about ten.
STEPS = 25
# Keeps the equations solvable where a feature does not vary; too small to be seen in any weight.
RIDGE = 1e-6


@dataclass(frozen=True)
class Window:
    """Judge on the evening of `at`, then wait `days` to see who buys."""

    at: dt.date
    days: int


@dataclass(frozen=True)
class Learned:
    """Weights of the quiet score, none below zero, and the constant of each window in their order."""

    rate_weight: float
    silence_weight: float
    value_weight: float
    constants: tuple[float, ...]


@dataclass(frozen=True)
class BackTest:
    """How the score did on one window: AUC for "does not return", and the same for days since the last purchase."""

    customers: int
    lost: int
    auc: float
    auc_of_silence: float
    split: Split

    @property
    def worth_showing(self) -> bool:
        """False where the ranking is no better than chance: then the score should be hidden."""
        return better_than_chance(self.auc, self.lost, self.customers - self.lost)


def does_not_return(ledger: Ledger, window: Window) -> Flags:
    """Who buys nothing in the days (at, at + days]."""
    start = window.at.toordinal()
    bought = ledger.purchases
    inside = (bought.day > start) & (bought.day <= start + window.days)
    return np.bincount(bought.owner[inside], minlength=len(ledger)) == 0


def back_test(ledger: Ledger, window: Window, settings: ChurnSettings) -> BackTest:
    """Learn the segments and judge as of the window's day, then compare with what followed. Only buyers count."""
    judged = judge_all(ledger, learn_segments(ledger, window.at, settings), settings, window.at)
    bought = judged.quiet > 0
    lost = does_not_return(ledger, window)[bought]
    score = judged.score[bought]
    return BackTest(
        customers=int(bought.sum()),
        lost=int(lost.sum()),
        auc=auc(score, lost),
        auc_of_silence=auc(judged.rhythm.silence[bought], lost),
        split=split(score >= settings.raise_at, lost),
    )


def learn_weights(ledger: Ledger, windows: Sequence[Window], settings: ChurnSettings | None = None) -> Learned:
    """Logistic regression of "does not return" on the features of the quiet score, pooled over `windows`.

    Each window has a constant of its own, since longer ones let more customers return. Weights below zero would turn a
    direction round, so they are dropped one by one, the worst first. ValueError without a window.
    """
    if not windows:
        raise ValueError("weights need at least one window")
    settings = settings or ChurnSettings()
    parts = [_examples(ledger, window, settings) for window in windows]
    constants = np.repeat(np.eye(len(parts)), [len(lost) for _, lost in parts], axis=0)
    design = np.column_stack([constants, np.concatenate([features for features, _ in parts])])
    found = _non_negative_fit(design, np.concatenate([lost for _, lost in parts]).astype(float), len(parts))
    rate, silence, value = (float(weight) for weight in found[len(parts):])
    return Learned(rate, silence, value, tuple(float(constant) for constant in found[: len(parts)]))


def _examples(ledger: Ledger, window: Window, settings: ChurnSettings) -> tuple[Floats, Flags]:
    day = window.at.toordinal()
    past = history(ledger.purchases, len(ledger), day, settings.recent_days, settings.pace_after)
    features = read_rhythm(ledger, past, learn_segments(ledger, window.at, settings), day).features
    bought = past.count > 0
    return features[bought], does_not_return(ledger, window)[bought]


def _non_negative_fit(design: Floats, lost: Floats, free_columns: int) -> Floats:
    kept = np.ones(design.shape[1], bool)
    while True:
        weights = np.zeros(design.shape[1])
        weights[kept] = _fit(design[:, kept], lost)
        worst = int(np.argmin(np.where(np.arange(len(weights)) < free_columns, 0.0, weights)))
        if weights[worst] >= 0 or worst < free_columns:
            return weights
        kept[worst] = False


def _fit(design: Floats, lost: Floats) -> Floats:
    """Newton's method for logistic regression."""
    weights = np.zeros(design.shape[1])
    for _ in range(STEPS):
        chance = 0.5 * (1 + np.tanh(0.5 * (design @ weights)))
        slope = design.T @ (lost - chance) - RIDGE * weights
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + RIDGE * np.eye(len(weights))
        weights += np.linalg.solve(curvature, slope)
    return weights
