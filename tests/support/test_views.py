"""Tickets over HTTP: the declared screens, actions, charts and rights."""

import datetime as dt

import pytest

from app.customers.models import Contact
from app.desk.models import Task
from app.kernel import batches, clock
from app.kernel.batches import Batch
from app.kernel.filters import to_query
from app.support.models import Ticket, TicketMessage
from app.support.views import TicketCategoryView, TicketView
from tests.desk.records import add, of, stored
from tests.support.desk import category, customer, message, ticket

API = "/api/v1/ticket"
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def acme(company, furnish):
    """A customer of sales1."""
    return furnish("acme", lambda: customer(company))


def test_sales_write_a_ticket_and_read_it_through_their_customer(company, acme):
    answer = company.client("sales1").post(f"{API}/", json={"subject": "Printer", "customer": acme})
    assert answer.status_code == 201
    read = company.client("sales1").get(f"{API}/{answer.json['id']}").json["result"]
    assert read["number"] == f"T-{clock.now().year}-000001"
    assert (read["status"], read["priority"], read["kind"], read["assignee"]) == ("new", "normal", "request", None)
    assert company.client("sales2").get(f"{API}/{answer.json['id']}").status_code == 404


def test_a_ticket_without_a_subject_is_refused_beside_it(company):
    answer = company.client("sales1").post(f"{API}/", json={"kind": "gossip"})
    assert (answer.status_code, set(answer.json["problems"])) == (422, {"subject", "kind"})


@pytest.mark.parametrize("name", ["number_", "merged_into", "response_minutes", "reopened", "assignment_note"])
def test_what_the_system_keeps_is_not_written_from_outside(company, acme, name):
    answer = company.client("sales1").post(f"{API}/", json={"subject": "x", "customer": acme, name: 1})
    assert (answer.status_code, list(answer.json["problems"])) == (422, [name])


def test_the_form_asks_for_little_and_fills_in_the_rest(company, acme):
    browser = company.browser("sales1")
    page = browser.get(f"/ticket/add?customer={acme}").text
    assert 'name="subject"' in page
    assert 'name="merged_into"' not in page
    answer = browser.post("/ticket/add", {"subject": "Printer", "customer": str(acme), "status": "new"})
    assert answer.status_code == 302
    shown = browser.get(answer.location).text
    assert "Printer" in shown
    assert "Acme" in shown


def test_the_page_of_a_ticket_lists_what_belongs_to_it(company, acme):
    found = ticket(company, customer=acme, assignee=company.ids["support1"])
    message(company, found, body="We are on our way.")
    add(company, Task, subject="Drive there", about=f"ticket:{found}", assignee=company.ids["support1"])
    page = company.browser("support1").get(f"/ticket/show/{found}").text
    assert "We are on our way." in page
    assert "Drive there" in page
    assert f"/task/add?about=ticket:{found}" in page


def test_actions_move_a_ticket_from_the_screen(company):
    found = ticket(company, assignee=company.ids["support1"])
    browser = company.browser("support1")
    assert 'name="resolution"' in browser.get(f"/ticket/act/resolve/{found}").text
    assert browser.post(f"/ticket/act/resolve/{found}", {"resolution": "Replaced."}).status_code == 302
    assert of(company, Ticket, found, "status", "resolution") == ("resolved", "Replaced.")
    assert browser.post(f"/ticket/act/close/{found}", {"satisfaction": "5"}).status_code == 302
    assert of(company, Ticket, found, "status", "satisfaction") == ("closed", 5)
    assert browser.post(f"/ticket/act/reopen/{found}").status_code == 302
    assert of(company, Ticket, found, "status") == "open"


@pytest.mark.parametrize("given", ["9", "x"])
def test_a_wrong_opinion_is_refused_in_the_form(company, given):
    found = ticket(company, assignee=company.ids["support1"])
    answer = company.browser("support1").post(f"/ticket/act/close/{found}", {"satisfaction": given})
    assert answer.status_code == 422
    assert of(company, Ticket, found, "status") == "new"


def test_a_merge_is_asked_for_carried_out_and_taken_back(company, acme):
    stays, same = (ticket(company, customer=acme, assignee=company.ids["support1"]) for _ in range(2))
    said = message(company, same)
    browser = company.browser("support1")
    assert "lookup?field=merged_into" in browser.get(f"/ticket/act/merge/{same}").text
    answer = browser.post(f"/ticket/act/merge/{same}", {"merged_into": ""})
    assert answer.status_code == 422
    assert browser.post(f"/ticket/act/merge/{same}", {"merged_into": str(stays)}).status_code == 302
    assert of(company, Ticket, same, "status", "merged_into_id") == ("merged", stays)
    assert of(company, TicketMessage, said, "ticket_id") == stays
    with company.acting("admin"):
        batches.undo(stored(company, Batch, "id")[0])
    assert of(company, TicketMessage, said, "ticket_id") == same


def test_a_program_merges_with_the_id(company, acme):
    stays, same = (ticket(company, customer=acme, assignee=company.ids["support1"]) for _ in range(2))
    answer = company.client("support1").post(f"{API}/action/merge", json={"ids": [same],
                                                                         "values": {"merged_into": stays}})
    assert (answer.status_code, answer.json["message"]) == (200, "1 merged. Batch 1 takes it back.")


@pytest.mark.parametrize("name", [action.name for action in TicketView.actions])
def test_who_may_not_edit_tickets_runs_no_action(company, acme, name):
    found = ticket(company, customer=acme)
    answer = company.client("sales1").post(f"{API}/action/{name}", json={"ids": [found], "values": {}})
    assert answer.status_code == 403
    assert of(company, Ticket, found, "status", "version") == ("new", 2)


@pytest.mark.parametrize("name", [action.name for action in TicketView.actions])
def test_a_ticket_out_of_sight_is_missing_for_every_action(company, name):
    found = ticket(company)
    answer = company.client("support1").post(f"{API}/action/{name}", json={"ids": [found], "values": {}})
    assert answer.status_code == 404


@pytest.fixture
def lively(company, acme, furnish):
    """A few tickets of all sorts."""
    return furnish("lively", lambda: _tickets(company, acme))


def _tickets(company, acme):
    quality = category(company, "Quality", kind="complaint")
    with clock.at(NOON):
        ticket(company, customer=acme, category=quality, assignee=company.ids["support1"], status="closed",
               first_responded_at=NOON + dt.timedelta(hours=1), resolved_at=NOON + dt.timedelta(hours=2),
               satisfaction=4)
        ticket(company, customer=acme, category=quality, channel="phone")
        ticket(company, customer=acme)
    return quality


@pytest.mark.parametrize("chart", TicketView.charts, ids=lambda chart: chart.name)
@pytest.mark.parametrize("period", ["", "?since=2026-01-01&until=2026-12-31"])
def test_every_chart_answers_with_and_without_a_period(company, lively, chart, period):
    answer = company.client("admin").get(f"{API}/chart/{chart.name}{period}")
    assert answer.status_code == 200
    assert answer.json.get("points") or answer.json.get("rows")


def test_every_point_of_a_chart_leads_to_its_tickets(company, lively):
    client = company.client("admin")
    for name in ("by_category", "by_status", "by_agent", "by_month", "complaints_by_category"):
        for point in client.get(f"{API}/chart/{name}").json["points"]:
            query = point["url"].partition("?")[2]
            assert client.get(f"{API}/?{query}").json["count"] == point["value"], (name, point)


def test_the_times_of_an_agent_are_means(company, lively):
    client = company.client("admin")
    for name, value in (("first_response", 60), ("resolution_time", 120), ("satisfaction", 4)):
        points = client.get(f"{API}/chart/{name}").json["points"]
        assert value in [point["value"] for point in points]


def test_the_table_of_agents_shows_who_did_what(company, lively):
    rows = company.client("admin").get(f"{API}/chart/agents").json["rows"]
    assert [(row["agent"], row["tickets"], row["response_hours"]) for row in rows] == [
        ("", 2, None), ("support1", 1, 1.0)]


@pytest.mark.parametrize("view", TicketView.saved_views, ids=lambda view: str(view.label))
def test_every_saved_view_opens(company, lively, view):
    assert company.client("admin").get(f"{API}/?{to_query(view.tree())}").status_code == 200


def test_saved_views_find_what_they_promise(company, lively):
    found = {str(view.label): company.client("admin").get(f"{API}/?{to_query(view.tree())}").json["count"]
             for view in TicketView.saved_views}
    assert found["Unassigned"] == 2
    assert found["Open complaints"] == 1
    assert found["Answer overdue"] == found["Solution overdue"] == 2
    assert found["My open tickets"] == 0


def test_the_search_box_finds_number_and_subject(company):
    found = ticket(company, number="T-77", subject="Printer")
    client = company.client("admin")
    for text in ("T-77", "print"):
        assert client.get(f"{API}/?search={text}").json["ids"] == [found]


def test_a_list_is_filtered_through_the_category_path(company, lively):
    category(company, "Goods", parent=lively)
    client = company.client("admin")
    assert client.get(f"{API}/?category.path__starts_with=Qual").json["count"] == 2


def test_the_category_page_opens_with_its_tickets(company, lively):
    page = company.browser("admin").get(f"/ticket_category/show/{lively}").text
    assert "Printer" in page
    assert TicketCategoryView.related[1] == "ticket.category"


@pytest.mark.parametrize("path", ["/ticket/list/", "/ticket/charts/", "/ticket/bin/", "/ticket_message/list/",
                                  "/ticket_message/add", "/ticket_category/list/", "/ticket_category/add"])
def test_every_page_of_the_room_opens(company, lively, path):
    assert company.browser("admin").get(path).status_code == 200


def test_a_contact_is_read_from_the_page_of_the_ticket(company, acme):
    contact = add(company, Contact, name="Ann", customer=acme)
    found = ticket(company, customer=acme, contact=contact, assignee=company.ids["support1"])
    assert company.client("support1").get(f"{API}/{found}").json["result"]["contact"]["name"] == "Ann"
