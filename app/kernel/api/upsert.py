"""Bulk upsert: rows matched by their natural key, created or updated, each with its own result."""

from typing import Any

import sqlalchemy as sa

from app.kernel import bulk, gate
from app.kernel.actor import acting, under
from app.kernel.batches import drop_batch, open_batch
from app.kernel.database import session
from app.kernel.entity import Entity
from app.kernel.errors import Malformed
from app.kernel.fields import fields_of
from app.kernel.judge import judge_field
from app.kernel.language import say_problems
from app.kernel.problems import N_, Problem, Problems, problem
from app.kernel.views.saving import read_given

Result = dict[str, Any]


def upsert(model: type[Entity], rows: list[Any], match: list[str]) -> dict[str, Any]:
    """Create or update inside the unit in force; ``{"batch", "results": [{"row", "status", "id", "problems"}]}``.

    `match` names the identifying fields, by default the natural key. A refused row harms no other. ``batch`` is None
    where every row was refused: nothing was done that could be taken back.
    """
    known = fields_of(model)
    if any(name not in known or known[name].kind == "many" for name in match):
        raise Malformed()
    batch = open_batch("api", model.entity_name(), model.entity_name())
    results: dict[int, Result] = {}
    read = _read(model, rows, results)
    found = _find_matches(model, match, read)
    with under(batch_id=batch.id):
        _update(model, {position: found[position] for position in found}, read, results)
        _add(model, [position for position in read if position not in found and position not in results], read, results)
    batch_id = _count(batch, rows, results)
    return {"batch": batch_id, "results": [results[position] for position in range(len(rows))]}


def _rejected(position: int, problems: Problems) -> Result:
    return {"row": position, "status": "rejected", "id": None, "problems": say_problems(problems)}


def _read(model: type[Entity], rows: list[Any], results: dict[int, Result]) -> dict[int, dict[str, Any]]:
    read = {}
    for position, row in enumerate(rows):
        if not isinstance(row, dict):
            results[position] = _rejected(position, {"": problem(N_("A JSON object is expected."))})
            continue
        values, problems = read_given(model, row, acting())
        if problems:
            results[position] = _rejected(position, problems)
        else:
            read[position] = values
    return read


def _find_matches(model: type[Entity], match: list[str], read: dict[int, dict[str, Any]]) -> dict[int, int]:
    """Visible living records by position of the row that names them; ambiguous keys match nothing."""
    if not match:
        return {}
    fields = fields_of(model)
    columns = [gate.key_column(model, fields[name]) for name in match]
    keys = {position: tuple(gate.key_value(model, fields[name], values[name]) for name in match)
            for position, values in read.items()
            if all(values.get(name) not in (None, "") and judge_field(fields[name], values[name]) is None
                   for name in match)}
    if not keys:
        return {}
    wanted = sa.select(model.id, *columns).where(columns[0].in_({key[0] for key in keys.values()}))
    ids: dict[tuple[Any, ...], list[int]] = {}
    for record_id, *key in session().execute(wanted):
        ids.setdefault(tuple(key), []).append(record_id)
    return {position: ids[key][0] for position, key in keys.items() if len(ids.get(key, ())) == 1}


def _update(model: type[Entity], found: dict[int, int], read: dict[int, dict[str, Any]],
            results: dict[int, Result]) -> None:
    seen: dict[int, int] = {}
    for position, record_id in found.items():
        if record_id in seen:
            twice: Problem = problem(N_("The same record stands twice in this request."))
            results[position] = _rejected(position, {"": twice})
        else:
            seen[record_id] = position
    outcome = bulk.change_rows(model, {record_id: read[position] for record_id, position in seen.items()})
    for record_id, position in seen.items():
        if record_id in outcome.refused:
            results[position] = _rejected(position, outcome.refused[record_id])
        else:
            status = "unchanged" if record_id in outcome.unchanged else "updated"
            results[position] = {"row": position, "status": status, "id": record_id, "problems": {}}


def _add(model: type[Entity], positions: list[int], read: dict[int, dict[str, Any]],
         results: dict[int, Result]) -> None:
    outcome = bulk.add_rows(model, [read[position] for position in positions])
    for index, position in enumerate(positions):
        if index in outcome.refused:
            results[position] = _rejected(position, outcome.refused[index])
        else:
            results[position] = {"row": position, "status": "created", "id": outcome.created[index], "problems": {}}


def _count(batch: Any, rows: list[Any], results: dict[int, Result]) -> int | None:
    statuses = [result["status"] for result in results.values()]
    if statuses.count("rejected") == len(statuses):
        drop_batch(batch.id)
        return None
    batch.rows_read, batch.state = len(rows), "done"
    batch.rows_created, batch.rows_updated = statuses.count("created"), statuses.count("updated")
    batch.rows_unchanged, batch.rows_rejected = statuses.count("unchanged"), statuses.count("rejected")
    return batch.id
