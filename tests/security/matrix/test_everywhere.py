"""The search over all entities, role by entity: whoever asks finds what he may read, all of it and nothing else."""

import pytest
from sqlalchemy import inspect, select

from app.kernel.database import db
from app.kernel.fields import fields_of
from app.kernel.search import everywhere
from app.kernel.search.content import hashed, indexed
from app.kernel.search.similar import similar
from tests.security.matrix.factory import Factory
from tests.security.matrix.test_matrix import oracle_of
from tests.world import USERS

EVERYTHING = 100_000
OPEN = ("write", "read")


@pytest.fixture
def filled(company, furnish):
    """The company with rows of every entity on every side; (company, what was made, the oracle)."""
    with company.app.app_context():
        made = furnish("filled", Factory(company.ids).make_all)
        yield company, made, oracle_of(company)


def texts_now(models):
    """Every indexed text as it is stored: (entity, id) -> field -> text in lower case."""
    found = {}
    with db.engine.connect() as connection:
        for model in models:
            table, names = model.__table__, sorted(indexed(model.entity_name()))
            stored = [inspect(model).column_attrs[fields_of(model)[name].column].columns[0] for name in names]
            for record_id, *texts in connection.execute(select(table.c.id, *stored)):
                found[model.entity_name(), record_id] = {
                    name: (text or "").lower() for name, text in zip(names, texts, strict=True)}
    return found


def holding(oracle, user, texts, part):
    """Every row that the user may read of which an indexed field that is open to him holds `part`."""
    return {(entity, record_id) for (entity, record_id), known in texts.items()
            if record_id in oracle.readable(user, entity)
            and any(part in text and oracle.mode(user, entity, name) in OPEN for name, text in known.items())}


def find(company, user, text, search=everywhere.find):
    """What the user finds in everything that is indexed, whether he may read any of it or not."""
    with company.acting(user) as actor:
        with company.acting("system") as system:
            models = everywhere.reachable(system)
        with company.acting(user):
            return {hit[:2] for hit in search(actor, models, text, EVERYTHING)}


def test_every_role_finds_the_rows_of_every_entity_that_it_may_read_and_no_other(filled):
    company, _made, oracle = filled
    with company.acting("system") as system:
        models = everywhere.reachable(system)
    texts = texts_now(models)
    for user in USERS:
        assert find(company, user, "zq") == holding(oracle, user, texts, "zq"), user
    assert len({entity for entity, _id in holding(oracle, "admin", texts, "zq")}) > 20
    assert len(holding(oracle, "admin", texts, "zq")) > len(holding(oracle, "sales1", texts, "zq")) > 20


def test_personal_values_are_found_only_where_the_column_is_open_to_the_role(filled):
    company, made, oracle = filled
    rows = {(entity, record_id, field) for entity, record_id, field in made.private.values() if field in hashed(entity)}
    assert {entity for entity, _id, _field in rows} >= {"customer", "contact", "lead"}
    phone = next(text for text, place in made.private.items() if place[0] == "customer" and place[2] == "phone"
                 and place[1] == made.ids["customer", "sales1"])
    seen = {}
    for user in USERS:
        expected = {(entity, record_id) for entity, record_id, field in rows if field == "email"
                    and record_id in oracle.readable(user, entity) and oracle.mode(user, entity, field) in OPEN}
        assert find(company, user, "@example.com") == expected, user
        mine = made.ids["customer", "sales1"]
        seen[user] = mine in oracle.readable(user, "customer") and oracle.mode(user, "customer", "phone") in OPEN
        for text in (phone, phone[-8:], phone[-4:]):
            assert (("customer", mine) in find(company, user, text)) is seen[user], (user, text)
    assert set(seen.values()) == {True, False}


def test_what_is_merely_similar_keeps_to_the_same_rights(filled):
    company, _made, oracle = filled
    with company.acting("system") as system:
        models = everywhere.reachable(system)
    titles = {model.entity_name(): model.title_field for model in models}
    found = {user: find(company, user, "Zq1x", similar) for user in USERS}
    for user, hits in found.items():
        for entity, record_id in hits:
            assert record_id in oracle.readable(user, entity), (user, entity)
            assert oracle.mode(user, entity, titles[entity]) in OPEN, (user, entity)
    assert len(found["admin"]) > len(found["sales1"]) > 0
