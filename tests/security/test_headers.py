"""What every answer carries, and which host names are answered."""

import re

import pytest
from flask import Flask, Response, redirect, render_template_string, request

from app.security.headers import install


def make_app(**config):
    app = Flask("tiny", static_folder=None)
    app.config.update(config)
    install(app)

    @app.get("/")
    def home():
        return render_template_string("<style nonce='{{ csp_nonce() }}'></style><meta content='{{ csp_nonce() }}'>")

    @app.get("/boom")
    def boom():
        raise ZeroDivisionError

    @app.get("/file")
    def file():
        return Response(b"x", headers={"Cache-Control": "public, max-age=3600", "X-Frame-Options": "DENY",
                                       "Content-Security-Policy": "sandbox"})

    @app.get("/assets/app.css", endpoint="appbuilder.static")
    @app.get("/static/app.css", endpoint="static")
    def static():
        return Response("a{}", headers={"Cache-Control": "public, max-age=3600"})

    @app.get("/statistics", endpoint="room.nonstatic")
    def statistics():
        return Response("", headers={"Cache-Control": "public"})

    return app


@pytest.fixture
def client():
    return make_app().test_client()


def policy(response):
    return dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))


def test_the_content_policy_allows_own_files_only(client):
    found = policy(client.get("/"))
    nonce = found.pop("style-src").removeprefix("'self' ")
    assert re.fullmatch(r"'nonce-[A-Za-z0-9_-]{22}'", nonce)
    assert found == {"default-src": "'self'", "script-src": "'self'", "img-src": "'self' data:", "object-src": "'none'",
                     "base-uri": "'self'", "form-action": "'self'", "frame-ancestors": "'self'"}


def test_the_page_shows_the_nonce_of_its_own_answer_and_no_two_answers_share_one(client):
    answers = [client.get("/") for _ in range(3)]
    shown = [set(re.findall(r"(?:nonce|content)='([^']+)'", answer.text)) for answer in answers]
    sent = [{re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[1]} for answer in answers]
    assert shown == sent
    assert len(set.union(*sent)) == 3


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/boom", 500), ("/nowhere", 404), ("/static/app.css", 200)])
def test_every_answer_carries_the_headers_errors_too(client, path, status):
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Content-Security-Policy" in answer.headers


def test_a_view_may_be_stricter(client):
    headers = client.get("/file").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers.getlist("Content-Security-Policy") == ["sandbox"]


@pytest.mark.parametrize("path", ["/", "/file", "/boom", "/nowhere", "/statistics"])
def test_no_private_page_is_stored_whatever_its_view_says(client, path):
    assert client.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/static/app.css", "/assets/app.css"])
def test_static_files_may_be_stored(client, path):
    assert client.get(path).headers["Cache-Control"] == "public, max-age=3600"


def test_browsers_are_bound_to_https_only_by_https(client):
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:8080", "crm.example.com"])
def test_loopback_and_the_configured_host_are_answered(host):
    client = make_app(CRM_BASE_URL="https://crm.example.com/").test_client()
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "crm.example.com.evil.example", "localhost.evil.example",
                                  "evil@localhost", "10.0.0.1", "evilcrm.example.com"])
def test_a_foreign_host_is_refused_everywhere(host):
    client = make_app(CRM_BASE_URL="https://crm.example.com").test_client()
    for path in ("/", "/static/app.css", "/nowhere"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert host not in answer.text
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_setting_names_the_hosts_itself():
    client = make_app(TRUSTED_HOSTS=["crm.example.com"], CRM_BASE_URL="https://other.example.com").test_client()
    assert client.get("/", headers={"Host": "crm.example.com"}).status_code == 200
    assert client.get("/", headers={"Host": "other.example.com"}).status_code == 400


def test_without_a_base_address_only_loopback_is_answered(client):
    assert client.get("/", headers={"Host": "localhost"}).status_code == 200
    assert client.get("/", headers={"Host": "crm.example.com"}).status_code == 400


def test_a_foreign_host_is_refused_before_anything_can_redirect_to_it():
    app = make_app()

    @app.before_request
    def send_to_login():
        return redirect(f"https://{request.environ['HTTP_HOST']}/login")

    answer = app.test_client().get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "Location" not in answer.headers
