"""``flask crm search rebuild`` and ``flask crm search verify``."""

import sys

import click

from app.commands.group import answer, as_json, guarded, told_counts
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as
from app.kernel.search import upkeep


@click.group("search")
def search() -> None:
    """The text index that the search boxes ask."""


@search.command("rebuild")
@as_json
@guarded
def rebuild(json_: bool) -> None:
    """Set right every record that the text index holds wrongly or lacks; may be broken off and called again."""
    with acting_as(SYSTEM):
        mended = upkeep.rebuild()
    answer(json_, told_counts(mended, "mended", "entities"), **mended)


@search.command("verify")
@as_json
@guarded
def verify(json_: bool) -> None:
    """Compare the text index with the records; status 1 if they differ."""
    with acting_as(SYSTEM):
        wrong = upkeep.verify()
    answer(json_, told_counts(wrong, "wrong", "entities"), **wrong)
    if any(wrong.values()):
        sys.exit(1)
