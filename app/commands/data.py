"""``flask crm import``, ``undo`` and ``export``."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl

import click
from werkzeug.datastructures import MultiDict

from app.commands.group import actor_named, answer, as_json, guarded
from app.data import operations
from app.data.writing import WRITERS
from app.kernel.actor import acting, under
from app.kernel.database import acting_as
from app.kernel.errors import CrmError, NotAllowed
from app.kernel.problems import N_, problem
from app.kernel.views import asked, exports

acts_as = click.option("--as", "user", help="The user who acts, with his rights; without it the system.")


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())


@click.command("import")
@click.argument("entity", required=False)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--map", "mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A JSON file that says what headers and values mean.")
@click.option("--match", help="Fields that identify a record, with commas between; by default the natural key.")
@click.option("--on-match", type=click.Choice(operations.ON_MATCH), default="update", show_default=True,
              help="What happens to a row whose record exists.")
@click.option("--encoding", help="The encoding of the file, if it is not to be found out.")
@click.option("--dry-run", is_flag=True, help="Read and judge every row, change no record.")
@click.option("--resume", type=int, metavar="BATCH", help="Go on with an import that was interrupted.")
@acts_as
@as_json
@guarded
def import_(entity: str | None, file: Path | None, user: str | None, json_: bool, **options: Any) -> None:
    """Import FILE (CSV, XLSX, JSON Lines) as records of ENTITY."""
    resume, dry_run = options["resume"], options["dry_run"]
    if resume is None and (entity is None or file is None):
        raise click.UsageError("Name the entity and the file.")
    with acting_as(actor_named(user)), under(channel="import"):
        number = resume or operations.stage(entity or "", file or "", file.name if file else "", _wish(options),
                                            _counter(json_))
        step = operations.try_out if dry_run else operations.apply
        counts = step(number, _bar(json_))
        batch = operations.batch_of(number)
        facts = operations.as_facts(counts, batch.rows_read)
        warnings = list((batch.work or {}).get("warnings", ()))
        refused = _write_rejected(number, file or _beside(batch.label)) if counts["rejected"] else None
    if not json_:
        for warning in warnings:
            click.echo(warning, err=True)
    answer(json_, _told(number, facts, refused, dry_run), batch=number, **facts, dry_run=dry_run, warnings=warnings,
           rejected_file=refused)


def _wish(options: dict[str, Any]) -> operations.Wish:
    text = options["mapping"].read_text(encoding="utf-8-sig") if options["mapping"] else None
    return operations.Wish(text, _words(options["match"]), options["on_match"], options["encoding"])


def _told(number: int, facts: dict[str, int], refused: str | None, dry_run: bool) -> str:
    read = facts["read"]
    rest = " + ".join(f"{count} {name}" for name, count in facts.items() if name != "read")
    lines = [f"Batch {number}: {read} rows read = {rest}"]
    if dry_run:
        lines.append("Nothing was changed: this was a dry run.")
    if refused:
        lines.append(f"Rejected rows with their reasons: {refused}")
    return "\n".join(lines)


def _beside(label: str) -> Path:
    """The name of an upload was chosen by its sender: no folder of it is followed."""
    return Path(label.replace("\\", "/").rpartition("/")[2] or "import.csv")


def _write_rejected(number: int, file: Path) -> str:
    target = file.with_name(f"{file.stem}.rejected.csv")
    with target.open("wb") as stream:
        stream.writelines(operations.rejected_file(number))
    return str(target)


def _counter(json_: bool) -> Callable[[int], None] | None:
    if json_ or not sys.stderr.isatty():
        return None
    return lambda count: click.echo(f"\rread {count}", nl=False, err=True)


def _bar(json_: bool) -> Callable[[int, int], None] | None:
    if json_ or not sys.stderr.isatty():
        return None
    return lambda done, total: click.echo(f"\r{done} of {total}", nl=done == total, err=True)


@click.command("undo")
@click.argument("batch", type=int)
@acts_as
@as_json
@guarded
def undo(batch: int, user: str | None, json_: bool) -> None:
    """Take a batch back."""
    with acting_as(actor_named(user)):
        outcome = operations.take_back(batch)
    answer(json_, f"{outcome.reversed} reversed, {outcome.kept} kept because edited since, "
           f"{outcome.conflicting} conflicting", batch=batch, reversed=outcome.reversed, kept=outcome.kept,
           conflicting=outcome.conflicting)


@click.command("export")
@click.argument("entity")
@click.option("--filter", "query", default="", help='Which records, for instance "stage.category=won&amount__gte=100".')
@click.option("--columns", help="Fields, with commas between; by default all of the list and the record page.")
@click.option("--format", "kind", type=click.Choice(list(WRITERS)), default="csv", show_default=True,
              help="The format of the file.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
              help="The file; by default the standard output.")
@acts_as
@as_json
@guarded
def export(entity: str, query: str, columns: str | None, kind: str, output: Path | None,
           user: str | None, json_: bool) -> None:
    """Write the records of ENTITY as a file: what the user may see and no more."""
    with acting_as(actor_named(user)):
        wanted = asked.from_address(MultiDict([*parse_qsl(query, keep_blank_values=True),
                                               *([("columns", columns)] if columns else [])]))
        view = exports.source_of(entity)
        if not acting().may("export", entity):
            raise NotAllowed()
        _mime, parts = exports.parts(view, wanted, kind)
        with _target(output) as stream:
            stream.writelines(parts)
    if output is not None:
        answer(json_, f"{entity}: {output}", entity=entity, file=str(output))


@contextlib.contextmanager
def _target(output: Path | None) -> Iterator[IO[bytes] | Any]:
    """The file, which appears only when it is complete, or the standard output."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    draft = output.with_name(f".{output.name}.part")
    try:
        with draft.open("wb") as stream:
            yield stream
        draft.replace(output)
    except OSError as fault:
        raise CrmError(problem(N_("%(file)s cannot be written: %(reason)s"), file=output.name,
                               reason=fault.strerror or "")) from fault
    finally:
        draft.unlink(missing_ok=True)
