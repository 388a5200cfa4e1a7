"""``flask crm rollups rebuild`` and ``flask crm rollups verify``."""

import sys

import click

from app.commands.group import answer, as_json, guarded, told_counts
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as
from app.kernel.rollups import upkeep


@click.group("rollups")
def rollups() -> None:
    """The sums from which the charts of the first page answer."""


@rollups.command("rebuild")
@as_json
@guarded
def rebuild(json_: bool) -> None:
    """Set right every sum that differs from the records; may be broken off and called again."""
    with acting_as(SYSTEM):
        mended = upkeep.rebuild()
        upkeep.fold()
    answer(json_, told_counts(mended, "mended", "sums"), **mended)


@rollups.command("verify")
@as_json
@guarded
def verify(json_: bool) -> None:
    """Compare the sums with the records; status 1 if they differ or were not built."""
    with acting_as(SYSTEM):
        wrong, unbuilt = upkeep.verify(), upkeep.unbuilt()
    lines = [told_counts(wrong, "wrong", "sums"), *(f"{name}: not built" for name in unbuilt)]
    answer(json_, "\n".join(lines), **wrong)
    if unbuilt or any(wrong.values()):
        sys.exit(1)
