"""A text is looked for by walking the list or by the index: whichever way, the same rows in the same order."""

import datetime as dt
import random
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.kernel.bulk import add_rows
from app.kernel.database import in_unit, session
from app.kernel.filters import parse
from app.kernel.search import narrow
from app.kernel.views import asked as ask
from app.kernel.views import lookup, rows, walk
from app.kernel.views.asked import Asked
from tests.kernel.counting import counted
from tests.kernel.search.test_narrow import heard_in, sounds_of
from tests.kernel.views.test_rows import add_collaborator

# Rows looked at first, ids asked of the index, rows looked at then: each row lets one of the ways answer most pages.
WAYS = {"near": (2_000, 2_000, 50_000), "narrow": (1, 2_000, 50_000), "far": (1, 2, 2_000), "index": (1, 2, 1)}
TEXTS = ["恒达", "hd", "ALDER", "example.com", "5678", "不在"]
READERS = ["sales1", "admin"]
SORTS = ["", "name", "last_contact_at"]


@pytest.fixture
def crowd(desk):
    """Customers of two sellers and the pool, with contacts; every second name holds what is asked for."""
    chance = random.Random(5)
    owners = [desk.ids["sales1"], desk.ids["sales2"], None]
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = [{"name": chance.choice(["武汉恒达科技", "上海恒达", "北京中科", "Alder Birch Ltd", "达恒"]),
             "owner": chance.choice(owners), "code": f"C{each}",
             "phone": f"1390000{each % 3}5678" if each % 8 == 0 else None,
             "email": f"m{each}@example.com" if each % 5 == 0 else None,
             "last_contact_at": chance.choice([None, day, day + dt.timedelta(days=each % 5)])} for each in range(60)]
    with desk.acting("system"):
        in_unit(lambda: add_rows(Customer, made).insist())
        customers = session().scalars(sa.select(Customer.id)).all()
        in_unit(lambda: add_rows(Contact, [
            {"name": chance.choice(["恒达生", "李四", "Alderman"]), "customer": chance.choice(customers)}
            for _each in range(50)]).insist())
    add_collaborator(desk, "customer", desk.theirs, "sales1")
    return desk


def take(monkeypatch, way):
    near, many, furthest = WAYS[way]
    monkeypatch.setattr(walk, "NEAR", near)
    monkeypatch.setattr(narrow, "MANY", many)
    monkeypatch.setattr(walk, "FURTHEST", furthest)


def plainly(view, asked):
    """The ids that the plain comparison and the sounds of names find, in the asked order."""
    model = view.model
    names = [name for name in view.text_columns if ask.usable(ask.acting(), model)(name)]
    found = ask.ordered(ask.filtered(model, asked), model, asked, view.base_order)
    exact = set(session().scalars(sa.select(model.id).where(ask.exactly(asked.text)(model, names))))
    ids = list(session().scalars(found.with_only_columns(model.id)))
    wanted = exact | heard_in(sounds_of(model), asked.text) | parts_of(model, asked.text)
    return [each for each in ids if each in wanted]


def parts_of(model, text):
    """Whose mail or phone is asked for in part."""
    read = session().scalars(sa.select(model))
    return {row.id for row in read if (row.email or "").endswith(f"@{text}") or
            (text == "5678" and (row.phone or "").endswith(text))}


def turned(view, asked):
    """All ids by turning pages to the end, and by turning back from there."""
    there, page = [], rows.read_page(view, asked)
    while True:
        there += [record.id for record in page.records]
        if not page.after:
            break
        page = rows.read_page(view, replace(asked, after=page.after))
    back = [record.id for record in page.records]
    while page.before:
        page = rows.read_page(view, replace(asked, before=page.before))
        back = [record.id for record in page.records] + back
    return there, back


@pytest.mark.parametrize("way", WAYS)
def test_every_way_finds_what_the_plain_comparison_finds_page_by_page_there_and_back(crowd, view_of, monkeypatch, way):
    take(monkeypatch, way)
    found = 0
    for reader in READERS:
        for text in TEXTS:
            with crowd.acting(reader):
                asked = Asked(text=text, size=10, sort=SORTS[found % 3], descending=found % 2 == 0)
                view = view_of("customer")
                expected = plainly(view, asked)
                assert turned(view, asked) == (expected, expected), (reader, asked)
                assert rows.read_page(view, asked).count == len(expected), (reader, asked)
                assert rows.read_page(view, asked, cap=7).count == min(len(expected), 8), (reader, asked)
                found += 1
                if found == 1:
                    assert rows.all_ids(view, asked, 1_000) == sorted(expected)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_follows_pointers_and_filters_within_the_rights_of_the_reader(crowd, view_of, monkeypatch, way):
    take(monkeypatch, way)
    some = False
    for reader in READERS:
        for text in TEXTS:
            with crowd.acting(reader):
                view, asked = view_of("contact"), Asked(text=text, size=10)
                expected = plainly(view, asked)
                assert turned(view, asked) == (expected, expected), (reader, text)
                assert rows.read_page(view, asked).count == len(expected), (reader, text)
                filtered = Asked(parse("owner=me"), text=text, size=10)
                few = plainly(view, filtered)
                assert [row.id for row in rows.read_page(view, filtered).records] == few[:10], (reader, text)
                some = some or len(few) > 10 or len(expected) > 10
    assert some


@pytest.mark.parametrize("way", WAYS)
def test_a_look_up_offers_the_newest_that_match_whichever_way(crowd, view_of, monkeypatch, way):
    take(monkeypatch, way)
    for reader in READERS:
        with crowd.acting(reader), crowd.app.test_request_context():
            names = {row.id: row.name for row in session().scalars(sa.select(Customer))}
            expected = sorted((each for each, name in names.items() if "恒达" in name), reverse=True)[:lookup.LIMIT]
            assert [each["id"] for each in lookup.records(Customer, "恒达")] == expected


def test_a_frequent_text_is_found_without_asking_the_index_for_all_who_hold_it(crowd, view_of):
    with crowd.acting("admin"):
        view = view_of("customer")
        with counted(crowd.app) as count:
            page = rows.read_page(view, Asked(text="恒达", size=10))
        assert len(page.records) == 10
        # What a phone or an address may be asked by, the page, its count and whether that is all, its titles.
        assert len(count) <= 5, str(count)
        assert sum("search_entry" in each for each in count.statements) == 1, str(count)


def test_a_rare_text_is_asked_of_the_index_and_its_count_comes_from_the_same_few(crowd, view_of):
    with crowd.acting("admin"), counted(crowd.app) as count:
        assert rows.read_page(view_of("customer"), Asked(text="Zenith", size=10)).count == 1
    assert len(count) <= 6, str(count)


def test_a_place_that_lies_behind_everything_gives_an_empty_page_either_way(crowd, view_of, monkeypatch):
    with crowd.acting("admin"):
        view, asked = view_of("customer"), Asked(text="恒达", sort="name")
        order = ask.order_of(view.model, asked, view.base_order)
        far = replace(asked, after=order.token(rows.Place("\U0003ffff", 10**9)))
        for way in WAYS:
            take(monkeypatch, way)
            assert rows.read_page(view, far).records == []


def test_pages_by_number_give_the_same_rows(crowd, view_of):
    with crowd.acting("admin"):
        view, asked = view_of("customer"), Asked(text="恒达", size=10)
        expected = plainly(view, asked)
        assert [row.id for row in rows.read_page(view, replace(asked, page=2)).records] == expected[10:20]
