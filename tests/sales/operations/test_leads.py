"""Leads: the pool, and converting one into customer, contact and opportunity, all or nothing."""

import datetime as dt
import functools

import pytest

from app.customers.models import Contact, Customer, Interaction, OwnerChange
from app.kernel import clock
from app.kernel.bulk import add_rows, change_rows
from app.kernel.errors import Conflict, CrmError, Missing, NotAllowed, RuleError
from app.sales.models import Lead, LeadSource, Opportunity
from app.sales.operations import claim, convert_lead, release, release_neglected_leads
from tests.customers.operations.test_pool import race

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def lead_of(shop, by="sales1", **values):
    return shop.add(Lead, by=by, **{"name": "Ann", "company": "Blue River", "phone": "13800138000",
                                    "email": "ann@blueriver.example", **values})


@pytest.fixture
def ann(shop):
    return lead_of(shop, interest="Three tills", score=70, job_title="Buyer",
                   source=shop.rows(LeadSource, "id")[1][0])


def counts(shop):
    return tuple(shop.count(model) for model in (Customer, Contact, Opportunity))


def test_a_lead_becomes_customer_contact_and_opportunity(shop, ann):
    with clock.at(NOON):
        made = shop.as_("sales1", convert_lead, ann, amount=300_00, name="Three tills")
    mine, source = shop.ids["sales1"], shop.of(Lead, ann, "source_id")
    assert shop.of(Customer, made.customer, "name", "kind", "owner_id", "phone", "lead_source_id", "needs") == (
        "Blue River", "organisation", mine, None, source, "Three tills")
    assert shop.of(Contact, made.contact, "name", "customer_id", "phone", "email", "job_title", "owner_id") == (
        "Ann", made.customer, "13800138000", "ann@blueriver.example", "Buyer", mine)
    assert shop.of(Opportunity, made.opportunity, "name", "customer_id", "amount", "source_id", "need", "score",
                   "owner_id",
                   "stage_id") == ("Three tills", made.customer, 300_00, source, "Three tills", 70, mine,
                                   shop.stages["prospecting"])
    assert shop.of(Lead, ann, "status", "converted_customer_id", "converted_contact_id", "converted_opportunity_id",
                   "converted_at") == ("converted", made.customer, made.contact, made.opportunity, NOON)


def test_a_lead_without_a_company_becomes_a_person(shop):
    made = shop.as_("sales1", convert_lead, lead_of(shop, company=None))
    assert shop.of(Customer, made.customer, "name", "kind", "phone", "email") == (
        "Ann", "person", "13800138000", "ann@blueriver.example")
    assert shop.of(Opportunity, made.opportunity, "name") == "Ann"


def test_a_lead_is_converted_once(shop, ann):
    shop.as_("sales1", convert_lead, ann)
    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", convert_lead, ann)
    assert set(refused.value.problems) == {"status"}
    assert counts(shop) == (1, 1, 1)


def test_of_two_who_convert_it_at_once_one_does(shop, ann):
    answers = race(*[functools.partial(shop.as_, name, convert_lead, ann) for name in ("sales1", "manager")])
    assert sum(isinstance(answer, CrmError) for answer in answers) == 1, answers
    assert counts(shop) == (1, 1, 1)


def test_a_status_typed_by_hand_converts_nothing(shop, ann):
    outcome = shop.as_("sales1", change_rows, Lead, {ann: {"status": "converted"}})
    assert set(outcome.refused[ann]) == {"status"}


@pytest.mark.parametrize("given", [{"amount": -1}, {"stage": 999}, {"currency": "yuan"}])
def test_a_bad_opportunity_leaves_nothing_behind(shop, ann, given):
    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", convert_lead, ann, **given)
    assert set(refused.value.problems) == set(given)
    assert counts(shop) == (0, 0, 0)
    assert shop.of(Lead, ann, "status") == "new"


def test_an_existing_customer_may_be_named(shop, ann):
    river = shop.customer("River Blue")
    made = shop.as_("sales1", convert_lead, ann, customer=river)
    assert made.customer == river
    assert shop.of(Contact, made.contact, "customer_id") == river
    assert counts(shop) == (1, 1, 1)


@pytest.mark.parametrize("known", [999, "hidden"])
def test_a_customer_that_may_not_be_seen_is_a_problem_of_the_field(shop, ann, known):
    hidden = shop.customer("Hidden", by="sales2")
    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", convert_lead, ann, customer=hidden if known == "hidden" else known)
    assert set(refused.value.problems) == {"customer"}


@pytest.mark.parametrize("values", [{"name": "blue river"}, {"name": "X", "phone": "+86 13800138000"},
                                    {"name": "X", "email": "Ann@BlueRiver.example"}])
def test_the_one_customer_that_matches_is_taken_when_asked(shop, ann, values):
    known = shop.customer(**values)
    assert shop.as_("sales1", convert_lead, ann, match=True).customer == known


def test_without_being_asked_nothing_is_matched_and_without_a_match_it_is_made(shop, ann):
    known = shop.customer("Blue River")
    assert shop.as_("sales1", convert_lead, ann).customer != known
    other = lead_of(shop, name="Bob", company="Green Hill", phone=None, email=None)
    assert shop.as_("sales1", convert_lead, other, match=True).customer not in (None, known)


def test_several_matches_ask_for_a_choice(shop, ann):
    for _time in range(2):
        shop.customer("Blue River")
    with pytest.raises(RuleError) as refused:
        shop.as_("sales1", convert_lead, ann, match=True)
    assert refused.value.problems["customer"].params == {"names": "Blue River, Blue River"}


@pytest.mark.parametrize(("values", "is_same"), [
    ({"phone": "0086-138-0013-8000"}, True), ({"email": "ANN@blueriver.example"}, True), ({"phone": "13800138001"},
                                                                                          False)])
def test_a_contact_who_is_known_already_is_not_made_twice(shop, ann, values, is_same):
    river = shop.customer()
    known = shop.add(Contact, name="Ann B.", customer=river, **values)
    made = shop.as_("sales1", convert_lead, ann, customer=river)
    assert (made.contact == known) is is_same


def test_a_lead_without_phone_and_mail_makes_a_new_contact(shop):
    river = shop.customer()
    shop.add(Contact, name="Ann", customer=river)
    made = shop.as_("sales1", convert_lead, lead_of(shop, phone=None, email=None), customer=river)
    assert shop.count(Contact) == 2
    assert made.contact == 2


def test_what_was_said_to_the_lead_goes_along(shop, ann):
    said = shop.add(Interaction, lead=ann, kind="call", happened_at=NOON, by="sales1")
    made = shop.as_("sales1", convert_lead, ann)
    assert shop.of(Interaction, said, "customer_id", "contact_id", "lead_id") == (made.customer, made.contact, ann)
    assert shop.of(Customer, made.customer, "last_contact_at") == NOON


@pytest.mark.parametrize(("name", "error"), [("sales2", Missing), ("analyst", NotAllowed), ("viewer", NotAllowed)])
def test_who_may_not_edit_the_lead_may_not_convert_it(shop, ann, name, error):
    with pytest.raises(error):
        shop.as_(name, convert_lead, ann)
    assert counts(shop) == (0, 0, 0)


def test_what_a_manager_converts_belongs_to_the_owner_of_the_lead(shop, ann):
    made = shop.as_("manager", convert_lead, ann)
    assert shop.of(Customer, made.customer, "owner_id") == shop.ids["sales1"]
    assert shop.of(Opportunity, made.opportunity, "owner_id") == shop.ids["sales1"]


def test_an_opportunity_needs_a_stage_and_without_one_nothing_is_made(office):
    lead = office.add(Lead, name="Ann", by="sales1")
    with pytest.raises(RuleError) as refused:
        office.as_("sales1", convert_lead, lead)
    assert set(refused.value.problems) == {"stage"}
    assert office.count(Customer) == 0


def test_leads_have_a_pool_of_their_own_with_its_own_limit(shop):
    shop.set_up("sales.lead_claim_limit", 1)
    leads = [lead_of(shop, by="system", owner=None) for _time in range(2)]
    shop.as_("sales1", claim, leads[:1], {})
    with pytest.raises(RuleError):
        shop.as_("sales1", claim, leads[1:], {})
    with pytest.raises(Conflict):
        shop.as_("sales2", claim, leads[:1], {})
    shop.as_("sales1", release, leads[:1], {"reason": "No budget"})
    shop.as_("sales2", claim, leads[:1], {})
    kinds = [kind for kind, in shop.rows(OwnerChange, "kind", where=OwnerChange.entity == "lead")]
    assert kinds == ["claimed", "released", "claimed"]
    assert shop.of(Lead, leads[0], "owner_id") == shop.ids["sales2"]


@pytest.mark.parametrize(("status", "returns"), [("new", True), ("contacted", True), ("discarded", False)])
def test_an_open_lead_without_contact_returns_to_its_pool(shop, status, returns):
    with clock.at(NOON - dt.timedelta(days=16)):
        lead = lead_of(shop, status=status)
    with clock.at(NOON):
        assert shop.as_("system", release_neglected_leads) == int(returns)
        assert shop.as_("system", release_neglected_leads, 5) == 0
    assert (shop.of(Lead, lead, "owner_id") is None) is returns


@pytest.mark.parametrize(("field", "value"), [("phone", "hello"), ("email", "ann@"), ("score", 101), ("status", "hot"),
                                              ("source", 999)])
def test_a_bad_lead_is_refused_with_its_field(shop, field, value):
    outcome = shop.as_("sales1", add_rows, Lead, [{"name": "Ann", field: value}])
    assert set(outcome.refused[0]) == {field}
