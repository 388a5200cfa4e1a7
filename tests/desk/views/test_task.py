"""Tasks over HTTP: what they are about in every channel, and the declared screens."""

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.desk.models import Task
from app.desk.views import TaskView
from app.kernel.actor import acting
from app.kernel.database import session
from app.kernel.fields import fields_of
from app.kernel.filters import to_query
from app.kernel.typed import typed
from app.kernel.views.lens import Lens, as_file_text
from tests.desk.records import add, of

API = "/api/v1/task"


@pytest.fixture
def customer(company):
    """The id of a customer of sales1."""
    return add(company, Customer, name="Acme", owner=company.ids["sales1"])


def post(company, who, **values):
    return company.client(who).post(f"{API}/", json={"subject": "Call", **values})


@pytest.mark.parametrize("shape", [lambda each: f"customer:{each}", lambda each: {"entity": "customer", "id": each}])
def test_a_program_says_what_a_task_is_about_and_reads_it_back(company, customer, shape):
    answer = post(company, "sales1", about=shape(customer))
    assert answer.status_code == 201
    assert answer.json["result"]["about"] == {"entity": "customer", "id": customer, "name": "Acme"}
    assert answer.json["result"]["assignee"]["id"] == company.ids["sales1"]


@pytest.mark.parametrize("about", ["customer", "nonsense:x", 5, ["customer", 1], {"id": 5}, {"entity": "customer"},
                                   "customer:99999999999999999999"])
def test_what_names_no_record_is_a_problem_of_the_field(company, about):
    answer = post(company, "sales1", about=about)
    assert (answer.status_code, list(answer.json["problems"])) == (422, ["about"])


def test_a_record_out_of_sight_cannot_be_spoken_of(company, customer):
    answer = post(company, "sales2", about=f"customer:{customer}")
    assert (answer.status_code, list(answer.json["problems"])) == (422, ["about"])


def test_a_task_about_a_record_out_of_sight_shows_it_locked_and_survives_an_edit(company, customer):
    task = add(company, Task, subject="Call", about=f"customer:{customer}", assignee=company.ids["sales2"])
    client = company.client("sales2")
    assert client.get(f"{API}/{task}").json["result"]["about"] == {"locked": True}
    assert client.put(f"{API}/{task}", json={"subject": "Call again"}).status_code == 200
    assert of(company, Task, task, "about", "subject") == (f"customer:{customer}", "Call again")


def test_a_form_keeps_a_locked_record(company, customer):
    task = add(company, Task, subject="Call", about=f"customer:{customer}", assignee=company.ids["sales2"])
    browser = company.browser("sales2")
    page = browser.get(f"/task/edit/{task}").text
    assert 'name="about"' not in page
    answer = browser.post(f"/task/edit/{task}", {"subject": "Again", "priority": "normal", "status": "open",
                                                 "assignee": str(company.ids["sales2"])})
    assert answer.status_code == 302
    assert of(company, Task, task, "about", "subject") == (f"customer:{customer}", "Again")


def test_a_form_takes_the_record_from_the_address_and_saves_it(company, customer):
    browser = company.browser("sales1")
    assert f'value="customer:{customer}"' in browser.get(f"/task/add?about=customer:{customer}").text
    answer = browser.post("/task/add", {"subject": "Call", "about": f"customer:{customer}", "priority": "high",
                                        "status": "open"})
    assert answer.status_code == 302
    assert "Acme" in browser.get(answer.location).text


def test_the_look_up_offers_records_of_several_entities_within_sight(company, customer):
    add(company, Customer, name="Acme of others", owner=company.ids["sales2"])
    found = company.client("sales1").get(f"{API}/lookup?field=about&q=Acme").json["result"]
    assert found == [{"id": f"customer:{customer}", "name": "Customer: Acme"}]


def test_tasks_are_filtered_by_what_they_are_about(company, customer):
    task = add(company, Task, "sales1", subject="Call", about=f"customer:{customer}")
    add(company, Task, "sales1", subject="Else")
    client = company.client("sales1")
    assert client.get(f"{API}/?about=customer:{customer}").json["ids"] == [task]
    assert client.get(f"{API}/?about_entity=customer").json["ids"] == [task]
    assert client.get(f"{API}/?about__is_empty=true").json["count"] == 1


def test_a_list_shows_what_each_task_is_about(company, customer):
    add(company, Task, "sales1", subject="Call", about=f"customer:{customer}")
    assert "Acme" in company.browser("sales1").get("/task/list/").text


def test_an_export_names_the_record_so_that_it_can_be_read_back(company, customer):
    add(company, Task, "sales1", subject="Call", about=f"customer:{customer}")
    field = fields_of(Task)["about"]
    with company.acting("sales1"):
        record = session().scalars(sa.select(Task)).one()
        text = as_file_text(acting(), record, field, Lens(acting(), Task, [record]).show(record, "about"))
    assert typed(field, text) == f"customer:{customer}"


def test_the_history_names_the_record_or_says_that_it_is_locked(company, customer):
    task = add(company, Task, subject="Call", about=f"customer:{customer}", assignee=company.ids["sales1"])
    own = add(company, Task, subject="Call", about=f"customer:{customer}", assignee=company.ids["sales2"])
    assert ("About", "", "Acme") in history_lines(company, "sales1", task)
    assert ("About", "", "Locked") in history_lines(company, "sales2", own)


def history_lines(company, who, task):
    """(label, before, after) of every line of the record's history."""
    entries = company.client(who).get(f"{API}/{task}/history").json["result"]
    return [(line["label"], line["before"], line["after"]) for entry in entries for line in entry["changes"]]


def test_actions_finish_and_reopen_tasks(company):
    task = add(company, Task, "sales1", subject="Call")
    client = company.client("sales1")
    assert client.post(f"{API}/action/done", json={"ids": [task]}).json["message"] == "1 done."
    assert of(company, Task, task, "status") == "done"
    assert client.post(f"{API}/action/reopen", json={"ids": [task]}).status_code == 200
    assert of(company, Task, task, "status") == "open"


def test_another_persons_task_is_missing_for_an_action(company):
    task = add(company, Task, "sales1", subject="Call")
    assert company.client("sales2").post(f"{API}/action/done", json={"ids": [task]}).status_code == 404


@pytest.mark.parametrize("name", [chart.name for chart in TaskView.charts])
def test_every_chart_of_tasks_answers(company, name):
    add(company, Task, "sales1", subject="Call", due_at=None)
    assert company.client("manager").get(f"{API}/chart/{name}").status_code == 200


def test_every_saved_view_opens(company):
    browser = company.browser("sales1")
    queries = [to_query(view.tree()) for view in TaskView.saved_views]
    assert [browser.get(f"/task/list/?{query}").status_code for query in queries] == [200] * len(queries)
