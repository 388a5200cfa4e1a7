"""Copied rows are rows like others: they hang together, are found, and no two share a moment or a key."""

import pytest
import sqlalchemy as sa

from app.kernel.database import prepare_engine
from bench.copies import Copied, multiply


@pytest.fixture
def tables(empty_database_url, monkeypatch):
    """An engine on two tables that point at each other's like, with three rows of each, and links."""
    engine = sa.create_engine(empty_database_url)
    prepare_engine(engine)
    meta = sa.MetaData()
    sa.Table("parent", meta, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)),
             sa.Column("order", sa.Integer), sa.Column("made_at", sa.DateTime))
    sa.Table("child", meta, sa.Column("id", sa.Integer, primary_key=True), sa.Column("parent_id", sa.Integer),
             sa.Column("code", sa.String(20)))
    sa.Table("customer_tag", meta, sa.Column("customer_id", sa.Integer), sa.Column("tag_id", sa.Integer))
    meta.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO parent (name, \"order\", made_at) VALUES "
                                   "('a', 1, '2026-01-01 00:00:00'), ('b', 2, '2026-01-01 00:00:01'), "
                                   "('c', 3, '2026-01-01 00:00:02')"))
        connection.execute(sa.text("INSERT INTO child (parent_id, code) VALUES (2, NULL), (3, 'x'), (NULL, 'y')"))
        connection.execute(sa.text("INSERT INTO customer_tag VALUES (2, 7)"))
    monkeypatch.setattr("bench.copies.COPIED", (Copied("parent", {}, ("name",), ("made_at",)),
                                                Copied("child", {"parent_id": "parent"}, ("code",))))
    monkeypatch.setattr("bench.copies.FIRST", "parent")
    yield engine
    engine.dispose()


def rows(engine, statement):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(statement))]


def test_every_copy_has_its_own_ids_names_and_moments_and_points_into_itself(tables):
    multiply(tables, 2)
    parents = rows(tables, 'SELECT id, name, "order" FROM parent ORDER BY id')
    assert parents == [(1, "a", 1), (2, "b", 2), (3, "c", 3), (4, "a-1", 1), (5, "b-1", 2), (6, "c-1", 3),
                       (7, "a-2", 1), (8, "b-2", 2), (9, "c-2", 3)]
    assert rows(tables, "SELECT parent_id, code FROM child ORDER BY id") == [
        (2, None), (3, "x"), (None, "y"), (5, None), (6, "x-1"), (None, "y-1"), (8, None), (9, "x-2"), (None, "y-2")]
    assert rows(tables, "SELECT * FROM customer_tag ORDER BY customer_id") == [(2, 7), (5, 7), (8, 7)]
    moments = [str(moment) for moment, in rows(tables, "SELECT made_at FROM parent ORDER BY id")]
    assert moments == sorted(set(moments))
    assert moments[3].startswith("2026-01-01 00:16:40")


def test_the_next_row_gets_the_next_id(tables):
    multiply(tables, 3)
    with tables.begin() as connection:
        made = connection.execute(sa.text("INSERT INTO parent (name) VALUES ('new') RETURNING id")).scalar_one()
    assert made == 13


def test_copies_of_the_product_are_found_by_its_search(workers):
    shown = workers["ours"].body("/customer/list/?q=K7", "admin")
    assert shown.count('href="/customer/show/') == 4
