"""Attachments over HTTP: uploads in both ways, downloads that stay inert, and nothing for who may not read."""

import io
from pathlib import Path

import pytest

from app.customers.models import Customer
from app.desk.models import Attachment
from tests.desk import uploads
from tests.desk.records import add, of, stored

API, SCREEN = "/api/v1/attachment", "/attachment"


@pytest.fixture
def customer(company):
    """A customer of sales1, as uploads name it."""
    return f"customer:{add(company, Customer, name='Acme', owner=company.ids['sales1'])}"


def post(client, about, *files, path=f"{API}/upload", **headers):
    """Send (name, content) pairs as a program does."""
    data = {"about": about, "file": [(io.BytesIO(content), name) for name, content in files]}
    return client.post(path, data=data, content_type="multipart/form-data", headers=headers)


@pytest.fixture
def picture(company, customer):
    """The id of a picture that sales1 uploaded."""
    return post(company.client("sales1"), customer, ("照片 1.png", uploads.PNG)).json["id"]


def test_a_program_uploads_and_downloads(company, picture):
    answer = company.client("sales1").get(f"{API}/{picture}/content")
    assert (answer.status_code, answer.data) == (200, uploads.PNG)
    assert answer.mimetype == "image/png"


def test_several_files_are_sent_at_once(company, customer):
    answer = post(company.client("sales1"), customer, ("a.png", uploads.PNG), ("b.pdf", uploads.PDF))
    assert answer.status_code == 201
    assert len(answer.json["ids"]) == 2


def test_a_download_is_a_download_in_a_sandbox(company, picture):
    for path in (f"{API}/{picture}/content", f"{SCREEN}/download/{picture}"):
        headers = company.client("sales1").get(path).headers
        assert headers["Content-Disposition"].startswith("attachment; filename=")
        assert "filename*=UTF-8''%E7%85%A7%E7%89%87" in headers["Content-Disposition"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("name", "content"), [
    ("a.jpg", uploads.JPEG + b"<script>alert(1)</script>"), ("a.jpg", uploads.JPEG + uploads.ZIP),
    ("a.gif", uploads.GIF + uploads.HTML), ("a.pdf", uploads.PDF + uploads.HTML),
    ("notes.txt", b"hello <script>alert(1)</script>"), ("a.csv", b"=cmd|' /C calc'!A0,1")])
def test_a_file_that_is_two_things_is_served_inert(company, customer, name, content):
    client = company.client("sales1")
    attachment = post(client, customer, (name, content)).json["id"]
    answer = client.get(f"{API}/{attachment}/content")
    assert answer.data == content
    assert answer.mimetype in ("image/jpeg", "image/gif", "application/pdf", "text/plain", "text/csv")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("name", "content"), [
    ("a.html", uploads.HTML), ("a.svg", uploads.SVG), ("a.png", uploads.ZIP), ("a.png", uploads.HTML), ("a.txt", b""),
    ("a.exe", uploads.PROGRAM)])
def test_a_hostile_file_is_answered_with_the_reason(company, customer, name, content):
    answer = post(company.client("sales1"), customer, (name, content))
    assert answer.status_code == 422
    assert list(answer.json["problems"]) == ["file"]
    assert stored(company, Attachment, "id") == []


@pytest.mark.parametrize("name", ["../../../etc/evil.txt", "..\\..\\evil.txt", "evil\x00.txt", "a/b/c/evil.txt"])
def test_a_hostile_name_comes_back_as_a_label(company, customer, name):
    client = company.client("sales1")
    attachment = post(client, customer, (name, uploads.TEXT)).json["id"]
    assert of(company, Attachment, attachment, "name") == "evil.txt"
    assert 'filename=evil.txt' in client.get(f"{API}/{attachment}/content").headers["Content-Disposition"]


def test_a_request_beyond_the_limit_is_refused_unread(company, customer, app):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = post(company.client("sales1"), customer, ("a.txt", b"x" * 2000))
    assert answer.status_code == 413
    assert stored(company, Attachment, "id") == []


@pytest.mark.parametrize("name", ["sales2", "sales1b", "marketing"])
@pytest.mark.parametrize("path", [f"{API}/%d/content", f"{SCREEN}/download/%d", f"{API}/%d", f"{SCREEN}/show/%d"])
def test_who_may_not_read_the_record_finds_no_file(company, customer, name, path):
    attachment = post(company.client("sales1"), customer, ("a.png", uploads.PNG)).json["id"]
    status = 200 if name == "marketing" else 404
    assert company.client(name).get(path % attachment).status_code == status


def test_the_uploader_loses_the_file_with_the_record(company, customer):
    attachment = post(company.client("support1"), customer, ("a.png", uploads.PNG)).json["id"]
    sales = add(company, Attachment, name="b.png", about=customer, mime="image/png", size=1,
                digest=of(company, Attachment, attachment, "digest"), owner=company.ids["sales2"])
    client = company.client("sales2")
    assert client.get(f"{API}/{sales}").status_code == 200
    assert client.get(f"{API}/{sales}/content").status_code == 404


def test_a_stranger_is_asked_to_log_in(company, picture):
    client = company.client()
    assert client.get(f"{API}/{picture}/content").status_code == 401
    assert post(client, "customer:1", ("a.png", uploads.PNG)).status_code in (400, 401)


def test_who_may_not_attach_is_refused(company, customer):
    assert post(company.client("viewer"), customer, ("a.png", uploads.PNG)).status_code == 403


def test_nobody_attaches_to_a_record_out_of_his_sight(company, customer):
    answer = post(company.client("sales2"), customer, ("a.png", uploads.PNG))
    assert (answer.status_code, list(answer.json["problems"])) == (422, ["about"])


def test_an_attachment_without_content_cannot_be_made(company, customer):
    answer = company.client("sales1").post(f"{API}/", json={"name": "a.png", "about": customer})
    assert answer.status_code == 422
    assert {"digest", "size", "mime"} & set(answer.json["problems"])


def test_nobody_points_an_attachment_at_another_content(company, picture):
    answer = company.client("sales1").put(f"{API}/{picture}", json={"digest": "0" * 64})
    assert (answer.status_code, list(answer.json["problems"])) == (422, ["digest"])


def test_a_content_that_is_gone_is_missing(company, picture, app):
    for path in Path(app.config["UPLOAD_DIR"]).rglob("*"):
        if path.is_file():
            path.unlink()
    assert company.client("sales1").get(f"{API}/{picture}/content").status_code == 404


def test_the_same_upload_sent_twice_is_one_attachment(company, customer):
    client = company.client("sales1")
    sent = [post(client, customer, ("a.png", uploads.PNG), **{"Idempotency-Key": "k"}).json for _ in range(2)]
    assert sent[0] == sent[1]
    assert len(stored(company, Attachment, "id")) == 1


def test_a_person_uploads_with_the_form(company, customer):
    browser = company.browser("sales1")
    page = browser.get(f"{SCREEN}/add?about={customer}").text
    assert 'enctype="multipart/form-data"' in page
    assert f'value="{customer}"' in page
    answer = browser.post(f"{SCREEN}/upload", {"about": customer, "file": (io.BytesIO(uploads.PNG), "a.png")},
                          content_type="multipart/form-data")
    assert answer.status_code == 302
    shown = browser.get(answer.location).text
    assert "/attachment/download/" in shown
    assert "Acme" in shown


@pytest.mark.parametrize("field", ["file", "about"])
def test_a_refused_form_shows_the_reason_and_keeps_the_record(company, customer, field):
    browser = company.browser("sales1")
    sent = {"about": customer if field == "file" else "", "file": (io.BytesIO(uploads.HTML), "a.html")}
    answer = browser.post(f"{SCREEN}/upload", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert (f'value="{customer}"' in answer.text) is (field == "file")


def test_a_script_of_the_page_gets_the_reason_as_json(company, customer):
    answer = post(company.client("sales1"), customer, ("a.html", uploads.HTML), path=f"{SCREEN}/upload",
                  Accept="application/json")
    assert (answer.status_code, list(answer.json["problems"])) == (422, ["file"])


def test_a_form_without_its_token_uploads_nothing(company, customer):
    browser = company.browser("sales1")
    answer = browser.client.post(f"{SCREEN}/upload", data={"about": customer,
                                                           "file": (io.BytesIO(uploads.PNG), "a.png")},
                                 content_type="multipart/form-data")
    assert answer.status_code == 400
    assert stored(company, Attachment, "id") == []


def test_the_customers_page_lists_its_files(company, customer, picture):
    listed = company.client("sales1").get(f"{API}/?about={customer}").json
    assert listed["ids"] == [picture]
    assert listed["result"][0]["about"] == {"entity": "customer", "id": int(customer.split(":")[1]), "name": "Acme"}
