"""What may be said of a lead and what becomes of it."""

import datetime as dt

import pytest

from app.sales.rules.leads import (
    contact_values,
    customer_values,
    lead_problems,
    opportunity_values,
    status_after_contact,
)

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
LEAD = {"name": "Ann", "company": " Blue River ", "job_title": "Buyer", "phone": "13800138000",
        "email": "ann@b.example",
        "industry": 3, "region": None, "address": "Suzhou", "source": 4, "interest": "Tills", "score": 70}


@pytest.mark.parametrize(("now", "was", "refused"), [
    ({"status": "new"}, None, False), ({"status": "qualified"}, {"status": "new"}, False),
    ({"status": "converted"}, {"status": "new"}, True), ({"status": "converted"}, None, True),
    ({"status": "converted", "converted_at": NOON}, {"status": "new"}, False),
    ({"status": "new", "converted_at": NOON}, {"status": "converted"}, True),
    ({"status": "converted", "converted_at": NOON}, {"status": "converted"}, False)])
def test_only_a_conversion_converts_and_it_lasts(now, was, refused):
    assert (set(lead_problems(now, was)) == {"status"}) is refused


@pytest.mark.parametrize(("status", "last", "after"), [
    ("new", NOON, "contacted"), ("new", None, "new"), ("qualified", NOON, "qualified"), (None, None, None)])
def test_a_new_lead_that_was_spoken_to_is_contacted(status, last, after):
    assert status_after_contact(status, last) == after


def test_the_company_becomes_the_customer_and_the_person_its_contact():
    assert customer_values(LEAD) == {"name": "Blue River", "kind": "organisation", "industry": 3, "address": "Suzhou",
                                     "lead_source": 4, "needs": "Tills"}
    assert contact_values(LEAD) == {"name": "Ann", "job_title": "Buyer", "phone": "13800138000",
                                    "email": "ann@b.example"}


@pytest.mark.parametrize("company", [None, "", "  "])
def test_without_a_company_the_person_is_the_customer(company):
    found = customer_values({**LEAD, "company": company})
    assert (found["name"], found["kind"], found["phone"], found["email"]) == ("Ann", "person", "13800138000",
                                                                              "ann@b.example")


def test_the_opportunity_takes_over_what_the_lead_knew_unless_told_otherwise():
    assert opportunity_values(LEAD, {}) == {"name": "Blue River", "source": 4, "need": "Tills", "score": 70}
    assert opportunity_values({"name": "Ann"}, {"name": "Two tills", "amount": 5}) == {"name": "Two tills", "amount": 5}


@pytest.mark.parametrize("company", [None, "", "   ", "\u3000"])
def test_a_lead_without_a_company_becomes_a_person_with_its_own_phone(company):
    made = customer_values({**LEAD, "company": company})
    assert (made["name"], made["kind"], made["phone"]) == ("Ann", "person", "13800138000")
    assert opportunity_values({**LEAD, "company": company}, {})["name"] == "Ann"


def test_what_a_lead_does_not_say_is_not_said_of_what_it_becomes():
    assert customer_values({"name": "Ann"}) == {"name": "Ann", "kind": "person"}
    assert contact_values({"name": "Ann", "phone": None, "email": ""}) == {"name": "Ann", "email": ""}
    assert opportunity_values({"name": "Ann"}, {}) == {"name": "Ann"}


def test_what_is_given_with_the_conversion_counts_first_also_where_it_is_nothing():
    made = opportunity_values(LEAD, {"name": "Big deal", "source": None, "amount": 5})
    assert (made["name"], made["amount"], made["score"]) == ("Big deal", 5, 70)
    assert "source" not in made


@pytest.mark.parametrize(("status", "contact", "after"), [
    ("new", NOON, "contacted"), ("new", None, "new"), ("qualified", NOON, "qualified"),
    ("discarded", NOON, "discarded"), ("converted", NOON, "converted"), (None, NOON, None)])
def test_only_a_new_lead_becomes_contacted_by_being_spoken_to(status, contact, after):
    assert status_after_contact(status, contact) == after


@pytest.mark.parametrize("after", ["new", "contacted", "qualified", "discarded", None])
def test_a_converted_lead_stays_converted(after):
    found = lead_problems({"status": after}, {"status": "converted"})
    assert str(found["status"]) == "This lead is converted already."
    assert lead_problems({"status": "converted", "converted_at": NOON}, {"status": "converted"}) == {}
