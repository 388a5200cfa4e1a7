"""Trying again, giving up, and holding work."""

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflows.rules.backoff import (
    DEFAULT,
    Lease,
    Policy,
    delay,
    is_expired,
    is_poison,
    longest_delay,
    may_claim,
    next_attempt,
    should_renew,
    still_holds,
)

NOW = dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)

unhurried = settings(deadline=None)  # a busy machine is no fault of the product
policies = st.builds(lambda base, more, attempts: Policy(base, base + more, attempts),
                     st.floats(0.1, 100), st.floats(0, 1e5), st.integers(1, 50))


class Fixed(random.Random):
    """A random source that always draws the same number."""

    def __init__(self, drawn: float) -> None:
        super().__init__()
        self.drawn = drawn

    def random(self) -> float:
        return self.drawn


def test_the_longest_wait_doubles_until_the_cap() -> None:
    policy = Policy(base=10, cap=100, attempts=8)
    assert [longest_delay(tries, policy).total_seconds() for tries in range(1, 8)] == [10, 20, 40, 80, 100, 100, 100]


def test_a_thousand_tries_still_wait_no_longer_than_the_cap() -> None:
    assert longest_delay(100_000).total_seconds() == DEFAULT.cap


def test_before_the_first_attempt_there_is_nothing_to_wait_for() -> None:
    with pytest.raises(ValueError, match="before the first attempt"):
        longest_delay(0)


@unhurried
@given(st.integers(1, 200), policies, st.integers())
def test_every_wait_lies_between_nothing_and_the_longest(attempts: int, policy: Policy, seed: int) -> None:
    wait = delay(attempts, random.Random(seed), policy)
    assert dt.timedelta(0) <= wait <= longest_delay(attempts, policy) <= dt.timedelta(seconds=policy.cap)


def test_the_wait_is_the_share_that_the_random_source_draws() -> None:
    policy = Policy(base=10, cap=100, attempts=8)
    assert [delay(3, Fixed(drawn), policy).total_seconds() for drawn in (0.0, 0.25, 0.75)] == [0, 10, 30]


def test_the_same_random_source_gives_the_same_waits() -> None:
    one, other = random.Random(4), random.Random(4)
    assert [delay(tries, one) for tries in range(1, 6)] == [delay(tries, other) for tries in range(1, 6)]


def test_waits_that_began_together_spread_over_the_whole_span() -> None:
    chance = random.Random(1)
    waits = sorted(delay(5, chance) / longest_delay(5) for _ in range(1000))
    assert waits[0] < 0.02
    assert waits[-1] > 0.98
    assert all(abs(wait - place / 1000) < 0.06 for place, wait in enumerate(waits))


def test_after_a_failure_the_next_try_lies_ahead_until_it_is_poison() -> None:
    policy = Policy(base=10, cap=100, attempts=3)
    tries = [next_attempt(number, NOW, Fixed(0.5), policy) for number in (1, 2, 3, 4)]
    assert tries == [NOW + 5 * SECOND, NOW + 10 * SECOND, None, None]


@pytest.mark.parametrize(("attempts", "poison"), [(0, False), (2, False), (3, True), (4, True)])
def test_poison_after_as_many_claims_as_the_policy_allows(attempts: int, poison: bool) -> None:
    assert is_poison(attempts, Policy(attempts=3)) is poison


@pytest.mark.parametrize("wrong", [{"base": 0}, {"base": 20, "cap": 10}, {"attempts": 0}, {"base": float("nan")}])
def test_a_policy_that_cannot_work_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="retry policy"):
        Policy(**wrong)


@pytest.mark.parametrize(("until", "expired"), [(NOW - SECOND, True), (NOW, True), (NOW + SECOND, False)])
def test_a_lease_is_over_at_its_end_and_not_before(until: dt.datetime, expired: bool) -> None:
    assert is_expired(until, NOW) is expired


def test_work_is_claimed_when_nobody_holds_it() -> None:
    assert may_claim(None, 0, NOW)
    assert may_claim(NOW, 2, NOW)
    assert not may_claim(NOW + SECOND, 2, NOW)


def test_work_that_killed_every_worker_is_not_claimed_again() -> None:
    assert not may_claim(NOW - SECOND, DEFAULT.attempts, NOW)
    assert not may_claim(None, 2, NOW, Policy(attempts=2))


def test_a_worker_holds_its_work_until_the_lease_ends() -> None:
    mine = Lease("worker-1", NOW + SECOND, fence=4)
    assert still_holds(mine, mine, NOW)
    assert not still_holds(mine, mine, NOW + SECOND)


def test_a_renewed_lease_is_still_the_same_claim() -> None:
    assert still_holds(Lease("worker-1", NOW, 4), Lease("worker-1", NOW + SECOND, 4), NOW)


@pytest.mark.parametrize("current", [Lease("worker-2", NOW + SECOND, 5), Lease("worker-1", NOW + SECOND, 5)])
def test_a_worker_that_slept_through_its_lease_may_not_write(current: Lease) -> None:
    assert not still_holds(Lease("worker-1", NOW + SECOND, 4), current, NOW)


def test_a_lease_is_renewed_when_half_of_it_is_gone() -> None:
    lease, length = Lease("worker-1", NOW + 60 * SECOND, 1), 60 * SECOND
    assert not should_renew(lease, length, NOW + 29 * SECOND)
    assert should_renew(lease, length, NOW + 30 * SECOND)
