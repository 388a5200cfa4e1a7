"""``flask crm backup``, ``restore`` and ``verify``."""

import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask import current_app

from app.commands.group import answer, as_json, guarded
from app.data.operations import backup as backups
from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, in_unit
from app.kernel.language import say_problem
from app.kernel.rollups import upkeep as rollups
from app.kernel.search import upkeep
from app.security.operations import told_restore

folder = click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
KEYS = "The keys are not in it: keep ENCRYPTION_KEYS in another safe place, without them personal values stay sealed."


def _make(parent: Path, progress: Callable[[str, int, int], None] = backups.silent) -> Path:
    return backups.make_backup(parent, _uploads(), current_app.config["APP_VERSION"], progress)


def _uploads() -> Path:
    return Path(current_app.config["UPLOAD_DIR"])


@click.command("backup")
@folder
@as_json
@guarded
def make(folder: Path, json_: bool) -> None:
    """Write the whole of the company to a new folder below DIR: every table, the uploaded files, a sealed manifest."""
    with acting_as(SYSTEM):
        made = _make(folder, _bar(json_))
        manifest = backups.read_manifest(made)
    rows = sum(part.rows or 0 for _name, part in manifest.tables())
    files = len(manifest.uploads())
    answer(json_, f"{made}: {rows} rows, {files} uploaded files. {KEYS}", folder=str(made), rows=rows, files=files,
           head=manifest.head)


@click.command("verify")
@folder
@as_json
@guarded
def verify(folder: Path, json_: bool) -> None:
    """Check that the backup in DIR, or the newest one below it, is whole; one line for each fault."""
    chosen = backups.chosen(folder)
    with acting_as(SYSTEM):
        faults = [say_problem(fault) for fault in backups.faults_of(chosen)]
    answer(json_, "\n".join(faults) or f"{chosen} is whole.", folder=str(chosen), faults=faults)
    if faults:
        # Said above already: a second answer would make two JSON objects.
        sys.exit(1)


@click.command("restore")
@folder
@click.option("--replace", is_flag=True, help="Put the backup in the place of what the database holds.")
@click.option("--no-backup", is_flag=True, help="With --replace: do not make a backup of the database before.")
@as_json
@guarded
def restore(folder: Path, replace: bool, no_backup: bool, json_: bool) -> None:
    """Make the database what the backup in DIR, or the newest one below it, holds. Stop other processes before."""
    chosen = backups.chosen(folder)
    with acting_as(SYSTEM):
        backups.whole(chosen)
        before = None
        if replace and not no_backup and backups.holds_rows():
            before = _make(chosen.absolute().parent)
        rows = backups.restore(chosen, _uploads(), replace=replace, progress=_bar(json_))
        in_unit(told_restore, f"{chosen.name}: {rows} rows")
        upkeep.rebuild()
        rollups.rebuild()
    kept = f" What was there before: {before}" if before else ""
    answer(json_, f"{rows} rows restored from {chosen}. Run `flask crm init` next.{kept}", rows=rows,
           folder=str(chosen), before=str(before) if before else None)


def _bar(json_: bool) -> Callable[[str, int, int], None]:
    if json_ or not sys.stderr.isatty():
        return lambda _name, _done, _total: None
    return lambda name, done, total: click.echo(f"\r\033[K{done} of {total} {name}", nl=done == total, err=True)
