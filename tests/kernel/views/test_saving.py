"""From what was given to a saved record."""

import pytest

from app.customers.models import Contact, Customer
from app.kernel.database import in_unit
from app.kernel.errors import Missing, NotAllowed, RuleError, Stale
from app.kernel.views import saving
from tests.desk.records import of


def test_what_is_given_is_typed_or_a_problem(desk):
    given = {"name": " A ", "industry": str(desk.industry), "id": 5, "version": 1, "nothing": 1, "created_by": 1,
             "last_order_at": "2026-01-01", "next_contact_at": "soon"}
    with desk.acting("sales1") as actor:
        values, problems = saving.read_given(Customer, given, actor)
    assert values == {"name": "A", "industry": desk.industry}
    assert set(problems) == {"nothing", "last_order_at", "next_contact_at"}


def test_a_field_that_is_hidden_does_not_exist_and_a_masked_one_is_not_written(desk):
    with desk.acting("analyst") as actor:
        assert set(saving.read_given(Customer, {"phone": "1"}, actor)[1]) == {"phone"}


def test_a_record_is_made_with_all_its_relations(desk):
    with desk.acting("sales1"):
        pk = in_unit(lambda: saving.create(Customer, {"name": "New", "tags": [desk.tag]}).id)
        record = saving.find_visible(Customer, pk)
        assert [tag.name for tag in record.tags] == ["vip"]
        assert record.owner_id == desk.ids["sales1"]


@pytest.mark.parametrize(("given", "fields"), [
    ({"name": ""}, {"name"}), ({"name": "A", "tags": [10**6]}, {"tags"}),
    ({"name": "A", "industry": 10**6}, {"industry"}),
    ({"name": "A", "unheard": 1, "kind": "robot"}, {"unheard"})])
def test_every_problem_stands_by_its_field(desk, given, fields):
    with desk.acting("sales1"), pytest.raises(RuleError) as raised:
        in_unit(lambda: saving.create(Customer, given).id)
    assert set(raised.value.problems) >= fields


def test_a_foreign_customer_cannot_be_pointed_at(desk):
    with desk.acting("sales1"), pytest.raises(RuleError) as raised:
        in_unit(lambda: saving.create(Contact, {"name": "X", "customer": desk.theirs}).id)
    assert set(raised.value.problems) == {"customer"}


def test_an_update_needs_sight_reach_and_todays_version(desk):
    with desk.acting("sales1"):
        in_unit(saving.update, Customer, desk.mine, {"city": "Shanghai"}, 1)
        with pytest.raises(Stale):
            in_unit(saving.update, Customer, desk.mine, {"city": "Late"}, 1)
        with pytest.raises(Missing):
            in_unit(saving.update, Customer, desk.theirs, {"city": "X"})
    with desk.acting("viewer"), pytest.raises(NotAllowed):
        in_unit(saving.update, Customer, desk.mine, {"city": "X"})
    assert of(desk, Customer, desk.mine, "city", "version") == ("Shanghai", 2)


def test_the_same_values_again_change_nothing(desk):
    with desk.acting("sales1"):
        in_unit(saving.update, Customer, desk.mine, {"city": "Wuhan", "tags": [desk.tag]})
    assert of(desk, Customer, desk.mine, "version") == 1


@pytest.mark.parametrize("record_id", [0, -1, 2**63 - 1, 2**70])
def test_no_number_is_too_strange_to_be_missing(desk, record_id):
    with desk.acting("sales1"), pytest.raises(Missing):
        saving.find_visible(Customer, record_id)
