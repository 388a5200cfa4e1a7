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
        bought[customer].append((dt.datetime.strptime(day, "%Y%m%d").date(), round(float(dollars) * 100)))
    return ledger_of([CustomerFacts(purchases=purchases) for purchases in bought.values()])


@pytest.fixture(scope="session")
def twin() -> Ledger:
    """As many customers as the sample, drawn from the BG/NBD process with the parameters that fit the sample.

    Rates are gamma (r .243, alpha 4.414 weeks), dropout after each repeat purchase beta (.793, 2.426), first purchases
    in the first twelve weeks, 78 weeks in all.
    """
    draw = np.random.default_rng(1997)
    return ledger_of([CustomerFacts(purchases=_one_of_the_twin(draw)) for _ in range(2357)])


def _one_of_the_twin(draw: np.random.Generator) -> list[tuple[dt.date, int]]:
    rate = draw.gamma(0.243, 1 / (4.414 * 7))
    leaves = draw.beta(0.793, 2.426)
    day = float(draw.integers(0, 84))
    purchases = []
    while day < 78 * 7:
        purchases.append((FIRST_DAY + dt.timedelta(days=int(day)), int(draw.lognormal(8.0, 0.7))))
        if len(purchases) > 1 and draw.random() < leaves:
            break
        day += draw.exponential(1 / max(rate, 1e-9))
    return purchases
