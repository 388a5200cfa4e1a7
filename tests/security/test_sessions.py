"""Credentials end when they must: at the next request."""

import pytest

from tests.world import PASSWORD

PAGE = "/team/list/"
API = "/api/v1/team/"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def credentials(company):
    """A browser, tokens and an API key of sales1."""
    from app.kernel.database import in_unit
    from app.security import operations

    tokens = company.log_in("sales1", refresh=True).json
    browser = company.browser("sales1")
    with company.acting("sales1"):
        key = in_unit(operations.make_api_key, "a key")
    return {"browser": browser, "access": tokens["access_token"], "refresh": tokens["refresh_token"], "key": key}


def alive(company, credentials):
    """Which of the credentials still open a door."""
    client = company.app.test_client()
    found = {
        "cookie": credentials["browser"].get(PAGE).status_code == 200,
        "access": client.get(API, headers=bearer(credentials["access"])).status_code == 200,
        "refresh": client.post("/api/v1/security/refresh", headers=bearer(credentials["refresh"])).status_code == 200,
        "key": client.get(API, headers=bearer(credentials["key"])).status_code == 200,
    }
    return {name for name, open_ in found.items() if open_}


def test_every_credential_opens_the_door_at_first(company, credentials):
    assert alive(company, credentials) == {"cookie", "access", "refresh", "key"}


def test_logout_ends_cookie_token_and_refresh_token(company, credentials):
    stolen = credentials["browser"].client.get_cookie("kemai_session").value
    assert credentials["browser"].post("/logout/").status_code == 302
    credentials["browser"].client.set_cookie("kemai_session", stolen)
    assert alive(company, credentials) == {"key"}


def test_a_password_change_ends_every_credential(company, credentials):
    from app.kernel.database import in_unit
    from app.security import operations

    with company.acting("admin"):
        hashed = operations.hashed_or_problem("another-long-password", "sales1", "sales1@example.com")
        in_unit(operations.set_password, company.ids["sales1"], hashed)
    assert alive(company, credentials) == set()


def test_other_roles_end_every_credential(company, credentials):
    from app.kernel.database import in_unit
    from app.security import operations

    with company.acting("admin"):
        in_unit(operations.set_roles, company.ids["sales1"], ["Viewer"])
    assert alive(company, credentials) == set()


def test_a_deactivated_user_is_out_at_once(company, credentials):
    from app.kernel.database import in_unit
    from app.security import operations

    with company.acting("admin"):
        in_unit(operations.set_active, company.ids["sales1"], False)
    assert alive(company, credentials) == set()
    assert company.log_in("sales1").status_code == 401


def test_a_revoked_key_is_dead_and_others_live(company, credentials):
    import sqlalchemy as sa
    from flask_appbuilder.security.sqla.models import ApiKey

    from app.kernel.database import in_unit, session
    from app.security import operations

    with company.acting("sales1"):
        pk = session().scalars(sa.select(ApiKey.id)).one()
        in_unit(operations.revoke_api_key, pk)
    assert alive(company, credentials) == {"cookie", "access", "refresh"}


def test_the_own_password_change_asks_for_the_current_one(company, credentials):
    browser = credentials["browser"]
    browser.get("/profile/")
    refused = browser.post("/profile/password", {"current": "wrong", "password": "another-long-password"})
    assert refused.status_code == 422
    assert "This is not your current password." in refused.get_data(as_text=True)
    short = browser.post("/profile/password", {"current": PASSWORD, "password": "short"})
    assert short.status_code == 422
    changed = browser.post("/profile/password", {"current": PASSWORD, "password": "another-long-password"})
    assert changed.status_code == 302
    assert browser.get(PAGE).status_code == 200
    assert company.log_in("sales1").status_code == 401
    assert company.log_in("sales1", "another-long-password").status_code == 200


def test_an_access_token_is_no_refresh_token_and_the_reverse(company, credentials):
    client = company.app.test_client()
    wrong = client.post("/api/v1/security/refresh", headers=bearer(credentials["access"]))
    assert wrong.status_code == 401
    assert client.get(API, headers=bearer(credentials["refresh"])).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "kemai_nothing", "a.b.c", "\u00e9"])
def test_a_bearer_that_does_not_hold_is_refused_rather_than_nobody(company, token):
    answer = company.app.test_client().get("/login/", headers=bearer(token))
    assert answer.status_code == (200 if token == "" else 401)


def test_nobody_is_led_to_the_login_and_back(company):
    answer = company.client().get("/team/list/?name=East")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/?next=/team/list/")
    assert company.client().get(API).status_code == 401


def test_a_cookie_alone_cannot_write_by_rest(company, credentials):
    client = credentials["browser"].client
    refused = client.post(API, json={"name": "X"})
    assert refused.status_code == 400
    foreign = client.post(API, json={"name": "X"}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 400
    with company.acting("system"):
        import sqlalchemy as sa

        from app.kernel.database import session
        from app.security.models import Team
        assert session().scalars(sa.select(Team).where(Team.name == "X")).first() is None


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_new_cookie_keeps_the_language_and_nothing_else_of_the_old_one(company):
    browser = company.browser("sales1")
    with browser.client.session_transaction() as cookie:
        cookie.update({"locale": "zh", "smuggled": "x"})
        old = cookie["fresh"]
    browser.token = ""
    browser.post("/login/", {"username": "sales1", "password": PASSWORD})
    with browser.client.session_transaction() as cookie:
        assert cookie["locale"] == "zh"
        assert "smuggled" not in cookie
        assert cookie["fresh"] != old


@pytest.mark.parametrize("key", ["", "kemai_", "\x00", "kemai_" + "x" * 10_000, "kemai_%00", "Bearer Bearer"])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_key_that_was_never_made_opens_nothing(company, key):
    header = {"Authorization": f"Bearer {key}".replace("\x00", "")}
    assert company.app.test_client().get(API, headers=header).status_code == 401
