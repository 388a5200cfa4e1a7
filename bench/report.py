"""The figures as a page: bench/RESULTS.md."""

import datetime as dt
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from bench.measure import Row

PACKAGES = ("Flask", "Flask-AppBuilder", "SQLAlchemy", "psycopg")
NAMES = {"ours": "Kemai CRM", "raw": "raw Flask + SQL", "stock": "stock Flask-AppBuilder"}
HEADS = ("Page", "Served by", "p50 ms", "p95 ms", "CPU ms", "Database ms", "Statements", "KB", "Times ours", "Rounds")
HOW = """
Every peer runs in a process of its own over the same tables, asked in process through WSGI: no network, no web server.
In each round every peer is asked once, in turns, after {warm} rounds to warm up; a ratio is the median over the rounds
of what the peer took divided by what Kemai CRM took in the same round, so that what else the machine did hits both. CPU
is that of the peer's process; that of the database is in the time on the clock. "Database" is the time from sending a
statement to its answer. Statements that open and close transactions are not counted.

Kemai CRM and stock Flask-AppBuilder answer a signed-in user who may see everything; raw Flask asks nobody. The record
page of Kemai CRM has nine related lists, five of which it reads at once, and the history; that of the others four lists
and none. The largest tables were made by copying the first {copied} customers and what hangs on them, entries of the
text index included, inside the database; `bench/` shows how. Copies have no history. A form that offers all customers
is asked of the other peers up to 100,000 only: beyond, they take minutes for it.
"""


@dataclass(frozen=True)
class Measurement:
    """All figures over one database."""

    system: str
    customers: int
    rows: Sequence[Row]
    memory: Mapping[int, int]


def page(measurements: Sequence[Measurement], *, warm: int, copied: int) -> str:
    """The whole page."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    where = (f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, "
             f"{versions}, SQLite {sqlite3.sqlite_version}. Made by `make bench`.")
    parts = ["# What it costs", "", where, HOW.format(warm=warm, copied=copied)]
    return "\n".join([*parts, *(_section(each) for each in measurements)])


def _section(measurement: Measurement) -> str:
    lines = [f"## {measurement.customers:,} customers, {measurement.system}", "", f"| {' | '.join(HEADS)} |",
             "|---|---" + "|---:" * (len(HEADS) - 2) + "|"]
    lines += [_line(row) for row in measurement.rows]
    if measurement.memory:
        held = ", ".join(f"{size / 1024 ** 2:.0f} MB after {number:,}" for number, size in measurement.memory.items())
        lines.append(f"\nMemory of a worker of Kemai CRM by requests of all sorts: {held}.")
    return "\n".join([*lines, ""])


def _line(row: Row) -> str:
    ratio = "1" if row.peer == "ours" else f"{row.times_ours:.2f}"
    return (f"| {row.case} | {NAMES[row.peer]} | {row.p50:.1f} | {row.p95:.1f} | {row.cpu:.1f} | {row.database:.1f} | "
            f"{row.statements} | {row.size / 1024:.0f} | {ratio} | {row.rounds} |")
