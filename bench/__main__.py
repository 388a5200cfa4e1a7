"""``python -m bench``: make the databases, measure, write RESULTS.md."""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.kernel.database import db
from bench import company, databases, report
from bench.cases import CASES, OURS, PEERS
from bench.copies import SECONDS, multiply
from bench.measure import WARM, drawing, measured, memory
from bench.worker import Worker

RESULTS = Path(__file__).with_name("RESULTS.md")


def options(given: Sequence[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser("python -m bench", description="Measure the product beside its peers.")
    parser.add_argument("--customers", type=int, nargs="+", default=[10_000, 100_000],
                        help="sizes of the databases; 1000000 takes about 12 GB of disk")
    parser.add_argument("--base", type=int, default=SECONDS,
                        help="how many customers are made through the product before they are copied; at most 1000")
    parser.add_argument("--systems", nargs="+", choices=databases.SYSTEMS, default=list(databases.SYSTEMS))
    parser.add_argument("--rounds", type=int, default=100, help="how often every page is asked for")
    parser.add_argument("--requests", type=int, nargs="*", default=[500, 5_000],
                        help="after how many requests the memory is looked at")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the page goes")
    return parser.parse_args(given)


def fill(given: dict[str, str], customers: int, base: int) -> None:
    """Make the database: `base` customers through the product, the others as copies of them."""
    app = company.build(given, base)
    with app.app_context():
        if customers > base:
            multiply(db.engine, customers // base - 1)
        db.session.remove()
        db.engine.dispose()


def measure(given: dict[str, str], system: str, customers: int, asked: argparse.Namespace) -> report.Measurement:
    """All figures over a database that is filled."""
    with started(given, PEERS) as workers:
        draw = drawing(workers[OURS], customers)
        rows = measured(workers, [case.of_size(customers) for case in CASES], draw, asked.rounds)
    held = {}
    if asked.requests:
        with started(given, [OURS]) as alone:
            held = memory(alone[OURS], CASES, draw(), asked.requests)
    return report.Measurement(system, customers, rows, held)


@contextlib.contextmanager
def started(given: dict[str, str], peers: Sequence[str]) -> Iterator[dict[str, Worker]]:
    """The peers in processes of their own, which end with the block."""
    with contextlib.ExitStack() as stack:
        workers = {}
        for peer in peers:
            workers[peer] = Worker(peer, given)
            stack.callback(workers[peer].close)
        yield workers


def main(given: Sequence[str]) -> None:
    """Measure what is asked for; the page is written anew after every database."""
    asked, found = options(given), []
    with databases.folder() as run:
        for customers in asked.customers:
            for system in asked.systems:
                print(f"{customers:,} customers on {system}", flush=True)
                url = databases.new(run, system, f"bench_{customers}")
                agreed = company.given_for(url, run / "instance")
                fill(agreed, customers, min(asked.base, customers))
                found.append(measure(agreed, system, customers, asked))
                asked.out.write_text(report.page(found, warm=WARM, copied=asked.base), encoding="utf-8")
                databases.drop(run, url)


if __name__ == "__main__":
    main(sys.argv[1:])
