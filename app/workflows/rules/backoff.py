"""When to try again, when to give up, and whose a piece of claimed work is.

For the outbox and for jobs alike. An attempt is counted when the work is **claimed**, not when it fails: work that
kills its worker never comes back to say so, and must end as poison all the same.
"""

import datetime as dt
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """How stubbornly to try: waits grow from `base` seconds, doubling, to `cap` seconds; `attempts` tries in all."""

    base: float = 15.0
    cap: float = 3600.0
    attempts: int = 10

    def __post_init__(self) -> None:
        if not 0 < self.base <= self.cap or self.attempts < 1:
            raise ValueError("a retry policy needs 0 < base <= cap and at least one attempt")


DEFAULT = Policy()


@dataclass(frozen=True)
class Lease:
    """Claimed work: `holder` has it until the aware moment `until`; `fence` grows by one with every claim."""

    holder: str
    until: dt.datetime
    fence: int


def longest_delay(attempts: int, policy: Policy = DEFAULT) -> dt.timedelta:
    """The upper bound of the wait after `attempts` tries (1 or more): base * 2 ** (attempts - 1), at most the cap."""
    if attempts < 1:
        raise ValueError("there is nothing to wait for before the first attempt")
    doublings = min(attempts - 1, 64)  # a float overflows long after any cap is reached
    return dt.timedelta(seconds=min(policy.cap, policy.base * 2.0**doublings))


def delay(attempts: int, chance: random.Random, policy: Policy = DEFAULT) -> dt.timedelta:
    """How long to wait after `attempts` tries: evenly spread between nothing and `longest_delay`.

    Full jitter ("Exponential Backoff and Jitter", AWS Architecture Blog, 2015): a thousand mails that failed together
    when the server went down must not come back together.
    """
    return longest_delay(attempts, policy) * chance.random()


def next_attempt(attempts: int, now: dt.datetime, chance: random.Random,
                 policy: Policy = DEFAULT) -> dt.datetime | None:
    """When to try again after `attempts` tries, the last of which failed; None if it is poison."""
    return None if is_poison(attempts, policy) else now + delay(attempts, chance, policy)


def is_poison(attempts: int, policy: Policy = DEFAULT) -> bool:
    """Whether work that was claimed `attempts` times without success must wait for a person."""
    return attempts >= policy.attempts


def may_claim(until: dt.datetime | None, attempts: int, now: dt.datetime, policy: Policy = DEFAULT) -> bool:
    """Whether work may be claimed: nobody holds it (`until` is None or past) and it is no poison."""
    return not is_poison(attempts, policy) and (until is None or is_expired(until, now))


def is_expired(until: dt.datetime, now: dt.datetime) -> bool:
    """Whether a lease until `until` is over. At the very moment it is: holder and successor never both have it."""
    return until <= now


def still_holds(claimed: Lease, current: Lease, now: dt.datetime) -> bool:
    """Whether the worker that was given `claimed` may still write, `current` being what the row says now.

    The fence tells a worker that slept through its lease from the one that took over, even under the same name.
    """
    same = (claimed.holder, claimed.fence) == (current.holder, current.fence)
    return same and not is_expired(current.until, now)


def should_renew(lease: Lease, length: dt.timedelta, now: dt.datetime) -> bool:
    """Whether a holder at work should renew: half of the lease of `length` is gone, so one renewal may be missed."""
    return lease.until - now <= length / 2
