"""Merging tickets that are one and the same matter."""

from collections.abc import Iterable
from typing import NamedTuple

from app.kernel.problems import N_, Problem, problem
from app.support.rules.flow import MERGED


class Case(NamedTuple):
    """A ticket as far as merging asks about it."""

    id: int
    number: str | None
    status: str
    customer: int | None


def merge_problem(sources: Iterable[Case], target: Case) -> Problem | None:
    """Why `sources` may not be merged into `target`, or None.

    Tickets of different customers are different matters, whatever they say; one without a customer fits any.
    """
    if target.status == MERGED:
        return problem(N_("Ticket %(number)s is merged itself: choose the one into which it went."),
                       number=target.number or target.id)
    for case in sources:
        if case.id == target.id:
            return problem(N_("A ticket cannot be merged into itself."))
        if case.status == MERGED:
            return problem(N_("Ticket %(number)s is merged already."), number=case.number or case.id)
        if None not in (case.customer, target.customer) and case.customer != target.customer:
            return problem(N_("Ticket %(number)s belongs to another customer."), number=case.number or case.id)
    return None
