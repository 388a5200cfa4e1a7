"""The rights of a role as one page and one resource."""

import re

import pytest


def rights(company, role):
    found = company.client("admin").get("/api/v1/rights/").json["result"]
    return next(each for each in found if each["name"] == role)


def test_a_change_of_rights_takes_effect_at_the_next_request(company):
    viewer, admin = company.client("viewer"), company.client("admin")
    assert viewer.get("/api/v1/product/").status_code == 200
    kept = rights(company, "Viewer")
    del kept["grants"]["product"]
    assert admin.put(f"/api/v1/rights/{kept['id']}", json=kept).status_code == 200
    assert viewer.get("/api/v1/product/").status_code == 403


@pytest.mark.parametrize("given", [
    {"grants": {"nothing": {"read": "all"}}}, {"grants": {"team": {"fly": "all"}}},
    {"grants": {"team": {"read": "everywhere"}}}, {"specials": ["emperor"]},
    {"columns": {"team": {"nothing": "mask"}}}, {"columns": {"team": {"name": "blurred"}}}])
def test_rights_that_nobody_understands_are_refused(company, given):
    role = rights(company, "Viewer")
    answer = company.client("admin").put(f"/api/v1/rights/{role['id']}", json=given)
    assert answer.status_code == 422
    assert rights(company, "Viewer") == role


@pytest.mark.parametrize(
    "given", [{"grants": []}, {"grants": {"team": []}}, {"specials": {}}, {"columns": {"team": 1}}])
def test_rights_of_the_wrong_shape_are_malformed(company, given):
    role = rights(company, "Viewer")
    assert company.client("admin").put(f"/api/v1/rights/{role['id']}", json=given).status_code == 400


def test_the_administrator_cannot_lose_the_right_to_change_rights(company):
    role = rights(company, "Admin")
    answer = company.client("admin").put(f"/api/v1/rights/{role['id']}", json={**role, "specials": []})
    assert answer.status_code == 422


def test_the_page_shows_and_saves_the_same(company):
    browser = company.browser("admin")
    role = rights(company, "Viewer")
    assert browser.get("/rights/").status_code == 200
    assert browser.get(f"/rights/{role['id']}").status_code == 200
    assert browser.get("/rights/987654").status_code == 404
    saved = browser.post(f"/rights/{role['id']}", {"grant:team:read": "all", "column:customer:phone": "hide",
                                                   "specials": "charts"})
    assert saved.status_code == 302
    now = rights(company, "Viewer")
    assert now["grants"] == {"team": {"read": "all"}}
    assert now["columns"] == {"customer": {"phone": "hide"}}
    assert now["specials"] == ["charts"]
    assert browser.post(f"/rights/{role['id']}", {"grant:team:read": "everywhere"}).status_code == 422


def test_the_page_is_a_matrix_with_every_right_and_column_in_words(company):
    browser, role = company.browser("admin"), rights(company, "Support")
    page = browser.get(f"/rights/{role['id']}").text
    assert 'name="grant:ticket:read" value="own queue" aria-label="Ticket, Read"' in page
    assert 'data-words="own pool team tree through all queue"' in page
    assert 'name="column:customer:phone" value="mask"' in page
    assert "Take batches back" in page
    assert "In the user's queues</label>" in page


def test_the_roles_stand_with_the_number_of_their_users(company):
    page = company.browser("admin").get("/rights/").text
    assert re.search(r'>Salesperson \(Sales\)</a></td><td><span class="number">3</span>', page)
    assert re.search(r'>Administrator \(Admin\)</a></td><td><span class="number">1</span>', page)


@pytest.mark.parametrize("who", ["manager", "sales1", "viewer"])
def test_nobody_else_sees_or_changes_rights(company, who):
    assert company.client(who).get("/api/v1/rights/").status_code == 403
    assert company.client(who).put("/api/v1/rights/1", json={}).status_code == 403
    assert company.browser(who).get("/rights/").status_code == 403
