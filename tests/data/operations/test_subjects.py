"""What a task or a file in a file is about: by number as exports write it, or by entity and name."""

import json

import pytest

from app.desk.models import Task
from tests.data.imports import reasons, run
from tests.desk.records import stored
from tests.kernel.test_gate import add_customer


@pytest.fixture
def known(company):
    company.blue = add_customer(company, "Blue River", owner="manager", code="B-1", external_ids={"erp": "77"})
    return company


@pytest.mark.parametrize("cell", ["customer:{}", "customer: Blue River", "Customer: Blue River", "客户：Blue River",
                                  "CUSTOMER:B-1", " customer : B-1 ", "customer: #{}", "客户: erp:77"])
def test_every_way_of_naming_it_leads_to_the_record(known, cell):
    with known.acting("admin"):
        counts, number = run("task", f"subject,about\nCall,{cell.format(known.blue)}\n")
        assert counts["created"] == 1, reasons(number)
    assert stored(known, Task, "about", "about_entity", "about_id") == [(f"customer:{known.blue}", "customer",
                                                                         known.blue)]


@pytest.mark.parametrize("cell", ["Blue River", "nonsense: Blue River", "customer: Nobody", "customer:", "客户", ":x"])
def test_what_names_nothing_is_rejected_with_the_cell(known, cell):
    with known.acting("admin"):
        counts, number = run("task", f"subject,about\nCall,{cell}\n")
        assert (counts["created"], counts["rejected"]) == (0, 1)
        assert "is not known" in reasons(number)[2]
        assert cell.strip() in reasons(number)[2]
    assert stored(known, Task, "id") == []


def test_a_name_of_two_records_is_not_clear(known):
    add_customer(known, "Blue River", owner="manager")
    with known.acting("admin"):
        counts, number = run("task", "subject,about\nCall,customer: Blue River\n")
        assert counts["rejected"] == 1
        assert "2 records" in reasons(number)[2]


def test_a_number_that_is_not_there_is_rejected(known):
    with known.acting("admin"):
        counts, number = run("task", "subject,about\nCall,customer:999999\nWrite,customer: #999999\n")
        assert counts["rejected"] == 2
        assert set(reasons(number)) == {2, 3}


def test_a_whole_file_is_looked_up_at_once_and_empty_cells_stay_empty(known):
    other = add_customer(known, "Red Hill", owner="manager")
    with known.acting("admin"):
        text = "subject,about\n" + "".join(f"T{n},{'客户: Red Hill' if n % 2 else ''}\n" for n in range(10))
        assert run("task", text)[0]["created"] == 10
    assert stored(known, Task, "about").count(f"customer:{other}") == 5


def test_a_default_of_the_mapping_is_understood_too(known):
    with known.acting("admin"):
        mapping = json.dumps({"defaults": {"about": "客户: Blue River"}})
        assert run("task", "subject\nCall\n", mapping=mapping)[0]["created"] == 1
    assert stored(known, Task, "about") == [f"customer:{known.blue}"]


def test_tasks_that_were_exported_come_back_unchanged(known):
    with known.acting("admin"):
        run("task", "subject,about\nCall,客户: Blue River\n")
    answer = known.client("admin").get("/task/export?format=csv")
    assert f"customer:{known.blue}" in answer.get_data(as_text=True)
    with known.acting("admin"):
        counts, number = run("task", answer.data)
        assert counts["unchanged"] == 1, (counts, reasons(number))
