"""A step that reached too far is as if it had never been taken."""

import sqlalchemy as sa

from app.customers.models import Tag
from app.kernel.bulk.step import undone_if_refused
from app.kernel.database import session, unit
from app.kernel.pour import put_rows


def names():
    """The tags that are there."""
    return list(session().scalars(sa.select(Tag.__table__.c.name).order_by(Tag.__table__.c.id)))


def test_a_step_is_taken_back_if_anything_lies_outside(company):
    with company.acting("admin") as actor, unit() as current:
        with undone_if_refused(current, actor) as step:
            put_rows(Tag, [{"name": "kept"}])
        with undone_if_refused(current, actor) as step:
            put_rows(Tag, [{"name": "gone"}])
            step.outside = {1}
        assert names() == ["kept"]


def test_the_system_prepares_nothing_and_sees_what_the_session_holds(company):
    with company.acting("system") as actor, unit() as current:
        current.add(Tag(name="waiting"))
        with undone_if_refused(current, actor) as step:
            assert names() == ["waiting"]
            assert not current.in_nested_transaction()
        assert step.outside == set()
