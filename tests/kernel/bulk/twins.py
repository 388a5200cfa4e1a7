"""The same rows made once one by one and once all together, and what each way leaves in the tables."""

import datetime as dt
import random

import sqlalchemy as sa

from app.customers.models import Contact, Customer, LifecycleChange, OwnerChange, Tag
from app.kernel import bulk, clock
from app.kernel.database import session, unit
from app.kernel.events import DomainEvent, EventInbox
from app.kernel.fields import fields_of
from app.kernel.search.entries import SearchEntry
from app.kernel.stored import decode_changes
from app.security import audit
from app.security.models import AuditEntry

TABLES = (Customer, Contact, DomainEvent, EventInbox, AuditEntry, SearchEntry, LifecycleChange, OwnerChange)
MOMENT = dt.datetime(2026, 3, 3, 8, tzinfo=dt.UTC)
POINTERS = {"customer_id": "customer", "event_id": "domain_event"}
MODELS = {model.__tablename__: model for model in (Customer, Contact)}


def drawn_customers(seed, ids, tags, number=25):
    """Rows of customers with more or fewer fields, by outer names."""
    draw = random.Random(seed)
    rows = []
    for each in range(number):
        row = {"name": f"客户 {draw.randrange(1000)} “{each}” \\ {{x}}", "code": f"C{each}"}
        may = {"phone": f"138{draw.randrange(10**8):08d}", "email": f"a{each}@example.com", "level": "key",
               "city": draw.choice(["Wuhan", "上海", "", 'say "hi"\n']), "remark": "Line\none\ttwo NULL {}",
               "owner": draw.choice([ids["sales1"], ids["sales1b"]]), "tags": draw.sample(tags, 2),
               "external_ids": {"shop": str(each)}, "birth_date": "1990-01-05"}
        rows.append(row | {name: value for name, value in may.items() if draw.random() < 0.6})
    return rows


def together(model, rows):
    """Made by one call; the ids."""
    return list(bulk.add_rows(model, rows).insist().created.values())


def one_by_one(model, rows):
    """Made as records of the session; the ids."""
    fields, made = fields_of(model), []
    for row in rows:
        values = {fields[name].column: value for name, value in row.items()}
        if "tags" in values:
            found = session().scalars(sa.select(Tag).where(Tag.id.in_(values["tags"]))).all()
            values["tags"] = list(found)
        made.append(model(**values))
        session().add(made[-1])
        session().flush()
    return [record.id for record in made]


def changed_together(model, changes):
    """Changed by one call."""
    bulk.change_rows(model, changes).insist()


def changed_one_by_one(model, changes):
    """Changed as records of the session."""
    for record_id, values in changes.items():
        record = session().scalars(sa.select(model).where(model.id == record_id)).one()
        for name, value in values.items():
            chosen = list(session().scalars(sa.select(Tag).where(Tag.id.in_(value)))) if name == "tags" else value
            setattr(record, fields_of(model)[name].column, chosen)
        session().flush()


def left_by(company, actor, work):
    """What `work` leaves in the tables, with ids as places: rows that are the same compare as equal."""
    with company.acting("system"):
        before = {model: _last(model) for model in TABLES}
    # The clock stands still for the events too, which are written when the unit ends.
    with company.acting(actor), clock.at(MOMENT), unit():
        work()
    with company.acting("system"):
        return _rows_after(before)


def _last(model):
    key = model.event_id if model is EventInbox else model.id
    return session().execute(sa.select(sa.func.max(key)), execution_options={"unscoped": True}).scalar() or 0


def _rows_after(before):
    places, found = {}, {}
    for model, last in before.items():
        name = model.__tablename__
        key = "event_id" if model is EventInbox else "id"
        columns = model.__table__.columns
        empty = [column.is_(None).label(f"{column.key}_is_null") for column in columns]
        rows = session().execute(sa.select(*columns, *empty).where(columns[key] > last).order_by(columns[key]))
        raw = [dict(row._mapping) for row in rows]
        places |= {(name, row["id"]): place for place, row in enumerate(raw) if "id" in row}
        # A history has no order of its own within one moment.
        found[name] = sorted((_comparable(name, row, places) for row in raw), key=repr)
    return found


def _comparable(name, row, places):
    row = {**row, "id": None}
    if name == "audit_entry":
        plain = {each: row[each] for each in audit.SEALED}
        assert audit.fits(plain, row.pop("seal"))
    for column, table in POINTERS.items():
        if row.get(column) is not None:
            row[column] = places.get((table, row[column]), "before")
    if "record_id" in row:
        row["record_id"] = places.get((row["entity"], row["record_id"]), "before")
    if row.get("changes"):
        opened = decode_changes(MODELS[row["entity"]], row["changes"])
        # A customer of the same unit is named by its place here too.
        row["changes"] = {each: tuple(places.get(("customer", value), value) if each == "customer" else value
                                      for value in pair) for each, pair in opened.items()}
    return row
