"""Consequences are made by the system, loudly."""

import pytest

from app.customers.models import Customer
from app.customers.operations import follow_on, hold, insist, one_visible
from app.customers.operations.consequences import ROW
from app.kernel.bulk import Outcome
from app.kernel.errors import Missing, NotAllowed, RuleError
from app.kernel.events import DomainEvent
from app.kernel.problems import problem


@pytest.fixture
def river(office):
    return office.add(Customer, name="Blue River", by="sales1")


def test_a_consequence_passes_the_rights_of_who_caused_it_and_carries_its_cause(office, river):
    office.as_("viewer", follow_on, Customer, {river: {"city": "Suzhou"}}, "a test")
    assert office.of(Customer, river, "city") == "Suzhou"
    event = office.rows(DomainEvent, "cause", "actor_id", where=DomainEvent.kind == "update")[-1]
    assert event == ("a test", office.ids["viewer"])


def test_a_consequence_that_breaks_a_rule_undoes_what_led_to_it(office, river):
    def work():
        follow_on(Customer, {river: {"city": "Suzhou"}}, "first")
        follow_on(Customer, {river: {"email": "nobody"}}, "second")

    with pytest.raises(RuleError) as refused:
        office.as_("system", work)
    assert set(refused.value.problems) == {"email"}
    assert office.of(Customer, river, "city") is None


def test_a_row_that_was_deleted_meanwhile_is_passed_over(office, river):
    office.delete(Customer, river)
    outcome = office.as_("system", follow_on, Customer, {river: {"city": "Suzhou"}}, "late")
    assert outcome.done == []


def test_insisting_on_what_was_done_gives_it_back():
    done = Outcome(done=[1])
    assert insist(done) is done


@pytest.mark.parametrize(("problems", "error"), [
    ({ROW: problem("No.")}, NotAllowed), ({"city": problem("No.")}, RuleError)])
def test_insisting_on_what_was_refused_raises(problems, error):
    with pytest.raises(error):
        insist(Outcome(done=[1], refused={2: problems}))


def test_only_living_rows_are_held(office, river):
    gone = office.add(Customer, name="Gone")
    office.delete(Customer, gone)
    rows = office.as_("sales2", hold, Customer, [river, gone, 999, river], "name")
    assert {each: row.name for each, row in rows.items()} == {river: "Blue River"}


def test_a_record_is_named_alone_and_must_be_visible(office, river):
    assert office.as_("sales1", lambda: one_visible(Customer, [river]).name) == "Blue River"
    for name, ids in (("sales2", [river]), ("sales1", [river, river]), ("sales1", []), ("sales1", [999])):
        with pytest.raises(Missing):
            office.as_(name, one_visible, Customer, ids)
