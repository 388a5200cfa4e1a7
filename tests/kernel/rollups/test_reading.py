"""Who may be answered from cells: whose rights owner and team decide, and nobody else."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.collaborators import Collaborator
from app.kernel.database import acting_as, in_unit, session
from app.kernel.rollups import reading, upkeep
from app.kernel.rollups.cells import RollupState
from app.kernel.rollups.shapes import find
from app.sales.models import Opportunity
from app.sales.operations import lay_out_catalogue
from app.support.models import Ticket
from tests.desk.records import add, of

PIPELINE, BY_MONTH, LIFE = "opportunity.pipeline", "opportunity.won_by_month", "customer.by_lifecycle"


@pytest.fixture
def deals(company):
    """An open deal of sales1 and one of sales2, a customer of nobody; the sums are built."""
    with company.acting("system"):
        in_unit(lay_out_catalogue)
        upkeep.rebuild()
    add(company, Customer, name="Pool", owner=None)
    company.deal = add(company, Opportunity, name="A", amount=5, owner=company.ids["sales1"])
    company.other = add(company, Opportunity, name="B", amount=7, owner=company.ids["sales2"])
    return company


def read(company, who, name=PIPELINE, **changes):
    """The amounts and numbers that he is told, None where the cells do not answer him."""
    with company.acting(who) as actor, acting_as(replace(actor, made={}, **changes)) as changed:
        found = reading.sums(find(name), changed, "CNY")
        return None if found is None else [(each.amount, each.number) for each in found]


@pytest.mark.parametrize(("who", "told"), [("admin", (12, 2)), ("manager", (12, 2)), ("sales1", (5, 1)),
                                           ("sales2", (7, 1)), ("viewer", (5, 1))])
def test_each_is_told_the_sum_of_what_he_may_read(deals, who, told):
    assert read(deals, who) == [told]


def test_the_system_is_told_everything_and_who_may_read_nothing_is_told_nothing(deals):
    with deals.acting("system") as actor:
        assert [each.number for each in reading.sums(find(PIPELINE), actor, "CNY")] == [2]
    assert read(deals, "sales1", grants={}) == []
    assert read(deals, "sales1", grants={("opportunity", "read"): frozenset({"team", "tree", "pool"})}, team_id=None,
                teams=frozenset()) == []


def test_the_pool_is_of_those_who_may_read_it(deals):
    assert read(deals, "sales1", LIFE) == [(0, 1)]
    assert read(deals, "sales1", LIFE, grants={("customer", "read"): frozenset({"own"})}) == []


@pytest.mark.parametrize("word", ["through", "queue"])
def test_rights_by_more_than_owner_and_team_are_left_to_the_plain_query(deals, word):
    add(deals, Ticket, subject="Help")
    told = read(deals, "admin", "ticket.by_status", grants={("ticket", "read"): frozenset({"own", word})})
    assert told is None
    assert read(deals, "admin", "ticket.by_status") == [(0, 1)]


def test_a_word_that_opens_nothing_for_an_entity_stands_in_nobodys_way(deals):
    words = {("customer", "read"): frozenset({"own", "through"})}
    assert read(deals, "sales1", LIFE, grants=words) == []


def test_with_a_shared_record_of_a_colleague_the_plain_query_answers(deals):
    with deals.acting("system"):
        in_unit(lambda: session().add(Collaborator(entity="opportunity", record_id=deals.other,
                                                   user_id=deals.ids["sales1"])))
    assert read(deals, "sales1") is None
    assert read(deals, "sales2") == [(7, 1)]
    assert read(deals, "viewer") == [(5, 1)]


def test_months_of_another_zone_are_left_to_the_plain_query(deals):
    assert read(deals, "sales1", BY_MONTH) == []
    assert read(deals, "sales1", BY_MONTH, zone="Europe/Berlin") is None
    assert read(deals, "sales1", zone="Europe/Berlin") == [(5, 1)]


def test_money_of_another_currency_is_left_to_the_plain_query(deals):
    add(deals, Opportunity, name="C", amount=9, currency="USD", owner=deals.ids["sales2"])
    assert read(deals, "sales2") is None
    assert read(deals, "sales1") == [(5, 1)]


def test_sums_that_are_not_built_as_they_are_declared_answer_nobody(deals):
    table = RollupState.__table__
    with deals.acting("system"):
        in_unit(lambda: session().execute(sa.update(table).values(form="old")))
    assert read(deals, "sales1") is None
    assert of(deals, Opportunity, deals.deal, "amount") == 5
