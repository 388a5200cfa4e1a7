"""The search box with the index answers what the plain comparison answers."""

import itertools
import random
from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.kernel.bulk import add_rows, change_rows
from app.kernel.database import acting_as, in_unit, session
from app.kernel.search import narrow
from app.kernel.search.narrow import candidates
from app.kernel.search.spoken import heard, spoken_of
from app.kernel.views import asked as ask
from app.security.encryption.current import using_key_ring
from tests.desk.records import add

SIGNS = "张三李四王五北京上海公司有限aAbBéÉΣσİi%_/'\"\\ -1290"
LETTERS = ["zs", "zhangsan", "li", "lisi", "ww", "wang", "wang w", "wangwu", "bei", "bj", "gs", "yx", "shang", "zz"]
READERS = ["sales1", "sales2", "manager"]
BOXES = {Customer: ["name", "code", "phone", "email"], Contact: ["name", "customer.name", "email"]}


def texts(chance, number, longest):
    return ["".join(chance.choices(SIGNS, k=chance.randint(1, longest))).strip() or "空" for _ in range(number)]


@pytest.fixture
def crowd(desk):
    """Two hundred customers and contacts with names of all signs."""
    chance = random.Random(11)
    with desk.acting("sales1"):
        in_unit(add_rows, Customer, [{"name": name} for name in texts(chance, 200, 14)])
        customers = session().scalars(sa.select(Customer.id)).all()
        in_unit(add_rows, Contact, [{"name": name, "customer": chance.choice(customers)}
                                    for name in texts(chance, 200, 8)])
    return desk


def plain(model, text):
    """What the comparison alone finds."""
    found = sa.select(model.id).where(ask.condition(model, ask.search_tree(model, BOXES[model], text)))
    return set(session().scalars(found))


def sounds_of(model):
    """How the names that the reader may see sound, by record: its own, and its customer's."""
    parents = {row.id: row.name for row in session().scalars(sa.select(Customer))}
    rows = session().scalars(sa.select(model)).all()
    named = {row.id: [row.name, parents.get(getattr(row, "customer_id", None))] for row in rows}
    return {record_id: "".join(spoken_of([name]) or "" for name in names) for record_id, names in named.items()}


def heard_in(sounds, text):
    """What is found by its sound, compared name by name."""
    return {record_id for record_id, sound in sounds.items() if heard(text) and f" {heard(text)}" in sound}


def narrowed(model, text):
    """What the list finds."""
    return set(session().scalars(ask.statement(model, BOXES[model], ask.Asked(text=text)).with_only_columns(model.id)))


def asked_of(model):
    """Queries of one to eight signs, half of them parts of names that are there."""
    chance = random.Random(13)
    # In one order, or what is asked would differ from call to call.
    names = list(session().scalars(sa.select(model.name).order_by(model.id)))
    asked = texts(chance, 40, 8)
    for name in chance.choices(names, k=40) if names else ():
        start = chance.randrange(len(name))
        asked.append(name[start:start + chance.randint(1, 8)].strip() or "张")
    return [*asked, *LETTERS]


def test_nothing_is_lost_for_queries_of_one_to_eight_signs_with_sounds_and_without(crowd, monkeypatch):
    found = {}
    for who, model in itertools.product(READERS, BOXES):
        with crowd.acting(who):
            sounds = sounds_of(model)
            for text in asked_of(model):
                found[who, model, text] = alone = plain(model, text)
                assert narrowed(model, text) == alone | heard_in(sounds, text), text
    monkeypatch.setattr(narrow, "heard", lambda text: "")
    for who, model in itertools.product(READERS, BOXES):
        with crowd.acting(who):
            for text in asked_of(model):
                assert narrowed(model, text) == found[who, model, text], text
    assert any(found.values())


def test_names_are_found_by_their_sound_within_the_rights_of_the_reader(crowd):
    found = {}
    for who, model in itertools.product(READERS, BOXES):
        with crowd.acting(who):
            sounds = sounds_of(model)
            found |= {(who, model, text): heard_in(sounds, text) for text in LETTERS}
            for text in LETTERS:
                assert narrowed(model, text) == plain(model, text) | found[who, model, text], text
    assert any(ids for (who, _model, _text), ids in found.items() if who == "sales1")
    assert not any(ids for (who, _model, _text), ids in found.items() if who == "sales2")


@pytest.fixture
def people(desk):
    """王伟 with a phone and an address, and a stranger's."""
    for key, owner in (("wang", "sales1"), ("foreign", "sales2")):
        made = add(desk, Customer, name="王伟", phone="13912345678", email="boss.man@example.com",
                   owner=desk.ids[owner])
        setattr(desk, key, made)
        setattr(desk, f"{key}_contact", add(desk, Contact, name="小明", customer=made, owner=desk.ids[owner]))
    return desk


def test_a_person_is_found_by_sound_and_by_parts_of_number_and_address(people):
    asked = ["wangwei", "ww", "wang wei", "5678", "12345678", "13912345678", "+86 139 1234 5678", "345 678",
             "boss.man@example.com", "Boss.Man", "@example.com", "example.com"]
    for text in asked:
        with people.acting("sales1"):
            assert narrowed(Customer, text) == {people.wang}, text
        with people.acting("manager"):
            assert narrowed(Customer, text) == {people.wang, people.foreign}, text


def test_contacts_are_found_by_the_sound_of_their_customer_only_where_that_is_visible(people):
    with people.acting("system"):
        in_unit(change_rows, Contact, {people.foreign_contact: {"owner": people.ids["sales1"]}})
    with people.acting("sales1"):
        assert narrowed(Contact, "wangwei") == {people.wang_contact}
        assert narrowed(Contact, "xiaoming") == {people.wang_contact, people.foreign_contact}


def test_nothing_is_found_by_a_column_that_is_masked_or_hidden(people):
    barred = {"phone": ["5678", "12345678", "13912345678"], "name": ["wangwei", "ww", "王伟"],
              "email": ["boss.man", "example.com", "boss.man@example.com"]}
    with people.acting("manager") as actor:
        assert all(narrowed(Customer, text) for texts in barred.values() for text in texts)
    for mode, (field, texts) in itertools.product(("mask", "hide"), barred.items()):
        narrow_minded = replace(actor, columns={**actor.columns, ("customer", field): mode}, made={})
        with people.app.app_context(), acting_as(narrow_minded):
            assert not any(narrowed(Customer, text) for text in texts), (mode, field)
            assert narrowed(Contact, "wangwei") == (set() if field == "name" else {
                people.wang_contact, people.foreign_contact})


def test_while_keys_rotate_values_of_both_keys_are_found(people):
    ring = people.app.extensions["key_ring"]
    old, new = ring.fresh_text("a"), ring.fresh_text("b")
    with people.acting("sales1"):
        with using_key_ring(type(ring).parse(old)):
            first = add(people, Customer, name="Old", phone="13700001111", owner=people.ids["sales1"])
        with using_key_ring(type(ring).parse(f"{new},{old}")):
            second = add(people, Customer, name="New", phone="13800001111", owner=people.ids["sales1"])
            assert narrowed(Customer, "00001111") == {first, second}


def test_a_field_outside_the_index_is_asked_itself(desk):
    with desk.acting("sales1"):
        assert narrowed(Customer, "13800138000") == {desk.mine}
        assert narrowed(Contact, "Acme") == {desk.contact}


def test_the_recycle_bin_is_searched_without_the_index(desk):
    with desk.acting("sales1"):
        found = ask.statement(Customer, ["name"], ask.Asked(text="acme", deleted=True))
        assert "search_entry" not in str(found)
        assert list(session().scalars(found)) == []


def test_without_a_text_or_a_field_nothing_is_narrowed(company):
    assert candidates(Customer, ["name"], "", None) == []
    assert candidates(Customer, [], "a", None) == []
