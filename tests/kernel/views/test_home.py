"""The first page: what concerns whom, each number that of the list behind it, the same few statements for all."""

import datetime as dt
from dataclasses import replace

import pytest

from app.customers.models import Customer
from app.desk.models import Task
from app.kernel import bulk, clock
from app.kernel.database import acting_as, in_unit
from app.kernel.rollups import upkeep
from app.kernel.views import asked as ask
from app.kernel.views import home, rows, site
from app.kernel.views.home import Agenda, Figure, Picture
from app.sales.models import Opportunity
from app.support.models import Ticket
from tests.desk.records import add
from tests.kernel.counting import counted
from tests.world import USERS

NOON = dt.datetime(2026, 3, 31, 4, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def busy(desk):
    """Work of yesterday, today and tomorrow for a seller and an agent."""
    with clock.at(NOON):
        for name in ("sales1", "sales2", "support1"):
            for place, due in enumerate((NOON - DAY, NOON + dt.timedelta(hours=1), NOON + DAY, None)):
                add(desk, Task, subject=f"{name} {place}", assignee=desk.ids[name], due_at=due,
                    about=f"customer:{desk.mine}")
        add(desk, Customer, name="Late", owner=desk.ids["sales1"], next_contact_at=NOON - DAY)
        add(desk, Ticket, subject="Broken", customer=desk.mine, assignee=desk.ids["support1"], priority="urgent")
        add(desk, Ticket, subject="Waiting", customer=desk.theirs)
        add(desk, Opportunity, name="Own", customer=desk.mine, amount=5, owner=desk.ids["sales1"])
    with desk.acting("system"):
        upkeep.rebuild()
    return desk


def page(desk, who, blocks=None, **changes):
    """What the first page shows him, the columns or grants of the actor changed."""
    from app.views import HOME

    with desk.app.test_request_context("/?_l_=en"), desk.acting(who) as actor, clock.at(NOON):
        if not changes:
            return home.page(HOME if blocks is None else blocks)
        with acting_as(replace(actor, made={}, shared={}, **changes)):
            return home.page(HOME if blocks is None else blocks)


def values(found):
    return {number.label: number.value for number in found.numbers}


def test_a_seller_sees_his_own_work(busy):
    found = page(busy, "sales1")
    told = values(found)
    assert (told["Tasks due today"], told["Overdue tasks"], told["Overdue follow-ups"]) == (1, 1, 1)
    assert told["My open opportunities"] == 2
    assert "My open tickets" not in told
    tasks, customers = found.agendas
    assert [(line.title, line.is_late) for line in tasks.lines] == [
        ("sales1 0", True), ("sales1 1", False), ("sales1 2", False)]
    assert [line.title for line in customers.lines] == ["Late"]
    assert [picture.url for picture in found.pictures][:2] == [
        "/opportunity/chart/pipeline", "/opportunity/chart/won_by_month"]


def test_an_agent_sees_his_tickets_first(busy):
    found = page(busy, "support1")
    told = values(found)
    assert (told["My open tickets"], told["Unassigned tickets"]) == (1, 0)
    assert not {"My open opportunities", "Open opportunities", "Customers at risk", "To contact today"} & set(told)
    assert found.pictures[0].url == "/ticket/chart/by_status"
    assert [agenda.label for agenda in found.agendas] == ["My next tasks"]


def test_a_manager_sees_his_teams_and_no_work_that_he_does_not_have(busy):
    told = values(page(busy, "manager"))
    assert (told["Open opportunities"], told["Unassigned tickets"]) == (2, 1)
    assert "My open opportunities" not in told
    assert "Overdue tasks" not in told


def test_who_only_reads_has_charts_and_no_work(busy):
    for who in ("analyst", "viewer"):
        found = page(busy, who)
        assert set(values(found)) <= {"Open opportunities", "Customers at risk", "Unread notices", "Tasks due today",
                                      "Overdue tasks"}
        assert len(found.pictures) == 4
    assert page(busy, "viewer").agendas == []


@pytest.mark.parametrize("who", USERS)
def test_each_number_is_that_of_the_list_behind_it(busy, who):
    for number in page(busy, who).numbers:
        with busy.app.test_request_context(f"{number.url}&_l_=en") as context, busy.acting(who), clock.at(NOON):
            args = context.request.args.copy()
            args.pop("_l_")
            view = site.view_of(number.url.split("/")[1])
            assert rows.count(view, ask.from_address(args)) == number.value, (who, number)
        answer = busy.client(who).get(number.url)
        assert answer.status_code == 200, number.url


@pytest.mark.parametrize("who", USERS)
def test_each_chart_and_each_line_opens(busy, who):
    found, client = page(busy, who), busy.client(who)
    addresses = [each for picture in found.pictures for each in (picture.url, picture.page)]
    addresses += [each for agenda in found.agendas for each in (agenda.url, agenda.add_url,
                                                                *(line.url for line in agenda.lines)) if each]
    for address in addresses:
        assert client.get(address).status_code == 200, (who, address)


def test_a_closed_column_closes_what_asks_for_it(busy):
    closed = {("task", "due_at"): "mask", ("opportunity", "amount"): "hide", ("customer", "owner"): "mask"}
    found = page(busy, "sales1", columns=closed)
    assert not {"Tasks due today", "Overdue tasks", "To contact today"} & set(values(found))
    assert "My open opportunities" in values(found)
    assert found.agendas == []
    assert all("/opportunity/" not in picture.url for picture in found.pictures)


def test_a_title_that_is_closed_is_told_as_a_number(busy):
    tasks = page(busy, "sales1", columns={("task", "subject"): "hide"}).agendas[0]
    assert all(line.title.startswith("#") for line in tasks.lines)


def test_what_a_task_is_about_is_locked_where_it_is_not_for_the_reader(busy):
    with clock.at(NOON):
        add(busy, Task, subject="Ask", assignee=busy.ids["sales1"], due_at=NOON - 2 * DAY,
            about=f"customer:{busy.theirs}")
    first = page(busy, "sales1").agendas[0].lines[0]
    assert (first.title, first.about) == ("Ask", "Locked")


def test_many_are_told_as_more_than_a_thousand(busy, monkeypatch):
    monkeypatch.setattr(home, "CAP", 1)
    (number,) = page(busy, "sales1", [Figure("Mine", "opportunity", {"owner": "me"})]).numbers
    assert number.text == "1+"


def test_who_holds_no_right_is_told_so(busy):
    found = page(busy, "sales1", grants={})
    assert found.is_empty
    assert not page(busy, "sales1").is_empty
    assert page(busy, "sales1", []).is_empty


def test_an_empty_agenda_says_what_to_do_and_where(desk):
    (agenda,) = page(desk, "sales1", [Agenda("Next", "task", "due_at", {"owner": "me"}, empty="Plan")]).agendas
    assert (agenda.lines, agenda.empty, agenda.add_url) == ([], "Plan", "/task/add")
    grants = {("task", verb): frozenset({"own"}) for verb in ("read", "edit")}
    (agenda,) = page(desk, "sales1", [Agenda("Next", "task", "due_at")], grants=grants).agendas
    assert (agenda.add_url, agenda.url) == ("", "/task/list/?sort=due_at")


def test_the_system_reads_everything(busy):
    found = page(busy, "system", [Figure("All", "opportunity", own=False, wide=True), Picture("order", "by_month")])
    assert (values(found), len(found.pictures)) == ({"All": 2}, 1)


def cost(desk, who):
    """The statements of the page, none of them while it renders."""
    client = desk.client(who)
    client.get("/")
    with counted(desk.app) as count:
        assert client.get("/").status_code == 200
    assert count.rendering == []
    assert len(count) <= 8, str(count)
    return len(count)


def test_the_page_costs_at_most_eight_statements_and_the_same_for_many_records(busy):
    few = {who: cost(busy, who) for who in USERS}
    with busy.acting("system"):
        rows_of = {
            Task: [{"subject": f"T{each}", "assignee": busy.ids["sales1"], "due_at": NOON + each * DAY,
                    "about": f"customer:{busy.mine}"} for each in range(300)],
            Customer: [{"name": f"C{each}", "owner": busy.ids["sales1"], "next_contact_at": NOON}
                       for each in range(300)],
            Ticket: [{"subject": f"T{each}", "assignee": busy.ids["support1"]} for each in range(300)]}
        for model, made in rows_of.items():
            in_unit(lambda model=model, made=made: bulk.add_rows(model, made).insist())
    assert {who: cost(busy, who) for who in USERS} == few


def test_the_page_holds_no_inline_script_or_style_and_names_its_day(busy):
    text = busy.browser("sales1").get("/").get_data(as_text=True)
    assert 'data-chart="/opportunity/chart/pipeline"' in text
    assert " style=" not in text
    assert "<script>" not in text
    assert 'class="day"' in text
