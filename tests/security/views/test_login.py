"""Logging in as a person does it."""

import pytest
import sqlalchemy as sa
from flask_jwt_extended import decode_token

from app.kernel.database import session
from app.security.models import UserProfile
from tests.world import PASSWORD, Browser

# `_fresh` is a note of flask-login to itself.
OF_ONE_SESSION = {"fresh", "csrf_token", "_fresh"}
# What differs between two tokens of the same user.
PASSING = {"iat", "nbf", "exp", "jti", "csrf"}


def test_a_login_leads_where_one_wanted_to_go(company):
    client = company.app.test_client()
    page = client.get("/login/?next=/team/list/").get_data(as_text=True)
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    answer = client.post("/login/?next=/team/list/",
                         data={"username": "sales1", "password": PASSWORD, "csrf_token": token})
    assert answer.headers["Location"] == "/team/list/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_login_never_leads_to_another_site(company, target):
    client = company.app.test_client()
    page = client.get("/login/").get_data(as_text=True)
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    answer = client.post("/login/", query_string={"next": target},
                         data={"username": "sales1", "password": PASSWORD, "csrf_token": token})
    assert answer.headers["Location"] == "/"


def test_a_wrong_password_keeps_the_name_and_says_so(company):
    answer = Browser(company.app).log_in("sales1", "wrong")
    assert answer.status_code == 401
    page = answer.get_data(as_text=True)
    assert 'value="sales1"' in page
    assert "wrong" in page


def test_after_five_failures_the_account_waits(company):
    client = company.app.test_client()
    answers = [client.post("/api/v1/security/login", json={"username": "sales1", "password": "wrong"})
               for _ in range(7)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_the_language_is_chosen_and_kept(company):
    browser = company.browser("sales1")
    browser.get("/language/zh?next=/profile/")
    assert 'lang="zh"' in browser.get("/profile/").get_data(as_text=True)
    assert browser.get("/language/xx").status_code == 404


def test_preferences_are_judged_and_saved_without_a_right_on_profiles(company):
    browser = company.browser("viewer")
    browser.get("/profile/")
    refused = browser.post("/profile/preferences", {"locale": "en", "zone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert browser.post("/profile/preferences", {"locale": "zh", "zone": "Europe/Berlin"}).status_code == 302
    with company.acting("viewer") as actor:
        assert (actor.zone, actor.locale) == ("Europe/Berlin", "zh")


def test_the_switches_at_the_top_are_kept_with_the_profile(company):
    browser = company.browser("viewer")
    assert 'data-theme="system"' in browser.get("/profile/").get_data(as_text=True)
    answer = browser.post("/profile/appearance", {"theme": "dark", "next": "/customer/list/?q=a"})
    assert answer.headers["Location"] == "/customer/list/?q=a"
    browser.post("/profile/appearance", {"density": "compact", "theme": "pink", "next": "//elsewhere.example"})
    page = company.client("viewer").get("/profile/").get_data(as_text=True)
    assert 'data-theme="dark" data-density="compact"' in page, "in every browser of the user, and pink is no theme"
    assert 'data-theme="system"' in company.client("sales1").get("/profile/").get_data(as_text=True)


def test_a_switch_without_a_choice_changes_nothing(company):
    browser = company.browser("viewer")
    browser.get("/profile/")
    with company.acting("system"):
        before = session().scalar(sa.select(UserProfile.version).where(UserProfile.user_id == company.ids["viewer"]))
    assert browser.post("/profile/appearance", {}).status_code == 302
    with company.acting("system"):
        assert session().scalar(
            sa.select(UserProfile.version).where(UserProfile.user_id == company.ids["viewer"])) == before


def test_an_api_key_is_shown_once_and_can_be_revoked(company):
    browser = company.browser("sales1")
    browser.get("/profile/")
    shown = browser.post("/profile/keys", {"name": "robot"}).get_data(as_text=True)
    key = shown.partition("<code>")[2].partition("</code>")[0]
    client = company.app.test_client()
    assert client.get("/api/v1/team/", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    again = browser.get("/profile/").get_data(as_text=True)
    assert key not in again
    number = again.partition("/profile/keys/")[2].partition("/")[0]
    assert browser.post(f"/profile/keys/{number}/revoke").status_code == 302
    assert client.get("/api/v1/team/", headers={"Authorization": f"Bearer {key}"}).status_code == 401


def test_the_first_page_is_gone_once_somebody_is_there(company):
    assert company.client().get("/first/").status_code == 404


def test_an_empty_house_asks_for_its_first_administrator(empty_app):
    from app.kernel.database import db

    with empty_app.app_context():
        db.create_all()
    client = empty_app.test_client()
    assert client.get("/login/").headers["Location"] == "/first/"
    page = client.get("/first/").get_data(as_text=True)
    token = page.partition('name="csrf-token" content="')[2].partition('"')[0]
    given = {"username": "boss", "email": "boss@example.com", "csrf_token": token}
    assert client.post("/first/", data={**given, "password": "short"}).status_code == 422
    assert client.post("/first/", data={**given, "password": PASSWORD}).status_code == 302
    assert client.get("/first/").status_code == 404
    answer = client.post("/api/v1/security/login", json={"username": "boss", "password": PASSWORD})
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("given", [None, [], {"username": 5, "password": "x"}, {"username": "a"}])
def test_a_login_for_tokens_that_is_none_is_malformed(company, given):
    assert company.client().post("/api/v1/security/login", json=given).status_code == 400


def test_the_cookie_and_the_token_of_tests_are_those_of_a_login(company):
    by_form, made = Browser(company.app), company.browser("sales1")
    assert by_form.log_in("sales1").headers["Location"] == "/"
    kept = []
    for browser in (by_form, made):
        with browser.client.session_transaction() as cookie:
            kept.append({name: cookie[name] for name in sorted(cookie) if name not in OF_ONE_SESSION})
        assert browser.post("/profile/preferences", {"locale": "en", "zone": "Asia/Shanghai"}).status_code == 302
    assert kept[0] == kept[1]
    tokens = [company.token("sales1"), company.log_in("sales1").json["access_token"]]
    with company.app.app_context():
        claims = [{name: value for name, value in decode_token(token).items() if name not in PASSING}
                  for token in tokens]
    assert claims[0] == claims[1]
