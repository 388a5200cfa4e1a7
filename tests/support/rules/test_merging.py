"""Which tickets are one matter."""

import pytest

from app.support.rules.merging import Case, merge_problem

TARGET = Case(1, "T-1", "open", 7)


def said(*sources, target=TARGET):
    found = merge_problem(sources, target)
    return None if found is None else str(found)


@pytest.mark.parametrize("case", [
    Case(2, "T-2", "new", 7), Case(2, "T-2", "closed", 7), Case(2, "T-2", "resolved", None), Case(2, None, "open", 7)])
def test_tickets_of_one_customer_or_of_nobody_are_merged(case):
    assert said(case) is None


def test_a_target_without_customer_takes_any():
    assert said(Case(2, "T-2", "open", 8), target=Case(1, "T-1", "open", None)) is None


def test_a_ticket_is_not_merged_into_itself():
    assert said(Case(2, "T-2", "open", 7), TARGET) == "A ticket cannot be merged into itself."


def test_what_is_merged_is_not_merged_again():
    assert said(Case(2, "T-2", "merged", 7)) == "Ticket T-2 is merged already."


def test_nothing_is_merged_into_what_is_merged():
    assert said(target=Case(1, "T-1", "merged", 7)).startswith("Ticket T-1 is merged itself")


def test_tickets_of_two_customers_stay_two():
    assert said(Case(2, "T-2", "open", 7), Case(3, "T-3", "open", 8)) == "Ticket T-3 belongs to another customer."


@pytest.mark.parametrize(("case", "target"), [(Case(2, None, "merged", 7), TARGET), (Case(2, None, "open", 8), TARGET),
                                              (Case(2, "T-2", "open", 7), Case(1, None, "merged", 7))])
def test_a_ticket_without_number_is_named_by_its_id(case, target):
    assert f"Ticket {case.id if target is TARGET else target.id} " in said(case, target=target)
