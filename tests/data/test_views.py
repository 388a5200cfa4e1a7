"""The upload screen: look first, correct the columns, apply, mend, take back."""

import io
import re

import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.data import views
from app.kernel.batches import Batch
from app.kernel.database import session
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


def test_large_files_are_led_to_the_command_line(company, manager, monkeypatch):
    monkeypatch.setattr(views, "MOST_IN_REQUEST", 1)
    place, text = page(manager, upload(manager))
    assert f"flask crm import --resume {place.rpartition('/')[2]}" in text
    assert manager.post(f"{place}/apply").status_code == 422
    assert names(company) == []


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
