"""What PostgreSQL reads of tables of ten thousand rows, by its own planner and its own statistics."""

import json

import pytest
from sqlalchemy import event

from app.kernel.database import db, session
from app.kernel.views import rows
from app.kernel.views.asked import Asked
from tests.kernel.crowds import FEW, crowd

COPIES = 199
ROWS = FEW * (COPIES + 1)
ON_CUSTOMERS = ["contact", "interaction", "ticket"]


def statements(view, asked):
    """The SELECTs behind a page, with what they were given; the count of the rows is not among them."""
    found = []
    listen = lambda *given: found.append((given[2], given[3]))  # noqa: E731 - SQLAlchemy wants one callable to remove
    event.listen(db.engine, "before_cursor_execute", listen)
    rows.read_page(view, asked)
    event.remove(db.engine, "before_cursor_execute", listen)
    return [each for each in found if each[0].startswith("SELECT") and not each[0].startswith("SELECT count(")]


def read_of(plan):
    """How many rows the scans below a node of a plan have read of tables."""
    own = 0
    if "Relation Name" in plan:
        passed = sum(plan.get(name, 0) for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck"))
        own = (plan["Actual Rows"] + passed) * plan["Actual Loops"]
    return own + sum(read_of(part) for part in plan.get("Plans", ()))


def read(view, asked):
    """How many rows are read for a page, with the cost of a random page that the guide advises for SSDs."""
    session().connection().exec_driver_sql("SET LOCAL random_page_cost = 1.1")
    total = 0
    for statement, given in statements(view, asked):
        told = session().connection().exec_driver_sql(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", given).scalar_one()
        total += read_of((told if isinstance(told, list) else json.loads(told))[0]["Plan"])
    return total


@pytest.fixture
def crowded(desk):
    """Ten thousand rows of every kind."""
    crowd(desk, COPIES)
    return desk


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_page_reads_a_part_of_the_table_by_every_way_that_is_declared_for_large_ones(crowded, view_of):
    """Neither the rights through a customer nor the order of the customers' names need all customers or all rows."""
    with crowded.acting("sales1"):
        for entity in ON_CUSTOMERS:
            assert read(view_of(entity), Asked()) < ROWS / 2, entity
    with crowded.acting("admin"):
        for entity in (*ON_CUSTOMERS, "opportunity"):
            for descending in (False, True):
                found = read(view_of(entity), Asked(sort="customer", descending=descending))
                assert found < ROWS / 10, (entity, descending, found)
