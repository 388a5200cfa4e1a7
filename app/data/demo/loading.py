"""Loads the demo company: everything through the kernel, as the system, as one batch that can be taken back.

A block of customers comes with all that belongs to them in one unit of work, so that what follows from orders,
interactions and lines is worked out once and agrees with the rows. Only ids of the catalogues are kept in between.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.customers.models import Customer
from app.data.demo.catalogue import Row
from app.data.demo.content import Company, catalogue_rows
from app.kernel import about, clock
from app.kernel.actor import SYSTEM, under
from app.kernel.batches import Batch, open_batch
from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import in_unit, session
from app.kernel.entity import Entity, scoped_by_table
from app.kernel.errors import RuleError
from app.kernel.fields import Field, fields_of
from app.kernel.pour import correct_rows, put_rows
from app.kernel.problems import N_, problem
from app.sales.rules import deals
from app.security import operations
from app.security.models import Team
from app.security.queries import profile_of

KIND = "demo"
# About 1,800 rows of all entities, the size of unit that leaves room for other writers.
BLOCK = 50
PEOPLE = ("team", "user")
# Reactions write these when a record appears, with the time of loading; the demo company knows what really happened.
HISTORIES = {"stage_change": "opportunity", "lifecycle_change": "customer"}
LINES = {"opportunity_line": "opportunity", "order_line": "order"}
AGENT_CAPACITY = 40

Ids = dict[str, dict[str, int]]
Block = dict[str, list[Row]]


@dataclass
class Loaded:
    """What came in: the batch, rows by entity, and the user names."""

    batch_id: int
    rows: dict[str, int] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)

    def count(self, entity: str, number: int) -> None:
        """Add to the rows of an entity."""
        self.rows[entity] = self.rows.get(entity, 0) + number


def is_empty() -> bool:
    """Whether there is nobody but the first administrator, and no customer."""
    users = session().execute(sa.select(sa.func.count(User.id))).scalar_one()
    customers = session().execute(sa.select(Customer.id).where(Customer.deleted_at.is_(None)).limit(1)).first()
    return users <= 1 and customers is None


def standing_batch() -> Batch | None:
    """The batch of the demo company that is here already, finished or not; None after it was taken back."""
    found = sa.select(Batch).where(Batch.kind == KIND, Batch.state != "undone").order_by(Batch.id.desc())
    return session().scalars(found.limit(1)).first()


def load(company: Company, password: str, progress: Callable[[int], None] = lambda _customers: None) -> Loaded:
    """Load `company` with users who all have `password`; `progress(n)` is told of every n customers.

    Call it as the system, outside of a unit. RuleError for a weak password, or while a demo company is here. Users and
    teams that exist are taken as they are; they stay when the batch is taken back, since somebody may be logged in.
    """
    standing = standing_batch()
    if standing is not None:
        raise RuleError(problem(N_("A demo company is here already. Take batch %(batch)s back first."),
                                batch=standing.id))
    # One password for all of them can hardly name each of them.
    hashed = operations.hashed_or_problem(password, "", "")
    people = in_unit(_people, hashed)
    loaded = Loaded(in_unit(lambda: open_batch(KIND, f"Demo {company.customer_count}/{company.seed}", "").id))
    loaded.users = sorted(people["user"])
    is_done = False
    try:
        with under(batch_id=loaded.batch_id, cause=KIND):
            _load_rows(company, people, loaded, progress)
        is_done = True
    finally:
        in_unit(_close, loaded, is_done)
    return loaded


def _load_rows(company: Company, people: Ids, loaded: Loaded, progress: Callable[[int], None]) -> None:
    known = {**people, **in_unit(_catalogues, people)}
    for entity, ids in known.items():
        loaded.count(entity, len(ids))
    for block in blocks(company):
        in_unit(_add_block, block, known)
        in_unit(_tell_histories, block, known)
        for entity, rows in block.items():
            loaded.count(entity, len(rows))
        progress(len(block["customer"]))


def _close(loaded: Loaded, is_done: bool) -> None:
    batch = session().scalars(sa.select(Batch).where(Batch.id == loaded.batch_id)).one()
    batch.state, batch.finished_at = "done" if is_done else "failed", clock.now()
    batch.rows_read = batch.rows_created = sum(loaded.rows.values())


def blocks(company: Company, customers: int = BLOCK) -> Iterator[Block]:
    """The rows of so many customers at a time, by entity. Every key carries the number of its customer."""
    catalogues = catalogue_rows()
    streams = {entity: groupby(make(), lambda row: (_serial(row["key"]) - 1) // customers)
               for entity, make in company.entities().items() if entity not in catalogues and _model(entity)}
    waiting = {entity: next(stream, None) for entity, stream in streams.items()}
    for number in range((company.customer_count + customers - 1) // customers):
        block: Block = {}
        for entity, stream in streams.items():
            group = waiting[entity]
            if group is not None and group[0] == number:
                block[entity] = list(group[1])
                waiting[entity] = next(stream, None)
            else:
                block[entity] = []
        yield block


def _serial(key: str) -> int:
    return int(re.search(r"\d{7,}", key)[0])


def _model(entity: str) -> Any:
    return scoped_by_table().get(entity)


def _people(hashed: str) -> Ids:
    """Teams as a tree, users with role, team and language, and who manages which team."""
    makers = catalogue_rows()
    rows = list(makers["team"]())
    known: Ids = {"team": {}, "user": {}}
    _add_catalogue(Team, [{**row, "manager": None} for row in rows], known)
    for row in makers["user"]():
        known["user"][row["key"]] = _user(row, hashed, known["team"][row["team"]])
    managed = {known["team"][row["key"]]: {"manager": known["user"][row["manager"]]} for row in rows}
    change_rows(Team, managed, as_actor=SYSTEM).insist()
    return known


def _user(row: Row, hashed: str, team_id: int) -> int:
    known = session().execute(sa.select(User.id).where(User.username == row["username"])).scalar()
    if known is not None:
        return known
    user = operations.add_user(row["username"], hashed, email=row["email"], first_name=row["first_name"],
                               last_name=row["last_name"], role_names=[row["role"]], team_id=team_id,
                               locale=row["locale"])
    profile = profile_of(user.id)
    if profile is not None:
        profile.display_name, profile.job_title, profile.zone = row["display_name"], row["job_title"], row["zone"]
    session().flush()
    return user.id


def _catalogues(people: Ids) -> Ids:
    """Everything that is the same in every company, and the agents who serve the queues."""
    known: Ids = dict(people)
    for entity, make in catalogue_rows().items():
        if entity not in PEOPLE and _model(entity):
            known[entity] = {}
            _add_catalogue(_model(entity), list(make()), known)
    if _model("agent"):
        known["agent"] = {}
        _add_catalogue(_model("agent"), list(_agents()), known)
    return {entity: ids for entity, ids in known.items() if entity not in PEOPLE}


def _agents() -> Iterator[Row]:
    makers = catalogue_rows()
    for user in makers["user"]():
        if user["role"] == "Support":
            yield {"key": user["key"], "user": user["key"], "name": user["display_name"], "team": user["team"],
                   "capacity": AGENT_CAPACITY, "queues": [queue["key"] for queue in makers["queue"]()]}


def _add_catalogue(model: type[Entity], rows: list[Row], known: Ids) -> None:
    """Add what is not there yet, parents before children; `known` learns all ids."""
    ids = known[model.entity_name()]
    while rows:
        ready = [row for row in rows if row.get("parent") is None or row["parent"] in ids]
        rows = [row for row in rows if row not in ready]
        fresh = []
        for row in ready:
            there = _living(model, typed_row(model, row, known))
            if there is None:
                fresh.append(row)
            else:
                ids[row["key"]] = there
        ids.update(_add(model, fresh, known))


def _living(model: type[Entity], values: Mapping[str, Any]) -> int | None:
    """The id of the living record with the natural key of `values`."""
    fields = fields_of(model)
    same = [getattr(model, fields[name].column) == values[name] for name in model.natural_key]
    return session().scalars(sa.select(model.id).where(*same, model.deleted_at.is_(None))).first()


def _add(model: type[Entity], rows: Sequence[Row], known: Ids) -> dict[str, int]:
    """Add rows, all of them; key -> id. RuleError if one is refused."""
    outcome = add_rows(model, [typed_row(model, row, known) for row in rows], as_actor=SYSTEM).insist()
    return {row["key"]: outcome.created[position] for position, row in enumerate(rows)}


def typed_row(model: type[Any], row: Row, known: Ids) -> dict[str, Any]:
    """A row of the demo company by the fields of `model`: pointers as ids, its key among the external ids."""
    values: dict[str, Any] = {}
    for name, each in fields_of(model).items():
        if name in row:
            values[name] = _value(each, row[name], known)
    if issubclass(model, Entity):
        values["external_ids"] = {KIND: row["key"]}
    return values


def _value(each: Field, value: Any, known: Ids) -> Any:
    if value is None:
        return None
    if each.kind == "user":
        return known["user"][value]
    if each.kind == "pointer":
        return known[str(each.target)][value]
    if each.kind == "many":
        return [known[str(each.target)][key] for key in value]
    if each.kind == "about":
        entity, key = value
        return about.text_of(entity, known[entity][key])
    return value


def _add_block(block: Block, known: Ids) -> None:
    """Some customers with all that is theirs, as one unit."""
    ids = dict(known)
    summed, steps = _with_totals(block), _steps(block)
    for entity, rows in summed.items():
        if entity in HISTORIES:
            continue
        is_deal = entity == "opportunity"
        told = [_before_its_end(row, steps[row["key"]]) for row in rows] if is_deal else rows
        ids[entity] = _add(_model(entity), told, ids)
    _end_deals(summed["opportunity"], steps, ids)


def _with_totals(block: Block) -> Block:
    """The block with the sums of the lines in their heads already, so that nothing has to be corrected afterwards."""
    found = dict(block)
    for lines, head in LINES.items():
        totals: dict[str, list[int]] = {}
        for line in block[lines]:
            totals.setdefault(line[head], []).append(line["amount"])
        found[head] = [{**row, "line_count": len(totals.get(row["key"], ())),
                        "lines_total": sum(totals.get(row["key"], ()))} for row in block[head]]
    return found


def _steps(block: Block) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in block["stage_change"]:
        found.setdefault(row["opportunity"], []).append(row)
    return found


def _before_its_end(row: Row, steps: list[Row]) -> Row:
    """A deal that was lost begins in the stage that it reached: the record remembers how far it came."""
    if row["stage"] != deals.LOST:
        return row
    return {**row, "stage": steps[-1]["from_stage"], "closed_at": None}


def _end_deals(rows: Iterable[Row], steps: Mapping[str, list[Row]], ids: Ids) -> None:
    opportunity, changes = _model("opportunity"), {}
    for row in rows:
        if row["stage"] == deals.LOST:
            changes[ids["opportunity"][row["key"]]] = {"stage": ids["stage"][deals.LOST],
                                                       "closed_at": row["closed_at"]}
        elif row["closed_at"] is None:
            changes[ids["opportunity"][row["key"]]] = {"stage_changed_at": steps[row["key"]][-1]["at"]}
    change_rows(opportunity, changes, as_actor=SYSTEM).insist()


def _tell_histories(block: Block, known: Ids) -> None:
    """Put what happened in the place of what the reactions noted when the records appeared."""
    heads = ("customer", "opportunity", "order")
    ids = {**known, **{entity: _ids_of(_model(entity), block[entity]) for entity in heads}}
    for entity, head in HISTORIES.items():
        _tell_history(_model(entity), head, block[entity], ids)


def _ids_of(model: Any, rows: Sequence[Row]) -> dict[str, int]:
    """key -> id of the living records of a block, by their natural key, which is the demo key."""
    key = getattr(model, model.natural_key[0])
    found = sa.select(key, model.id).where(key.in_([row["key"] for row in rows]), model.deleted_at.is_(None))
    return dict(session().execute(found).all())


def _tell_history(model: Any, head: str, rows: Sequence[Row], ids: Ids) -> None:
    pointer, known = getattr(model, f"{head}_id"), fields_of(model)
    noted: dict[int, list[int]] = {}
    found = sa.select(model.id, pointer).where(pointer.in_(list(ids[head].values()))).order_by(model.id)
    for entry_id, head_id in session().execute(found):
        noted.setdefault(head_id, []).append(entry_id)
    corrected, missing = [], []
    for row in rows:
        values = {known[name].column: value for name, value in typed_row(model, row, ids).items()}
        waiting = noted.get(values[f"{head}_id"])
        if waiting:
            corrected.append({**values, "id": waiting.pop(0)})
        else:
            missing.append(values)
    correct_rows(model, corrected)
    put_rows(model, missing)
