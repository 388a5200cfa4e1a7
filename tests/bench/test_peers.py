"""The peers answer with the same rows: otherwise their times say nothing about each other."""

import json
from dataclasses import replace

import pytest

from bench.cases import CASES, OURS, PEERS, RAW, STOCK
from bench.words import ADMIN, PLAIN

API = {case.name: case for case in CASES}["REST list"]


def names_in(text, known):
    """Those of the `known` names that the page shows, in the order of the page."""
    return sorted((name for name in known if f">{name}<" in text), key=lambda name: text.index(f">{name}<"))


@pytest.fixture(scope="session")
def known(given):
    """The name of every customer, the latest first; no two are the same."""
    import sqlalchemy as sa

    engine = sa.create_engine(given["DATABASE_URL"])
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT name FROM customer ORDER BY created_at DESC, id DESC"))
        names = list(rows.scalars())
    engine.dispose()
    return [name for name in names if names.count(name) == 1]


def test_lists_of_the_three_programs_interfaces_are_the_same(workers, draw):
    urls = API.urls(draw())
    told = {peer: json.loads(workers[peer].body(urls[peer], ADMIN))["result"] for peer in PEERS}
    names = {peer: [row["name"] for row in rows] for peer, rows in told.items()}
    assert len(names[OURS]) == 25
    assert names[OURS] == names[RAW] == names[STOCK]


@pytest.mark.parametrize("page", ["List, first page", "List, page at 98 %", "Search, 2 signs, many hits",
                                  "Search, 4 signs, few hits"])
def test_lists_and_searches_show_the_same_customers_in_the_same_order(workers, known, draw, page):
    case = next(case for case in CASES if case.name == page)
    found = set()
    for name in known[:4]:
        urls = case.urls(replace(draw(), seldom=name[2:6]))
        shown = {peer: names_in(workers[peer].body(urls[peer], case.user), known) for peer in PEERS}
        assert shown[OURS] == shown[RAW] == shown[STOCK]
        found.update(shown[OURS])
    assert found


def test_record_pages_show_the_same_contacts(workers, given):
    import sqlalchemy as sa

    engine = sa.create_engine(given["DATABASE_URL"])
    with engine.connect() as connection:
        customer, contact = connection.execute(sa.text("SELECT customer_id, name FROM contact WHERE id = 180")).one()
    engine.dispose()
    case = next(case for case in CASES if case.name == "Record with related lists")
    for peer, address in case.addresses.items():
        assert contact in workers[peer].body(address.format(customer=customer), ADMIN), peer


def test_the_plain_form_differs_by_the_relation_alone(workers):
    with_it, without = (workers[OURS].body("/contact/add", user) for user in (ADMIN, PLAIN))
    assert 'name="customer"' in with_it
    assert 'name="customer"' not in without
    assert with_it.count("<input") == without.count("<input")
    stock = [workers[STOCK].body(f"/{view}/add", ADMIN) for view in ("contactview", "plaincontactview")]
    assert ['id="customer"' in page for page in stock] == [True, False]
    assert stock[0].count("<option") > 200
