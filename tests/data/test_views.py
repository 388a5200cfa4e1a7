"""The upload screen: look first, correct the columns, apply, mend, take back."""

import io
import re

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.kernel.batches import Batch
from app.kernel.database import session, unit
from app.kernel.settings import Setting
from app.workflows.runtime import work_until_idle
from tests.data.imports import run

TEXT = "Name,Code,lvl\nBlue River,B-1,key\nRed Hill,R-1,gold\n"


@pytest.fixture
def manager(company):
    """The browser of the manager."""
    return company.browser("manager")


def upload(browser, text=TEXT, entity="customer", mapping=None, **fields):
    """Send a file; the answer, redirects not followed."""
    data = {"file": (io.BytesIO(text.encode()), "firms.csv"), "on_match": "update", **fields}
    if mapping:
        data["mapping"] = (io.BytesIO(mapping.encode()), "map.json")
    browser.get(f"/import/{entity}")
    return browser.post(f"/import/{entity}", data, content_type="multipart/form-data")


def page(browser, answer):
    """The page that an answer leads to, and its address."""
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.location, browser.get(answer.location).get_data(as_text=True)


def names(company):
    """The names of all customers."""
    with company.acting("system"):
        return sorted(session().scalars(sa.select(Customer.name)))


def facts(text):
    """The numbers of the page, by word."""
    return dict(re.findall(r"<dt>([^<]+)</dt><dd class=\"number\">(\d+)</dd>", text))


def test_a_file_is_looked_at_corrected_and_applied(company, manager):
    place, text = page(manager, upload(manager))
    assert facts(text)["Created"] == "2"
    assert "lvl" in text
    assert names(company) == []
    again = manager.post(f"{place}/columns", {"column_0": "name", "column_1": "code", "column_2": "level"})
    place, text = page(manager, again)
    assert (facts(text)["Created"], facts(text)["Rejected"]) == ("1", "1")
    assert "gold" in text
    assert names(company) == []
    _place, text = page(manager, manager.post(f"{place}/apply"))
    assert facts(text)["Created"] == "1"
    assert names(company) == ["Blue River"]
    assert "gold" in manager.get(f"{place}/rejected").get_data(as_text=True)


def test_a_wrong_choice_of_columns_is_told_and_keeps_the_batch(company, manager):
    place, _text = page(manager, upload(manager))
    again, text = page(manager, manager.post(f"{place}/columns", {}))
    assert again == place
    assert "No column of the file" in text


def test_the_batch_is_taken_back_by_its_button(company, manager):
    place, _text = page(manager, upload(manager, mapping='{"headers": {"lvl": null}}'))
    manager.post(f"{place}/apply")
    number = place.rpartition("/")[2]
    assert f"/batch/{number}/undo" in manager.get(f"/import_batch/show/{number}").get_data(as_text=True)
    _place, text = page(manager, manager.post(f"/batch/{number}/undo"))
    assert "2 taken back" in text
    assert names(company) == []
    assert "cannot be taken back" in page(manager, manager.post(f"/batch/{number}/undo"))[1]


def test_a_program_takes_a_batch_back(company):
    with company.acting("manager"):
        _counts, number = run("customer", "name\nA\n")
    assert company.client("sales1").post(f"/api/v1/import_batch/{number}/undo").status_code == 403
    assert company.client("admin").post(f"/api/v1/import_batch/{number + 1}/undo").status_code == 404
    answer = company.client("manager").post(f"/api/v1/import_batch/{number}/undo")
    assert answer.json == {"reversed": 1, "kept": 0, "conflicting": 0}


@pytest.mark.parametrize(("text", "fields"), [("", {}), ("foo,bar\n1,2\n", {}), (TEXT, {"on_match": "merge"}),
                                              (TEXT, {"match": "city"}), (TEXT, {"mapping": "{"})])
def test_a_file_that_cannot_be_read_is_told_beside_the_form(manager, text, fields):
    answer = upload(manager, text, **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_no_file_is_told_beside_the_form(manager):
    manager.get("/import/customer")
    assert manager.post("/import/customer", {}).status_code == 422


def test_columns_that_are_not_clear_are_left_out_and_asked_for(company, manager):
    _place, text = page(manager, upload(manager, "Name,name,Code\nA,B,C\n"))
    assert "is left out" in text
    assert facts(text)["Rejected"] == "1"


@pytest.fixture
def only_one_at_once(company):
    """A setting by which two rows are many."""
    with company.acting("system"), unit() as current:
        current.scalars(sa.select(Setting).where(Setting.name == "import.at_once")).one().value = "1"


@pytest.mark.usefixtures("only_one_at_once")
def test_a_large_file_is_read_checked_and_applied_in_the_background(company, manager):
    place, text = page(manager, upload(manager, TEXT.replace("lvl", "level")))
    assert "you may leave this page" in text
    assert 'id="progress"' in manager.get(place, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert work_until_idle(company.app) > 0
    assert manager.get(place, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    text = manager.get(place).get_data(as_text=True)
    assert (facts(text)["Created"], facts(text)["Rejected"]) == ("1", "1")
    assert names(company) == []
    _place, text = page(manager, manager.post(f"{place}/apply"))
    assert "The rows are applied." in text
    work_until_idle(company.app)
    assert facts(manager.get(place).get_data(as_text=True))["Created"] == "1"
    assert names(company) == ["Blue River"]
    assert "gold" in manager.get(f"{place}/rejected").get_data(as_text=True)
    page(manager, manager.post(f"/batch/{place.rpartition('/')[2]}/undo"))
    assert names(company) == []


@pytest.mark.usefixtures("only_one_at_once")
def test_a_large_batch_is_taken_back_in_the_background_by_its_button_and_by_a_program(company, manager):
    numbers = []
    for prefix in "AB":
        with company.acting("manager"):
            numbers.append(run("customer", f"name\n{prefix}1\n{prefix}2\n")[1])
    _place, text = page(manager, manager.post(f"/batch/{numbers[0]}/undo"))
    assert "you may leave this page" in text
    answer = company.client("manager").post(f"/api/v1/import_batch/{numbers[1]}/undo")
    assert (answer.status_code, "background" in answer.json["message"]) == (202, True)
    assert len(names(company)) == 4
    work_until_idle(company.app)
    assert names(company) == []


@pytest.mark.usefixtures("only_one_at_once")
def test_the_columns_of_a_large_file_are_corrected_in_the_background(company, manager):
    place, _text = page(manager, upload(manager))
    work_until_idle(company.app)
    assert "lvl" in manager.get(place).get_data(as_text=True)
    again = manager.post(f"{place}/columns", {"column_0": "name", "column_1": "code", "column_2": "level"})
    place, _text = page(manager, again)
    work_until_idle(company.app)
    text = manager.get(place).get_data(as_text=True)
    assert (facts(text)["Created"], facts(text)["Rejected"]) == ("1", "1")


@pytest.mark.usefixtures("only_one_at_once")
def test_a_large_import_is_stopped_and_taken_up_again(company, manager):
    place, _text = page(manager, upload(manager))
    _place, text = page(manager, manager.post(f"{place}/stop"))
    assert "Stopped by manager." in text
    assert "does not run" in page(manager, manager.post(f"{place}/stop"))[1]
    work_until_idle(company.app)
    _place, text = page(manager, manager.post(f"{place}/apply"))
    assert "The file is read." in text
    work_until_idle(company.app)
    assert facts(manager.get(place).get_data(as_text=True))["Created"] == "2"
    number = place.rpartition("/")[2]
    assert place in manager.get(f"/import_batch/show/{number}").get_data(as_text=True)


def test_the_screen_is_only_for_who_may_import(company, manager):
    place, _text = page(manager, upload(manager))
    seller = company.browser("sales1")
    assert seller.get("/import/customer").status_code == 403
    assert seller.get(place).status_code == 403
    assert company.browser("admin").get(place.replace("customer", "contact")).status_code == 404
    assert manager.get("/import/nothing").status_code == 404
    assert company.app.test_client().get("/import/customer").status_code in (302, 401)


def test_the_template_has_the_headers_that_the_import_reads(company, manager):
    text = manager.get("/import/customer/template").get_data().decode("utf-8-sig")
    assert "Name" in text.split(",")
    _place, page_text = page(manager, upload(manager, text + "," * text.count(",") + "\n"))
    assert "left out" not in page_text
    with company.acting("manager"):
        assert session().scalars(sa.select(Batch.label)).all() == ["firms.csv"]
