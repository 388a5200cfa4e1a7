"""The table of the index on both databases."""

import pytest
import sqlalchemy as sa

from app.kernel.database import dialect, in_unit, session
from app.kernel.pour import put_rows
from app.kernel.search.entries import Grams, SearchEntry, counts, entries_holding, holding, holds
from app.kernel.search.grams import grams_of, wanted

ROWS = 10_000
# What the plan names when the text index is used, and what it names when a table is read instead.
INDEXED = {"postgresql": ("ix_search_entry_grams", ["Seq Scan"]),
           "sqlite": ("VIRTUAL TABLE INDEX", ["SCAN search_entry", "entity=?"])}


def fill(number=ROWS):
    put_rows(SearchEntry, [{"entity": "thing", "record_id": each, "grams": grams_of([f"名{each:05}"])}
                           for each in range(1, number + 1)])


@pytest.mark.parametrize(("text", "expected"), [("00042", {42}), ("名0001", set(range(10, 20))), ("x", set())])
def test_an_entry_is_found_by_the_grams_it_holds_and_only_within_its_entity(company, text, expected):
    with company.acting("system"):
        in_unit(fill, 60)
        assert expected <= set(session().scalars(holding("thing", wanted(text)))) <= set(range(1, 61))
        assert set(session().scalars(holding("other", wanted(text)))) == set()


def test_entries_of_all_entities_are_found_by_one_of_several_sets_of_grams(company):
    with company.acting("system"):
        in_unit(fill, 30)
        in_unit(put_rows, SearchEntry, [{"entity": "other", "record_id": 7, "grams": ["x", "y"], "spoken": "^ x "}])
        rows = session().execute(entries_holding(["x", "y"], wanted("00012"))).all()
        assert ("other", 7, "^ x ") in rows
        assert {(row.entity, row.record_id) for row in rows} == {("other", 7), ("thing", 12)}
        assert session().execute(entries_holding(["x", "z"])).all() == []
        assert set(session().scalars(holding("thing", ["x"], wanted("00012")))) == {12}


def test_one_entry_is_asked_whether_it_holds_grams_or_sounds_like_letters(company):
    with company.acting("system"):
        in_unit(put_rows, SearchEntry, [{"entity": "other", "record_id": 7, "grams": ["x", "xy"], "spoken": "^ wang "}])

        def told(*asked):
            return bool(session().scalar(sa.select(holds("other", *asked))))

        assert told(7, [["x", "xy"]])
        assert told(7, [["z"], ["x"]])
        assert told(7, [["z"]], "wan")
        assert not told(7, [["x", "y"]])
        assert not told(7, [["y"]], "ang")
        assert not told(8, [["x"]])


def test_entries_are_counted_up_to_a_number(company):
    with company.acting("system"):
        in_unit(fill, 30)
        assert counts(["名0", "名", "zz"], 10) == {"名0": 10, "名": 10, "zz": 0}
        assert counts(["03"], 10) == {"03": 2}
        assert counts([], 10) == {}


def test_a_removed_entry_is_found_no_more(company):
    table = SearchEntry.__table__
    with company.acting("system"):
        in_unit(fill, 3)
        in_unit(lambda: session().execute(sa.delete(table).where(table.c.record_id == 2)))
        assert set(session().scalars(holding("thing", ["名"]))) == {1, 3}


def test_the_plan_asks_the_text_index_and_reads_no_table_through(company):
    with company.acting("system"):
        in_unit(fill)
        found = holding("thing", wanted("名00042"))
        if dialect() == "postgresql":
            # As autovacuum does: entries that wait to be merged into the index count against it.
            session().execute(sa.text("SELECT gin_clean_pending_list('ix_search_entry_grams')"))
            session().execute(sa.text("ANALYZE search_entry"))
        prefix = "EXPLAIN QUERY PLAN " if dialect() == "sqlite" else "EXPLAIN "
        compiled = found.compile(session().get_bind(), compile_kwargs={"render_postcompile": True})
        raw = session().connection().exec_driver_sql(prefix + str(compiled), _bound(compiled))
        plan = "\n".join(str(row) for row in raw)
        used, through = INDEXED[dialect()]
    assert used in plan
    assert not [sign for sign in through if sign in plan]


def _bound(compiled):
    return tuple(compiled.params[name] for name in compiled.positiontup) if compiled.positional else compiled.params


def test_grams_are_an_array_here_and_words_there():
    postgres, sqlite = sa.dialects.registry.load("postgresql")(), sa.dialects.registry.load("sqlite")()
    for system in (postgres, sqlite):
        stored = Grams().process_bind_param(["a", "张三"], system)
        assert Grams().process_result_value(stored, system) == ["a", "张三"]
        assert Grams().process_bind_param(None, system) is None
        assert Grams().process_result_value(None, system) is None
    assert Grams().process_bind_param(["a"], sqlite) == "61"
