"""``flask crm demo``: a generated company to look around in."""

import gc
import sys
import time
from typing import Any

import click
from flask import current_app

from app.commands.group import answer, as_json, guarded
from app.data.demo import loading
from app.data.demo.content import SIZES, company
from app.kernel import clock
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as


@click.command("demo")
@click.option("--size", type=click.Choice(list(SIZES)), default="small", show_default=True, help="How many customers.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same company.")
@click.option("--password", required=True, help="The password of all demo users, at least 12 characters.")
@click.option("--if-empty", is_flag=True, help="Do nothing where there are users or customers already.")
@as_json
@guarded
def load_demo(size: str, seed: int, password: str, if_empty: bool, json_: bool) -> None:
    """Load a generated company in two sales teams, with a user for every role."""
    with acting_as(SYSTEM):
        if if_empty and not loading.is_empty():
            answer(json_, _say_standing(), loaded=False)
            return
        made = company(size, seed, clock.today(current_app.config["BABEL_DEFAULT_TIMEZONE"]))
        began = time.monotonic()
        loaded = _load(made, password, quiet=json_)
    seconds = round(time.monotonic() - began, 1)
    answer(json_, f"Demo company: {sum(loaded.rows.values())} records in {seconds} s, batch {loaded.batch_id}. "
           f"Logins: {', '.join(loaded.users)}; password: {password}",
           loaded=True, batch=loaded.batch_id, rows=loaded.rows, users=loaded.users, seconds=seconds)


def _load(made: Any, password: str, *, quiet: bool) -> loading.Loaded:
    """Load with a bar on a terminal, without one anywhere else."""
    # What the program consists of stays: nobody need look through it for garbage after every few hundred rows.
    gc.freeze()
    if quiet or not sys.stderr.isatty():
        return loading.load(made, password)
    with click.progressbar(length=made.customer_count, label="Customers", file=sys.stderr) as bar:
        return loading.load(made, password, bar.update)


def _say_standing() -> str:
    standing = loading.standing_batch()
    if standing is None:
        return "There are users or customers already: no demo company is loaded."
    if standing.state == "done":
        names = ", ".join(row["username"] for row in loading.catalogue_rows()["user"]())
        return f"The demo company is here. Logins: {names}"
    return (f"A demo company is here in part. `flask crm undo {standing.id}` takes it back, "
            "then `flask crm demo` loads it again.")
