"""What a cookie authorises needs the session's token and an own origin; what a header authorises does not."""

import pytest
from flask import Blueprint, Flask, jsonify, session
from flask_wtf.csrf import CSRFError, generate_csrf

from app.security.csrf import install_csrf

UNSAFE = ["post", "put", "patch", "delete"]
EVIL = {"Origin": "https://evil.example"}
BEARER = {"Authorization": "Bearer abc.def.ghi"}


def make_app(**config):
    app = Flask("tiny")
    app.config.update(SECRET_KEY="only-for-this-test", **config)
    protect = install_csrf(app)
    app.deeds = []

    @app.get("/login")
    def login():
        session["user"] = "ann"
        return generate_csrf()

    @app.route("/form", methods=["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])
    def form():
        app.deeds.append("form")
        return "done"

    api = Blueprint("api", "api")

    @api.route("/api/v1/customer/", methods=["POST", "PUT", "PATCH", "DELETE"])
    def customer():
        app.deeds.append("api")
        return jsonify({})

    # Flask-AppBuilder exempts each of its REST blueprints like this.
    protect.exempt(api)
    app.register_blueprint(api)

    @app.errorhandler(CSRFError)
    def refuse(error):
        return str(error.description), 400

    return app


@pytest.fixture
def app():
    return make_app()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def token(client):
    """The token of a session that is logged in; the client holds its cookie."""
    return client.get("/login").text


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize("path", ["/form", "/api/v1/customer/"])
def test_a_cookie_alone_changes_nothing(app, client, token, method, path):
    assert getattr(client, method)(path).status_code == 400
    assert getattr(client, method)(path, headers={"X-CSRFToken": "made-up"}).status_code == 400
    assert app.deeds == []


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize("path", ["/form", "/api/v1/customer/"])
def test_cookie_and_token_together_do(app, client, token, method, path):
    assert getattr(client, method)(path, headers={"X-CSRFToken": token}).status_code == 200
    assert len(app.deeds) == 1


def test_the_token_may_stand_in_the_form(client, token):
    assert client.post("/form", data={"csrf_token": token}).status_code == 200


def test_a_token_of_another_session_is_refused(app, client, token):
    stranger = app.test_client()
    foreign_token = stranger.get("/login").text
    assert client.post("/form", headers={"X-CSRFToken": foreign_token}).status_code == 400


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_needs_no_token(client, token, method):
    assert getattr(client, method)("/form", headers=EVIL).status_code == 200


@pytest.mark.parametrize("headers", [
    EVIL, {"Origin": "null"}, {"Origin": "http://localhost.evil.example"}, {"Origin": "http://localhost:8080"},
    {"Referer": "https://evil.example/http://localhost/"}, {"Origin": "null", "Referer": "http://localhost/"}])
@pytest.mark.parametrize("path", ["/form", "/api/v1/customer/"])
def test_even_the_right_token_does_not_help_another_site(app, client, token, headers, path):
    answer = client.post(path, headers={"X-CSRFToken": token, **headers})
    assert answer.status_code == 400
    assert "another site" in answer.text
    assert app.deeds == []


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost"}, {"Referer": "http://localhost/form?x=1"},
                                     {"Origin": "https://localhost"}, {}])
def test_an_own_page_may_act(client, token, headers):
    assert client.post("/form", headers={"X-CSRFToken": token, **headers}).status_code == 200


def test_over_https_a_page_without_tls_is_foreign(app):
    client = app.test_client()
    token = client.get("/login", base_url="https://localhost").text
    for origin, status in (("https://localhost", 200), ("http://localhost", 400)):
        answer = client.post("/form", base_url="https://localhost", headers={"X-CSRFToken": token, "Origin": origin})
        assert answer.status_code == status


def test_the_public_address_and_named_origins_are_own():
    app = make_app(CRM_BASE_URL="https://crm.example.com/", CSRF_TRUSTED_ORIGINS=["https://forms.example.com"])
    client = app.test_client()
    token = client.get("/login").text
    for origin, status in (("https://crm.example.com", 200), ("https://forms.example.com", 200),
                           ("https://www.example.com", 400)):
        assert client.post("/form", headers={"X-CSRFToken": token, "Origin": origin}).status_code == status


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize("scheme", ["Bearer abc.def.ghi", "bearer kemai_key", "BEARER x"])
def test_a_bearer_token_or_api_key_without_cookie_is_free(client, method, scheme):
    headers = {"Authorization": scheme, **EVIL}
    assert getattr(client, method)("/api/v1/customer/", headers=headers).status_code == 200


@pytest.mark.parametrize("cookie", ["session", "remember_token", "access_token_cookie", "refresh_token_cookie"])
def test_a_made_up_bearer_token_does_not_free_a_cookie(app, client, cookie):
    client.set_cookie(cookie, "x")
    assert client.post("/api/v1/customer/", headers=BEARER).status_code == 400
    assert app.deeds == []


def test_a_cookie_that_logs_nobody_in_does_not_bind_a_program(client):
    client.set_cookie("load_balancer", "node-3")
    assert client.post("/api/v1/customer/", headers=BEARER).status_code == 200


def test_the_cookies_are_known_by_their_configured_names():
    client = make_app(SESSION_COOKIE_NAME="kemai_session").test_client()
    client.set_cookie("session", "x")
    assert client.post("/api/v1/customer/", headers=BEARER).status_code == 200
    client.set_cookie("kemai_session", "x")
    assert client.post("/api/v1/customer/", headers=BEARER).status_code == 400


def test_a_password_in_the_header_is_no_bearer_token(client):
    headers = {"Authorization": "Basic YW5uOnB3", **EVIL}
    assert client.post("/api/v1/customer/", headers=headers).status_code == 400


def test_nobody_is_logged_in_by_another_sites_form(client):
    assert client.post("/form", headers=EVIL).status_code == 400
    assert client.post("/form", headers={"Referer": "https://evil.example/"}).status_code == 400
    assert client.post("/form").status_code == 200


def test_a_token_lives_as_long_as_its_session(app, client, token, monkeypatch):
    assert app.config["WTF_CSRF_TIME_LIMIT"] is None
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 4_000_000_000)
    app.permanent_session_lifetime = 4_000_000_000
    assert client.post("/form", headers={"X-CSRFToken": token}).status_code == 200


def test_what_the_setting_switches_off_is_off():
    client = make_app(WTF_CSRF_ENABLED=False).test_client()
    client.get("/login")
    assert client.post("/form", headers=EVIL).status_code == 200
