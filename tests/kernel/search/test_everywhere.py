"""One search over all entities: order, rights, deleted rows."""

from dataclasses import replace

import pytest

from app.customers.models import Contact, Customer
from app.kernel.actor import acting
from app.kernel.database import acting_as
from app.kernel.search import everywhere
from app.kernel.search.everywhere import BEGINS, CONTAINS, ELSEWHERE, EXACT, WORD_BEGINS
from app.support.models import Ticket
from tests.desk.records import add, delete, edit
from tests.kernel.counting import counted


def found(company, who, text, most=50):
    """(entity, id) of what the user finds, the best first."""
    return [(hit.entity, hit.record_id) for hit in hits(company, who, text, most)]


def hits(company, who, text, most=50):
    with company.acting(who) as actor:
        return everywhere.find(actor, everywhere.reachable(actor), text, most)


@pytest.fixture
def named(desk):
    """Customers of sales1 whose names hold "mill" in every way, the worst first."""
    desk.ranked = [add(desk, Customer, name=name, owner=desk.ids["sales1"], **more) for name, more in [
        ("Other", {"code": "A-MILL-1"}), ("Windmills", {}), ("Old Mill", {}), ("Steel (Mill)", {}), ("Milling", {}),
        ("MILL", {})]]
    return desk


def test_exact_titles_come_first_then_beginnings_then_words_then_the_rest_the_newer_first(named):
    answer = hits(named, "sales1", "mill")
    customers = [(hit.record_id, hit.rank) for hit in answer if hit.entity == "customer"]
    other, inside, word, bracket, begins, exact = named.ranked
    assert customers == [(exact, EXACT), (begins, BEGINS), (bracket, WORD_BEGINS), (word, WORD_BEGINS),
                         (inside, CONTAINS), (other, ELSEWHERE)]
    assert [hit.rank for hit in answer] == sorted(hit.rank for hit in answer)
    assert ("opportunity", named.crossed, EXACT) in [(hit.entity, hit.record_id, hit.rank) for hit in answer]


def test_what_stands_elsewhere_is_told_with_its_field(named):
    last = hits(named, "sales1", "mill")[-1]
    assert (last.record_id, last.field, last.text) == (named.ranked[0], "code", "A-MILL-1")


def test_a_change_makes_a_record_newer(named):
    edit(named, Customer, named.ranked[2], city="Berlin")
    order = [record_id for entity, record_id in found(named, "sales1", "mill") if entity == "customer"]
    assert order.index(named.ranked[2]) < order.index(named.ranked[3])


def test_sounds_and_parts_are_ranked_too_and_nothing_is_told_twice(desk):
    made = add(desk, Customer, name="王小伟", phone="13912345678", email="boss.man@example.com",
               owner=desk.ids["sales1"])
    add(desk, Customer, name="王小伟", phone="13912345678", email="boss.man@example.com", owner=desk.ids["sales2"])
    for text, rank in [("wangxiaowei", BEGINS), ("wxw", BEGINS), ("wangxw", BEGINS), ("wangx", WORD_BEGINS),
                       ("xiaowei", CONTAINS), ("王小伟", EXACT), ("小伟", CONTAINS), ("13912345678", EXACT),
                       ("5678", EXACT), ("boss.man", EXACT), ("@example.com", EXACT)]:
        assert [(hit.record_id, hit.rank) for hit in hits(desk, "sales1", text)] == [(made, rank)], text
        assert len(found(desk, "manager", text)) == 2


def test_deleted_records_are_not_found(desk):
    assert ("customer", desk.mine) in found(desk, "sales1", "acme")
    delete(desk, Customer, desk.mine)
    assert found(desk, "sales1", "acme") == []
    assert found(desk, "admin", "acme") == []


@pytest.mark.parametrize("mode", ["mask", "hide"])
def test_columns_that_are_barred_find_nothing_and_show_nothing(desk, mode):
    add(desk, Customer, name="王小伟", code="QQQ77", phone="13912345678", owner=desk.ids["sales1"])
    with desk.acting("manager") as actor:
        barred = replace(actor, made={}, columns={**actor.columns, **{
            ("customer", field): mode for field in ("name", "code", "phone")}})
    with desk.app.app_context(), acting_as(barred):
        for text in ("王小伟", "wangxiaowei", "wxw", "QQQ77", "5678", "13912345678"):
            assert everywhere.find(acting(), [Customer], text, 10) == []


def test_odd_texts_are_texts(desk):
    for text in ("", "   ", "nothing like this", "%", "__", "' OR 1=1", '"', "(", "AND", "NEAR(", "\x00", "qq\x00qq"):
        assert found(desk, "sales1", text) == [], text


def test_without_an_entity_to_read_nothing_is_asked(desk):
    with desk.acting("sales1") as actor, counted(desk.app) as count:
        assert everywhere.find(actor, [], "acme", 10) == []
    assert len(count) == 0


def test_one_statement_looks_everywhere_and_only_the_best_are_told(named):
    with named.acting("sales1") as actor:
        models = everywhere.reachable(actor)
        assert {Customer, Contact, Ticket} - set(models) in ({Ticket}, set())
        with counted(named.app) as count:
            best = everywhere.find(actor, models, "mill", 3)
    assert len(count) == 1
    assert [hit.rank for hit in best] == [EXACT, EXACT, BEGINS]
