"""The indexes of lists: which follow from a declaration, and that the databases walk them."""

import contextlib
import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from app import models  # noqa: F401 - every class must be known before one is mapped
from app.customers.models import Contact, Customer, Industry
from app.kernel import clock
from app.kernel.database import db, session
from app.kernel.entity import scoped_by_table
from app.kernel.fields import fields_of
from app.kernel.filters import Where
from app.kernel.views import indexes, rows
from app.kernel.views.asked import Asked
from app.sales.models import StageChange

LISTS = ["customer", "contact", "lead", "opportunity", "order", "ticket", "task", "churn_alert", "interaction"]
READERS = ["admin", "manager", "sales1", "viewer"]


def declared(model, **options):
    given = {"list_columns": [], "search_columns": [], "base_order": ("id", "desc"), **options}
    return SimpleNamespace(model=model, sort_columns=given["list_columns"], **given)


def test_what_sorts_or_filters_has_an_index_and_each_scope_has_one_in_the_order_of_the_list():
    view = declared(Customer, list_columns=["name", "industry"], search_columns=["level", "owner", "tags", "phone"],
                    base_order=("created_at", "desc"))
    assert indexes.wanted(view) == [
        ("created_at", "id"), ("name", "id"), ("industry_id", "id"), ("level", "id"),
        ("owner_id", "created_at", "id"), ("team_id", "created_at", "id")]


def test_an_order_by_the_id_needs_no_index_of_its_own():
    assert indexes.wanted(declared(Customer)) == [("owner_id", "id"), ("team_id", "id")]


def test_a_catalogue_has_none_and_a_log_carries_its_order_and_its_pointers_only():
    assert indexes.wanted(declared(Industry, list_columns=["name"])) == []
    log = declared(StageChange, list_columns=["at", "opportunity", "stayed_seconds"], base_order=("at", "desc"))
    assert indexes.wanted(log) == [("at", "id"), ("opportunity_id", "id")]


def test_the_pool_and_the_recycle_bin_have_indexes_of_their_own_rows():
    view = declared(Customer, base_order=("created_at", "desc"))
    assert indexes.apart(view) == {"pool": (("created_at", "id"), "deleted_at IS NULL AND owner_id IS NULL"),
                                   "bin": (("created_at", "id"), "deleted_at IS NOT NULL")}
    assert indexes.apart(declared(Contact)) == {"bin": (("id",), "deleted_at IS NOT NULL")}
    assert indexes.apart(declared(Industry)) == indexes.apart(declared(StageChange)) == {}


def test_declaring_a_view_twice_adds_nothing(desk, view_of):
    with desk.acting("admin"):
        view = view_of("customer")
        before = {index.name for index in Customer.__table__.indexes}
        indexes.declare(view)
        assert {index.name for index in Customer.__table__.indexes} == before
        assert "ix_customer_owner_id_created_at_id_list" in before


@pytest.mark.parametrize("entity", LISTS)
def test_every_sort_of_a_list_is_walked_by_index(desk, view_of, entity):
    """With everything but an index walk made dear, no plan may fall back on reading or sorting the whole table."""
    with desk.acting("admin"):
        view, known = view_of(entity), fields_of(view_of(entity).model)
        sorts = [name for name in view.sort_columns if not is_by_title(known[name])]
        assert sorts
        for sort in ("", *sorts):
            for descending in (False, True):
                expect_walked(view, Asked(sort=sort, descending=descending))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("entity", ["customer", "lead"])
def test_the_rights_of_a_reader_are_ranges_of_an_index(desk, view_of, entity, reader):
    with desk.acting(reader):
        expect_walked(view_of(entity), Asked())


@pytest.mark.parametrize("entity", ["customer", "ticket"])
def test_a_page_behind_a_place_is_a_range_of_the_index_too(desk, view_of, entity):
    with desk.acting("admin"):
        view = view_of(entity)
        order = rows.ask.order_of(view.model, Asked(), view.base_order)
        place = order.token(rows.Place(clock.now(), 5))
        for asked in (Asked(after=place), Asked(before=place)):
            expect_walked(view, asked)


@pytest.mark.parametrize("entity", LISTS)
def test_no_declared_filter_reads_the_whole_table(desk, view_of, entity):
    """Every field that the filter offers, by what its kind is asked for most: a value, a range, nothing."""
    with desk.acting("admin"):
        view, known = view_of(entity), fields_of(view_of(entity).model)
        asked = [tree for name in view.search_columns if name in known for tree in questions(known[name])]
        assert len(asked) > 2 * len(view.search_columns) - 2
        for tree in asked:
            expect_walked(view, Asked(tree=tree))


@pytest.mark.parametrize("text", ["钢", "钢铁", "er", "steelworks", "13800138000", "nobody has this"])
@pytest.mark.parametrize("entity", ["customer", "contact", "ticket"])
def test_no_search_reads_the_whole_table(desk, view_of, entity, text):
    with desk.acting("admin"):
        expect_walked(view_of(entity), Asked(text=text))


def questions(field):
    """What a filter asks of a field, as trees."""
    empty = [] if field.required else [Where(field.name, "is_empty", True)]
    if field.kind == "choice":
        first, *others = field.choices
        return [Where(field.name, "eq", first), Where(field.name, "in", [first, *others[:1]]), *empty]
    if field.kind in ("pointer", "user"):
        return [Where(field.name, "eq", 1), Where(field.name, "in", [1, 2]), *empty]
    if field.kind == "many":
        return [Where(field.name, "in", [1]), *empty]
    if field.kind in ("date", "moment"):
        return [Where(field.name, "eq", "this_week"), Where(field.name, "gte", "2026-01-01"), *empty]
    if field.kind == "boolean":
        return [Where(field.name, "eq", True), Where(field.name, "eq", False)]
    if field.kind in ("integer", "decimal", "money"):
        return [Where(field.name, "gte", 5), Where(field.name, "lt", 5), *empty]
    return [Where(field.name, "eq", "x"), Where(field.name, "contains", "xy"), *empty]


def is_by_title(field):
    return field.kind == "pointer" and field.target in scoped_by_table()


def expect_walked(view, asked):
    table = view.model.__tablename__
    with explained() as plans:
        rows.read_page(view, asked)
    assert plans
    for plan in plans:
        faults = [line for line in plan if is_fault(line, table)]
        assert not faults, f"{asked.sort or 'base order'} {asked.descending}:\n" + "\n".join(plan)


def is_fault(line, table):
    """A line that reads the whole table, without an index or in no order of one."""
    if "USING" in line or "Index" in line:
        return False
    return bool(re.search(rf'SCAN "?{table}"?\b|Seq Scan on (public\.)?"?{table}"?\b', line))


@contextlib.contextmanager
def explained():
    """The plans of the SELECTs inside, as lists of lines."""
    plans, asked = [], []
    lite = db.engine.dialect.name == "sqlite"
    listen = lambda *given: asked.append((given[2], given[3]))  # noqa: E731 - SQLAlchemy wants one callable to remove
    if not lite:
        session().execute(sa.text("SET LOCAL enable_seqscan = off"))
        session().execute(sa.text("SET LOCAL enable_bitmapscan = off"))
    event.listen(db.engine, "before_cursor_execute", listen)
    yield plans
    event.remove(db.engine, "before_cursor_execute", listen)
    for statement, parameters in asked:
        if statement.lstrip().startswith("SELECT"):
            prefix = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN "
            found = session().connection().exec_driver_sql(prefix + statement, parameters)
            plans.append([str(row[-1]) for row in found])
