"""Short ways to write and read records as one of the people of `tests.world`."""

import sqlalchemy as sa

from app.kernel.bulk import add_rows, change_rows, delete_rows, undelete_rows
from app.kernel.database import in_unit, session


def by(company, who, work, *args, **kwargs):
    """`work(...)` in one unit of the named person."""
    with company.acting(who):
        return in_unit(work, *args, **kwargs)


def add(company, model, who="system", **values):
    """The id of a new record; the refusal is raised."""
    return by(company, who, lambda: add_rows(model, [values]).insist().done[0])


def edit(company, model, record_id, who="system", **values):
    """Change fields of a record; the refusal is raised."""
    by(company, who, lambda: change_rows(model, {record_id: values}).insist())


def delete(company, model, record_id, who="system"):
    """Move a record to the recycle bin; the refusal is raised."""
    by(company, who, lambda: delete_rows(model, [record_id]).insist())


def restore(company, model, record_id, who="system"):
    """Bring a record back from the recycle bin; the refusal is raised."""
    by(company, who, lambda: undelete_rows(model, [record_id]).insist())


def stored(company, model, *names, where=None):
    """Attributes of all rows of `model`, deleted ones too, in order of id; plain values where one name is given."""
    found = sa.select(*[getattr(model, name) for name in names]).order_by(model.id)
    found = found if where is None else found.where(where)
    with company.acting("system"):
        rows = session().execute(found, execution_options={"unscoped": True})
        return [row[0] if len(names) == 1 else tuple(row) for row in rows]


def of(company, model, record_id, *names):
    """What is stored of one record."""
    return stored(company, model, *names, where=model.id == record_id)[0]


def visible_ids(company, who, model):
    """The ids that the person may read."""
    with company.acting(who):
        return list(session().scalars(sa.select(model.id).order_by(model.id)))
