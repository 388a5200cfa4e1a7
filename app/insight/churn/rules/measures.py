"""How good a ranking is. Own few lines, because a statistics library would be a dependency for two formulas."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

# One-sided 95 %.
SURE = 1.645


@dataclass(frozen=True)
class Split:
    """Flagged customers against the others: counts, and the share of each that did not return (NaN for nobody)."""

    flagged: int
    others: int
    flagged_lost: float
    others_lost: float

    @property
    def ratio(self) -> float:
        """How many times as often the flagged fail to return; infinite where all the others returned."""
        return math.inf if self.others_lost == 0 else self.flagged_lost / self.others_lost


def auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """Chance that a random positive outranks a random negative, ties counting half; NaN if one kind is missing.

    The Mann-Whitney statistic by mid-ranks: Hanley and McNeil, Radiology 143 (1982), 29-36.
    """
    truth = np.asarray(positive, bool)
    _, place, size = np.unique(np.asarray(scores, float), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(size) - (size - 1) / 2)[place]
    yes, no = int(truth.sum()), int((~truth).sum())
    if not yes or not no:
        return math.nan
    return float((ranks[truth].sum() - yes * (yes + 1) / 2) / (yes * no))


def auc_error(area: float, positives: int, negatives: int) -> float:
    """Standard error of an AUC, the same paper's formula for exponential scores."""
    both_higher, both_lower = area / (2 - area), 2 * area * area / (1 + area)
    variance = (area * (1 - area) + (positives - 1) * (both_higher - area * area)
                + (negatives - 1) * (both_lower - area * area)) / (positives * negatives)
    return math.sqrt(max(variance, 0.0))


def better_than_chance(area: float, positives: int, negatives: int) -> bool:
    """Whether a ranking may be shown at all: its AUC lies above one half by more than chance (one-sided, 5 %)."""
    if not positives or not negatives:
        return False
    return area - SURE * auc_error(area, positives, negatives) > 0.5


def split(flagged: ArrayLike, lost: ArrayLike) -> Split:
    """How often the flagged and the others did not return."""
    marks, truth = np.asarray(flagged, bool), np.asarray(lost, bool)
    return Split(int(marks.sum()), int((~marks).sum()), _share(truth[marks]), _share(truth[~marks]))


def _share(truth: np.ndarray) -> float:
    return float(truth.mean()) if len(truth) else math.nan
