"""Notices over HTTP: the bell, reading, and that nobody writes them."""

import pytest

from app.desk.models import Notification
from app.desk.operations import notify
from tests.desk.records import by, of, stored

API = "/api/v1/notification"


@pytest.fixture
def notices(company):
    """Two notices of sales1 and one of sales2."""
    for name, key in (("sales1", "a"), ("sales1", "b"), ("sales2", "c")):
        by(company, "system", lambda name=name, key=key: notify(company.ids[name], "info", f"Hello {key}", key=key))
    return stored(company, Notification, "id")


def bell(company, who):
    return company.client(who).get("/notification/unread").json["unread"]


def test_the_bell_counts_ones_own(company, notices):
    assert [bell(company, who) for who in ("sales1", "sales2", "manager")] == [2, 1, 0]


def test_the_list_shows_ones_own_only(company, notices):
    page = company.browser("sales1").get("/notification/list/").text
    assert "Hello a" in page
    assert "Hello c" not in page


def test_notices_are_marked_as_read(company, notices):
    answer = company.client("sales1").post(f"{API}/action/read", json={"ids": notices[:1]})
    assert answer.json["message"] == "1 marked as read."
    assert bell(company, "sales1") == 1


def test_anothers_notice_is_missing(company, notices):
    assert company.client("sales1").post(f"{API}/action/read", json={"ids": notices[2:]}).status_code == 404
    assert bell(company, "sales2") == 1


def test_all_are_marked_at_once(company, notices):
    browser = company.browser("sales1")
    assert browser.post("/notification/read_all").status_code == 302
    assert [bell(company, who) for who in ("sales1", "sales2")] == [0, 1]


def test_reading_all_needs_the_token_of_the_page(company, notices):
    assert company.browser("sales1").client.post("/notification/read_all").status_code == 400
    assert bell(company, "sales1") == 2


@pytest.mark.parametrize("values", [{"title": "Forged"}, {"user": 1}, {"read_at": None}, {"about": "customer:1"}])
def test_no_field_of_a_notice_is_written_from_outside(company, notices, values):
    answer = company.client("sales1").put(f"{API}/{notices[0]}", json=values)
    assert (answer.status_code, list(answer.json["problems"])) == (422, list(values))
    assert of(company, Notification, notices[0], "title") == "Hello a"


@pytest.mark.parametrize("name", ["sales1", "manager", "support1", "viewer"])
def test_nobody_makes_notices_by_hand(company, name):
    assert company.client(name).post(f"{API}/", json={"title": "Forged"}).status_code == 403


def test_a_stranger_has_no_bell(company):
    assert company.client().get("/notification/unread", headers={"Accept": "application/json"}).status_code == 401
