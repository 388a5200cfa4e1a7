"""The search box with the index answers what the plain comparison answers."""

import random

import pytest
import sqlalchemy as sa

from app.customers.models import Contact, Customer
from app.kernel.bulk import add_rows
from app.kernel.database import in_unit, session
from app.kernel.search.narrow import candidates
from app.kernel.views import asked as ask

SIGNS = "张三李四王五北京上海公司有限aAbBéÉΣσİi%_/'\"\\ -1290"
BOXES = {Customer: ["name", "code", "phone"], Contact: ["name", "customer.name", "email"]}


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


def narrowed(model, text):
    """What the list finds."""
    return set(session().scalars(ask.statement(model, BOXES[model], ask.Asked(text=text)).with_only_columns(model.id)))


@pytest.mark.parametrize("who", ["sales1", "sales2", "manager"])
@pytest.mark.parametrize("model", BOXES)
def test_nothing_is_lost_for_queries_of_one_to_eight_signs(crowd, model, who):
    chance = random.Random(13)
    with crowd.acting(who):
        names = list(session().scalars(sa.select(model.name)))
        asked = texts(chance, 60, 8)
        for name in chance.choices(names, k=60) if names else ():
            start = chance.randrange(len(name))
            asked.append(name[start:start + chance.randint(1, 8)].strip() or "张")
        for text in asked:
            assert narrowed(model, text) == plain(model, text), text


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
    assert candidates(Customer, ["name"], "", None) is None
    assert candidates(Customer, [], "a", None) is None
