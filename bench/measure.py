"""Measures in pairs: in every round each peer is asked once, in turns, so that what else the machine does hits all."""

import itertools
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.cases import OURS, Case, Drawn, deep_page, drawer, next_address
from bench.words import ADMIN
from bench.worker import Sample, Worker

WARM = 3
LEAST = 3


@dataclass(frozen=True)
class Row:
    """One case with one peer: medians, the 95th percentile, and how many times longer it took than ours."""

    case: str
    peer: str
    rounds: int
    p50: float
    p95: float
    cpu: float
    database: float
    statements: int
    size: int
    times_ours: float


Draw = Callable[[], Drawn]


def drawing(ours: Worker, customers: int) -> Callable[[], Draw]:
    """Makes for every case anew what draws the same; turns to the deep page once, to know its address."""
    deep = next_address(ours.body(f"/customer/list/?page={deep_page(customers) - 1}", ADMIN))
    return lambda: drawer(customers, deep)


def measured(workers: Mapping[str, Worker], cases: Sequence[Case], draw: Callable[[], Draw], rounds: int) -> list[Row]:
    """Every case with every peer that has it."""
    return [row for case in cases for row in _case(workers, case, draw(), rounds)]


def _case(workers: Mapping[str, Worker], case: Case, drawn: Draw, rounds: int) -> list[Row]:
    wanted = max(LEAST, round(rounds * case.share))
    taken: dict[str, list[Sample]] = {peer: [] for peer in case.addresses}
    turns = itertools.cycle(itertools.permutations(taken))
    for number in range(wanted + WARM):
        urls = case.urls(drawn())
        for peer in next(turns):
            sample = workers[peer].get(urls[peer], case.user)
            if number >= WARM:
                taken[peer].append(sample)
    return [_row(case.name, peer, samples, taken[OURS]) for peer, samples in taken.items()]


def _row(case: str, peer: str, samples: Sequence[Sample], ours: Sequence[Sample]) -> Row:
    walls = [each.wall for each in samples]
    ratio = statistics.median(each.wall / own.wall for each, own in zip(samples, ours, strict=True))
    middle = {name: statistics.median(getattr(each, name) for each in samples)
              for name in ("cpu", "database", "statements", "size")}
    return Row(case, peer, len(samples), statistics.median(walls), percentile(walls, 0.95), middle["cpu"],
               middle["database"], round(middle["statements"]), round(middle["size"]), ratio)


def percentile(numbers: Sequence[float], part: float) -> float:
    """The smallest of `numbers` that at least `part` of them do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, -int(-part * len(ordered) // 1) - 1)]


def memory(worker: Worker, cases: Sequence[Case], drawn: Draw, counts: Sequence[int]) -> dict[int, int]:
    """The bytes that a process holds after so many requests of all sorts."""
    held = {}
    addresses = itertools.cycle(case for case in cases if OURS in case.addresses)
    for number in range(1, max(counts) + 1):
        case = next(addresses)
        worker.get(case.urls(drawn())[OURS], case.user)
        if number in counts:
            held[number] = worker.memory()
    return held
