"""Users and teams on screens."""

import pytest
import sqlalchemy as sa

from app.kernel.database import session
from app.security.models import UserProfile
from tests.world import PASSWORD

NEW = {"username": "newbie", "email": "newbie@example.com", "first_name": "New", "last_name": "Bie", "roles": "Sales",
       "password": PASSWORD}


def profile(company, name):
    with company.acting("system"):
        return session().scalars(sa.select(UserProfile.id).where(UserProfile.user_id == company.ids[name])).one()


def test_the_administrator_adds_a_user_who_can_log_in(company):
    browser = company.browser("admin")
    browser.get("/user_profile/add")
    answer = browser.post("/user_profile/add", {**NEW, "team": company.teams["East"]})
    assert answer.status_code == 302
    assert company.log_in("newbie").status_code == 200


def test_problems_stand_beside_their_fields(company):
    browser = company.browser("admin")
    browser.get("/user_profile/add")
    refused = browser.post("/user_profile/add", {**NEW, "password": "short", "email": ""})
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "is-invalid" in page
    assert 'value="newbie"' in page
    taken = browser.post("/user_profile/add", {**NEW, "username": "sales1"})
    assert taken.status_code == 422


@pytest.mark.parametrize("who", ["manager", "sales1", "support1", "viewer"])
def test_nobody_else_adds_users_or_changes_them(company, who):
    browser = company.browser(who)
    assert browser.get("/user_profile/add").status_code == 403
    client = company.client(who)
    pk = profile(company, "sales2")
    for action in ("set_roles", "reset_password", "deactivate", "activate", "move_team"):
        answer = client.post(f"/api/v1/user_profile/action/{action}", json={"ids": [pk], "values": {"roles": "Admin"}})
        assert answer.status_code == 403, action


def test_roles_activity_password_and_team_are_changed_by_actions(company):
    client = company.client("admin")
    pk = profile(company, "sales2")

    def act(name, **values):
        return client.post(f"/api/v1/user_profile/action/{name}", json={"ids": [pk], "values": values})

    assert act("set_roles", roles="Viewer, Analyst").status_code == 200
    assert act("set_roles", roles="Emperor").status_code == 422
    assert act("deactivate").status_code == 200
    assert company.log_in("sales2").status_code == 401
    assert act("activate").status_code == 200
    assert act("reset_password", password="short").status_code == 422
    assert act("reset_password", password="another-long-password").status_code == 200
    assert company.log_in("sales2", "another-long-password").status_code == 200
    assert act("move_team").status_code == 422
    assert act("move_team", team=company.teams["East"], with_rows="true").status_code == 200
    with company.acting("sales2") as actor:
        assert actor.roles == {"Viewer", "Analyst"}
        assert actor.team_id == company.teams["East"]


def test_the_audit_has_no_way_to_be_written(company):
    client = company.client("admin")
    assert client.get("/api/v1/audit_entry/").status_code == 200
    assert client.post("/api/v1/audit_entry/", json={"note": "x"}).status_code == 405
    assert client.get("/audit_entry/list/").status_code == 200
    assert client.get("/audit_entry/add").status_code == 404
