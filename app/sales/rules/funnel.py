"""A funnel: how many opportunities reached each stage, how many went on, and how long they stayed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SECONDS_OF_A_DAY = 86_400


@dataclass(frozen=True)
class Step:
    """One stage of a pipeline as the funnel needs it, in the order of the pipeline; `is_won` is its goal."""

    id: int
    label: str
    is_won: bool = False
    expected_days: int | None = None


@dataclass(frozen=True)
class Way:
    """How far opportunities came: `furthest` is the id of the furthest step, `count` how many stopped there."""

    furthest: int
    count: int


@dataclass(frozen=True)
class Level:
    """One bar of the funnel. `conversion` is the share that went on to the next step, in per cent with one place.

    It is None for the last step, and where nobody reached the step. `days` is the mean stay, None where nobody left.
    """

    step: Step
    reached: int
    conversion: float | None
    days: float | None


def levels(steps: Sequence[Step], ways: Iterable[Way], stays: Mapping[int, tuple[int, int]]) -> list[Level]:
    """The bars of the funnel from the first step to the won one.

    Whoever reached a step passed all before it, also where the history of another system names only the last one.
    `stays` maps a step to (how many left it, their seconds in it).
    """
    stopped = dict.fromkeys((step.id for step in steps), 0)
    for way in ways:
        stopped[way.furthest] += way.count
    reached = [sum(stopped[later.id] for later in steps[place:]) for place in range(len(steps))]
    following = [*reached[1:], None][:len(steps)]
    return [Level(step, here, _share(after, here), _mean_days(stays.get(step.id)))
            for step, here, after in zip(steps, reached, following, strict=True)]


def _share(after: int | None, here: int) -> float | None:
    return None if after is None or here == 0 else round(100 * after / here, 1)


def _mean_days(stay: tuple[int, int] | None) -> float | None:
    return None if stay is None or stay[0] == 0 else round(stay[1] / stay[0] / SECONDS_OF_A_DAY, 1)


def rate(part: int, whole: int) -> float:
    """`part` of `whole` in per cent with one place; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0
