"""Named reads: the agents at a glance, and the whole tree of categories."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import request

from app.kernel import clock
from app.kernel.database import session
from app.kernel.filters import EVERYTHING, Where, parse
from app.kernel.views import asked as ask
from app.kernel.views.charts import Asked
from app.support.models import Ticket, TicketCategory
from app.support.queries import agent_figures, category_tree
from tests.desk.records import delete
from tests.support.desk import category, ticket

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def hours(number):
    return NOON + dt.timedelta(hours=number)


@pytest.fixture
def work(company):
    """Tickets of two agents and of nobody, all taken down at noon; promised are 4 and 24 hours."""
    with clock.at(NOON):
        one, two = company.ids["support1"], company.ids["support2"]
        for values in (
                {"assignee": one, "first_responded_at": hours(1), "resolved_at": hours(10), "status": "resolved",
                 "satisfaction": 5},
                {"assignee": one, "first_responded_at": hours(6), "resolved_at": hours(20), "status": "closed",
                 "satisfaction": 2},
                {"assignee": one, "status": "open"},
                {"assignee": two, "status": "closed", "resolved_at": hours(48), "first_responded_at": hours(2)},
                {"status": "new"}):
            ticket(company, priority="high", **values)


def figures(company, who, tree=EVERYTHING, at=3):
    with company.acting(who), clock.at(hours(at)):
        return agent_figures(Asked(ask.condition(Ticket, tree), tree, None, None))


def test_each_agent_has_his_figures(company, work):
    first, *rest = figures(company, "admin")
    assert first == {"agent": "support1", "tickets": 3, "open": 1, "late": 1, "response_hours": 3.5,
                     "resolution_hours": 15.0, "satisfaction": 3.5, "query": f"assignee={company.ids['support1']}"}
    assert [(row["agent"], row["tickets"], row["late"], row["satisfaction"]) for row in rest] == [
        ("", 1, 0, None), ("support2", 1, 1, None)]


def test_what_is_not_done_becomes_late_with_time(company, work):
    late = {row["agent"]: row["late"] for row in figures(company, "admin", at=5)}
    assert late == {"support1": 2, "support2": 1, "": 1}


def test_the_filter_of_the_chart_holds_and_goes_into_the_address(company, work):
    (row,) = figures(company, "admin", Where("status", "eq", "resolved"))
    assert (row["tickets"], row["query"]) == (1, f"status=resolved&assignee={company.ids['support1']}")


def test_every_row_leads_to_exactly_its_tickets(company, work):
    for row in figures(company, "admin"):
        with company.acting("admin"), company.app.test_request_context(f"/?{row['query']}"):
            condition = ask.condition(Ticket, parse(request.args))
            assert session().execute(sa.select(sa.func.count()).select_from(Ticket).where(condition)).scalar() == row[
                "tickets"]


def test_an_agent_sees_his_own_figures_only(company, work):
    assert [row["agent"] for row in figures(company, "support1")] == ["support1"]
    assert figures(company, "sales1") == []


def test_without_tickets_there_are_no_rows(company):
    assert figures(company, "admin") == []


def test_the_tree_is_whole_for_everybody_and_without_the_bin(company):
    top = category(company, "Complaint")
    below = category(company, "Quality", parent=top)
    gone = category(company, "Gone")
    delete(company, TicketCategory, gone)
    with company.acting("sales1"):
        tree = category_tree()
    assert {each: (row.name, row.parent_id, row.path) for each, row in tree.items()} == {
        top: ("Complaint", None, "Complaint"), below: ("Quality", top, "Complaint / Quality")}
