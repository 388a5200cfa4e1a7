"""The public pool on both databases: one claimer wins, limits hold, reasons stay, the neglected return."""

import datetime as dt
import functools
import threading

import pytest

from app.customers.models import Contact, Customer, Interaction, OwnerChange
from app.customers.operations import claim, release, release_neglected
from app.kernel import clock
from app.kernel.errors import Conflict, CrmError, NotAllowed, RuleError
from app.kernel.events import DomainEvent

# Monday noon in Shanghai, where the people of the office are.
MONDAY = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)


def in_pool(office, *names):
    return [office.add(Customer, name=name, owner=None) for name in names]


def hands(office, customer):
    """The history of owners, as (kind, from, to, reason)."""
    names = {user_id: name for name, user_id in office.ids.items()} | {None: None}
    return [(kind, names[before], names[after], reason) for kind, before, after, reason in office.rows(
        OwnerChange, "kind", "from_owner_id", "to_owner_id", "reason",
        where=(OwnerChange.entity == "customer") & (OwnerChange.record_id == customer))]


def test_a_seller_claims_a_customer_and_its_contacts_come_along(office):
    customer, = in_pool(office, "Blue River")
    person = office.add(Contact, name="Ann", customer=customer)
    assert office.of(Contact, person, "owner_id") is None
    assert str(office.as_("sales1", claim, [customer], {})) == "1 claimed."
    owner = office.ids["sales1"], office.teams["East"]
    assert office.of(Customer, customer, "owner_id", "team_id") == owner
    assert office.of(Contact, person, "owner_id", "team_id") == owner
    assert hands(office, customer) == [("claimed", None, "sales1", "")]


def test_what_somebody_owns_cannot_be_claimed_even_with_every_right(office):
    mine = office.add(Customer, name="Taken", owner=office.ids["sales2"])
    for name in ("sales1", "admin", "manager"):
        with pytest.raises(Conflict):
            office.as_(name, claim, [mine], {})
    assert office.of(Customer, mine, "owner_id") == office.ids["sales2"]


def test_those_that_are_still_free_are_claimed_and_the_others_counted(office):
    free, = in_pool(office, "Free")
    taken = office.add(Customer, name="Taken", owner=office.ids["sales1b"])
    assert str(office.as_("sales1", claim, [free, taken], {})) == "1 claimed; 1 were taken already."
    assert office.of(Customer, free, "owner_id") == office.ids["sales1"]


def test_who_has_no_right_to_claim_gets_nothing(office):
    customer, = in_pool(office, "Blue River")
    for name, error in (("support1", NotAllowed), ("system", NotAllowed)):
        with pytest.raises(error):
            office.as_(name, claim, [customer], {})
    assert office.of(Customer, customer, "owner_id") is None
    assert hands(office, customer) == []


def test_the_limit_of_a_day_is_a_row_and_counts_until_midnight_where_the_person_is(office):
    office.set_up("customers.claim_limit", 2)
    customers = in_pool(office, "A", "B", "C", "D")
    with clock.at(MONDAY):
        office.as_("sales1", claim, customers[:2], {})
        with pytest.raises(RuleError) as refused:
            office.as_("sales1", claim, customers[2:3], {})
    assert refused.value.sentence.params == {"most": 2, "left": 0}
    with clock.at(MONDAY.replace(hour=15, minute=59)), pytest.raises(RuleError):
        office.as_("sales1", claim, customers[2:3], {})
    with clock.at(MONDAY.replace(hour=16)):
        office.as_("sales1", claim, customers[2:3], {})
    assert office.of(Customer, customers[2], "owner_id") == office.ids["sales1"]


def test_too_many_at_once_leave_all_of_them_in_the_pool(office):
    office.set_up("customers.claim_limit", 2)
    customers = in_pool(office, "A", "B", "C")
    with pytest.raises(RuleError):
        office.as_("sales1", claim, customers, {})
    assert [office.of(Customer, each, "owner_id") for each in customers] == [None] * 3


def test_the_limit_of_one_person_is_not_that_of_another_and_zero_is_none(office):
    office.set_up("customers.claim_limit", 1)
    customers = in_pool(office, "A", "B", "C", "D")
    office.as_("sales1", claim, customers[:1], {})
    office.as_("sales2", claim, customers[1:2], {})
    office.set_up("customers.claim_limit", 0)
    office.as_("sales1", claim, customers[2:], {})
    assert office.of(Customer, customers[3], "owner_id") == office.ids["sales1"]


def race(*works):
    """Run all `works` at the same moment, each in a thread; what each answered or raised."""
    start, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        start.wait(10)
        try:
            answers[place] = work()
        except CrmError as error:
            answers[place] = error

    threads = [threading.Thread(target=run, args=entry) for entry in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_of_two_who_claim_one_customer_at_once_exactly_one_gets_it(office):
    names = ["sales1", "sales2", "sales1b"]
    for customer in in_pool(office, *"ABCDEF"):
        answers = race(*[functools.partial(office.as_, name, claim, [customer], {}) for name in names])
        losers = [answer for answer in answers if isinstance(answer, CrmError)]
        assert len(losers) == 2, answers
        assert all(isinstance(answer, Conflict) for answer in losers)
        winner = names[next(place for place, answer in enumerate(answers) if not isinstance(answer, CrmError))]
        assert office.of(Customer, customer, "owner_id") == office.ids[winner]
        assert hands(office, customer) == [("claimed", None, winner, "")]


def test_one_person_in_two_windows_does_not_get_past_the_limit(office):
    office.set_up("customers.claim_limit", 3)
    customers = in_pool(office, *"ABCDEFGH")
    answers = race(*[functools.partial(office.as_, "sales1", claim, [each], {}) for each in customers])
    assert sum(isinstance(answer, RuleError) for answer in answers) == 5
    assert sum(office.of(Customer, each, "owner_id") is not None for each in customers) == 3


def test_a_seller_releases_his_own_customer_with_a_reason_that_stays(office):
    customer = office.add(Customer, name="Blue River", by="sales1")
    person = office.add(Contact, name="Ann", customer=customer, by="sales1")
    assert str(office.as_("sales1", release, [customer], {"reason": "Moved to another city"})) == "1 released."
    assert office.of(Customer, customer, "owner_id", "team_id", "owned_since") == (None, office.teams["East"], None)
    assert office.of(Contact, person, "owner_id") is None
    assert hands(office, customer) == [("created", None, "sales1", ""),
                                       ("released", "sales1", None, "Moved to another city")]
    event = office.rows(DomainEvent, "verb", "cause", where=(DomainEvent.entity == "customer"))[-1]
    assert event == ("release", "Moved to another city")


@pytest.mark.parametrize("reason", ["", "   ", None])
def test_nobody_releases_without_a_reason(office, reason):
    customer = office.add(Customer, name="Blue River", by="sales1")
    with pytest.raises(RuleError) as refused:
        office.as_("sales1", release, [customer], {"reason": reason})
    assert set(refused.value.problems) == {"reason"}
    assert office.of(Customer, customer, "owner_id") == office.ids["sales1"]


def test_nobody_releases_what_is_not_his_or_lies_in_the_pool_already(office):
    customer = office.add(Customer, name="Blue River", by="sales1")
    with pytest.raises(Conflict):
        office.as_("sales2", release, [customer], {"reason": "I want it"})
    free, = in_pool(office, "Free")
    with pytest.raises(Conflict):
        office.as_("manager", release, [free], {"reason": "Again"})
    # Support reads every customer, but releases none.
    with pytest.raises(NotAllowed):
        office.as_("support1", release, [customer], {"reason": "No"})
    assert office.of(Customer, customer, "owner_id") == office.ids["sales1"]


def test_a_manager_releases_the_customers_of_his_people(office):
    customers = [office.add(Customer, name=name, by=name) for name in ("sales1", "sales2")]
    office.as_("manager", release, customers, {"reason": "New territories"})
    assert [office.of(Customer, each, "owner_id") for each in customers] == [None, None]


def ago(days):
    return MONDAY - dt.timedelta(days=days)


def owned(office, days, *, spoken=None, ahead=None):
    """A customer that sales1 got `days` days before Monday, spoken to and to be contacted so many days from it."""
    with clock.at(ago(days)):
        customer = office.add(Customer, name=f"{days} {spoken} {ahead}", owner=office.ids["sales1"],
                              next_contact_at=None if ahead is None else ago(-ahead))
    if spoken is not None:
        office.add(Interaction, customer=customer, kind="call", happened_at=ago(spoken))
    return customer


@pytest.mark.parametrize(("days", "spoken", "ahead", "returns"), [
    (31, None, None, True), (30, None, None, False), (100, 31, None, True), (100, 3, None, False),
    (100, None, -1, True), (100, None, 1, False), (100, 60, 1, False), (3, None, None, False)])
def test_a_customer_without_contact_for_thirty_days_returns_to_the_pool(office, days, spoken, ahead, returns):
    customer = owned(office, days, spoken=spoken, ahead=ahead)
    with clock.at(MONDAY):
        assert office.as_("system", release_neglected, 30) == int(returns)
    assert (office.of(Customer, customer, "owner_id") is None) is returns


def test_a_note_is_no_contact_that_keeps_a_customer(office):
    customer = owned(office, 60)
    office.add(Interaction, customer=customer, kind="note", content="Seems busy", happened_at=ago(2))
    with clock.at(MONDAY):
        assert office.as_("system", release_neglected, 30) == 1
    assert hands(office, customer)[-1] == ("reclaimed", "sales1", None, "no contact for 30 days")


def test_the_days_are_a_setting_and_the_job_goes_step_by_step(office):
    office.set_up("customers.reclaim_days", 10)
    customers = [owned(office, days) for days in (40, 30, 20, 5)]
    with clock.at(MONDAY):
        steps = [office.as_("system", release_neglected, None, 2) for _step in range(3)]
    assert steps == [2, 1, 0]
    owners = [office.of(Customer, each, "owner_id") for each in customers]
    assert owners == [None, None, None, office.ids["sales1"]]
