"""Customers to judge: planted ones, the CDNOW sample where it is at hand, and a generated twin that always is."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.insight.churn.rules import CustomerFacts, Ledger, SegmentProfile, ledger_of

CDNOW = Path(__file__).resolve().parents[5] / "shared" / "data" / "cdnow" / "CDNOW_sample.txt"
FIRST_DAY = dt.date(1997, 1, 1)
# Shares of the returners who had come back at the days of the curve's grid: half of them within seven weeks.
CURVE = (0.0, 0.12, 0.22, 0.3, 0.38, 0.48, 0.55, 0.61, 0.66, 0.73, 0.79, 0.83, 0.89, 0.93, 0.96, 0.98, 0.99, 1.0)


@pytest.fixture
def today() -> dt.date:
    return dt.date(2026, 6, 30)


@pytest.fixture
def ago(today) -> Callable[[int], dt.date]:
    return lambda days: today - dt.timedelta(days=days)


@pytest.fixture
def monthly() -> SegmentProfile:
    """A segment whose customers buy once a month, some twice as often, some half."""
    return SegmentProfile(shape=3.0, exposure=90.0, returned=CURVE)


@pytest.fixture
def buys(ago):
    """Purchases of `amount` every `gap` days, from `oldest` days ago to `newest` days ago."""
    def make(gap: int, oldest: int, newest: int, amount: int = 10_000) -> list[tuple[dt.date, int]]:
        return [(ago(days), amount) for days in range(newest, oldest + 1, gap)]
    return make


@pytest.fixture(scope="session")
def cdnow() -> Ledger:
    """The sample's purchases, one row per customer; the reader's own line format: id, sample id, day, CDs, dollars."""
    if not CDNOW.exists():
        pytest.skip("the CDNOW sample is not beside the repository (../shared/data/cdnow)")
    bought = defaultdict(list)
    for line in CDNOW.read_text().splitlines():
        customer, _, day, _, dollars = line.split()
        bought[customer].append((dt.date.fromisoformat(day), round(float(dollars) * 100)))
    return ledger_of([CustomerFacts(purchases=purchases) for purchases in bought.values()])


@pytest.fixture(scope="session")
def twin() -> Ledger:
    """Customers drawn from the Pareto/NBD process with the parameters that fit the sample's first 39 weeks.

    Purchase rates are gamma (r .553, alpha 10.578 weeks), leaving rates gamma (s .606, beta 11.669 weeks): Fader and
    Hardie's estimates. First purchases lie in the first twelve weeks; 78 weeks in all.
    """
    draw = np.random.default_rng(1997)
    return ledger_of([CustomerFacts(purchases=_one_of_the_twin(draw)) for _ in range(6_000)])


def _one_of_the_twin(draw: np.random.Generator) -> list[tuple[dt.date, int]]:
    gap = 1 / max(draw.gamma(0.553, 1 / (10.578 * 7)), 1e-9)
    life = draw.exponential(1 / max(draw.gamma(0.606, 1 / (11.669 * 7)), 1e-9))
    first = day = float(draw.integers(0, 84))
    purchases = []
    while day < 78 * 7 and day - first <= life:
        purchases.append((FIRST_DAY + dt.timedelta(days=int(day)), int(draw.lognormal(8.0, 0.7))))
        day += draw.exponential(gap)
    return purchases
