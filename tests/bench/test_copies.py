"""Copied rows are rows like others: they hang together, are found, and no two share a moment or a key."""

import pytest
import sqlalchemy as sa

from app.kernel.actor import SYSTEM
from app.kernel.database import acting_as, prepare_engine, session
from app.kernel.entity import scoped_by_table
from app.kernel.search.content import contents
from app.kernel.search.entries import SearchEntry
from app.kernel.search.spoken import grams_of_spoken
from bench.copies import COPIED, Copied, multiply
from bench.peers import ours


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
    SearchEntry.__table__.create(engine)
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


def test_entries_of_copies_hold_what_the_product_would_index_but_for_the_sound_of_the_number(given):
    app = ours.make(given)
    with app.app_context(), acting_as(SYSTEM):
        for copied in COPIED:
            model = scoped_by_table()[copied.table]
            ids = list(session().scalars(sa.select(model.id)))
            kept = session().scalars(sa.select(SearchEntry).where(SearchEntry.entity == copied.table))
            held = {entry.record_id: entry for entry in kept}
            assert sorted(held) == sorted(ids)
            for record_id, content in contents(copied.table, ids).items():
                assert (set(content.grams) ^ set(held[record_id].grams)) <= (
                    grams_of_spoken(content.spoken) | grams_of_spoken(held[record_id].spoken))


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_the_index_over_grams_is_there_again(tables):
    before = rows(tables, "SELECT indexdef FROM pg_indexes WHERE tablename = 'search_entry' ORDER BY 1")
    multiply(tables, 1)
    assert rows(tables, "SELECT indexdef FROM pg_indexes WHERE tablename = 'search_entry' ORDER BY 1") == before


def test_entries_are_copied_with_the_grams_of_the_number_and_of_its_neighbours(tables):
    table = SearchEntry.__table__
    with tables.begin() as connection:
        connection.execute(table.insert(), [
            {"entity": "parent", "record_id": 1, "grams": ["a"], "spoken": "x"},
            {"entity": "other", "record_id": 1, "grams": ["a"], "spoken": None}])
    multiply(tables, 2)
    with tables.connect() as connection:
        found = connection.execute(sa.select(table.c.entity, table.c.record_id, table.c.grams, table.c.spoken)
                                   .order_by(table.c.entity, table.c.record_id)).all()
        asked = connection.execute(sa.text("SELECT count(*) FROM search_gram WHERE search_gram MATCH :word"),
                                   {"word": b"-2".hex()}) if tables.dialect.name == "sqlite" else None
        assert asked is None or asked.scalar_one() == 1
    assert [(entity, record_id, set(grams), spoken) for entity, record_id, grams, spoken in found] == [
        ("other", 1, {"a"}, None), ("parent", 1, {"a"}, "x"), ("parent", 4, {"a", "-", "1", "-1", "a-"}, "x"),
        ("parent", 7, {"a", "-", "2", "-2", "a-"}, "x")]
