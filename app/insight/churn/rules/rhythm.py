"""The arithmetic of rhythms: elementwise formulas over arrays of one entry per customer.

Every function is monotone in the arguments that the score relies on; the proofs are in the docstrings, and
`tests/insight/churn/rules/test_scoring_properties.py` tries to break them.
"""

import numpy as np

from app.insight.churn.rules.facts import Floats


def shrunk_rate(repeats: Floats, age: Floats, shape: Floats, exposure: Floats) -> Floats:
    """Purchases per day after the first, shrunk to the segment: the posterior mean (shape + x) / (exposure + T).

    Empirical Bayes for a gamma mixture of Poisson processes: Ehrenberg, Repeat-Buying (1988); Fader, Hardie and Lee,
    Marketing Science 24 (2005), 275-284. `age` T is the days since the first purchase.
    """
    return (shape + repeats) / (exposure + age)


def surprise_of_silence(silence: Floats, repeats: Floats, active: Floats, shape: Floats, exposure: Floats) -> Floats:
    """How surprising `silence` days are in a customer who keeps his rhythm: -log of the chance of such a silence.

    (a + x) * log(1 + s / (b + t)) from the Lomax distribution of the next gap given x gaps in t `active` days (first to
    last purchase), the predictive distribution of the same model; 1 - exp(-surprise) is the chance that he would have
    bought again by now. Rises with s. A further purchase that leaves the silence s' <= s (a + x) / (a + x + 1) cannot
    raise it, since -log(1 - c z) / c rises in c on (0, 1].
    """
    return (shape + repeats) * np.log1p(silence / (exposure + active))


def own_pace(later: Floats, active: Floats, pad_days: int) -> Floats:
    """What a customer does per day by his own past, from first to last occasion plus `pad_days`.

    `later` leaves the first occasions out, so that two purchases in one week are no pace: at least the first (it opens
    the time) and the last (it closes it), since (n - 2) / t is the unbiased Poisson rate up to the time of the last
    event; more than two to be careful, so a pace is rather taken too low. The silence stays outside, so that growing
    silence does not lower what is expected of him.
    """
    return later / (active + pad_days)


def fallen_share(recent: Floats, expected: Floats, pseudo: Floats | float) -> Floats:
    """By which share the recent time falls below the expected, 0 where it does not: 1 - (k + c) / (e + c).

    `pseudo` c pulls towards no fall, as the prior of a Poisson rate does. One more event today adds 1 to k and at most
    T / (pad + T) to e, so it cannot raise the share; a longer silence never adds to k nor lowers e, so cannot lower it.
    """
    return np.maximum(1 - (recent + pseudo) / (expected + pseudo), 0.0)


def strength_of_fall(share: Floats, smallest: float, full: float) -> Floats:
    """0 up to the `smallest` share that counts, 1 from the `full` one on, straight between."""
    return np.clip((share - smallest) / (full - smallest), 0.0, 1.0)


def strength_of_complaints(count: Floats, oldest_days: Floats, half_days: int) -> Floats:
    """1 - 2 ** -(count + age / half_days): each open complaint, each `half_days` of waiting, halves what is left.

    A convention: no public data hold complaints beside purchases.
    """
    waiting = count + np.maximum(oldest_days, 0) / half_days
    return np.where(count > 0, 1 - np.exp2(-waiting), 0.0)


def logistic(log_odds: Floats) -> Floats:
    """The chance of given log odds; no overflow at either end."""
    return 0.5 * (1 + np.tanh(0.5 * log_odds))
