"""Static files: kept for good under the hash of their content, else asked again; packed; of nobody's session."""

import gzip
import hashlib

import pytest
from flask import Blueprint, Flask, url_for

from app.kernel import static_files
from tests.kernel.counting import counted

SHEET = b"a { color: red }\n" * 100
GZIP = {"Accept-Encoding": "br;q=0.5, gzip"}
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.fixture
def folder(tmp_path):
    """A folder with a file of each sort."""
    files = {
        "css/a.css": SHEET,
        "tiny.css": b"a{}",
        "p.png": SHEET,
        "strange.xyz": SHEET,
        "s.svg": SHEET,
        "s.js": SHEET,
    }
    for name, content in files.items():
        path = tmp_path / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "static"


@pytest.fixture
def tiny(folder, databases):
    """An app with that folder, and a blueprint with the same one and another without any."""
    app = Flask("tiny", static_folder=folder)
    app.secret_key = "only for this test"
    static_files.install(app)
    app.register_blueprint(Blueprint("room", "tiny", static_folder=folder, url_prefix="/room"))
    app.register_blueprint(Blueprint("bare", "tiny"))
    app.add_url_rule("/bare/<path:filename>", "bare.static", lambda filename: "never")
    return app


def address(app, endpoint="static", **values):
    with app.test_request_context():
        return url_for(endpoint, **values)


@pytest.mark.parametrize("endpoint", ["static", "room.static"])
def test_an_address_carries_the_hash_of_the_content_and_its_answer_is_kept_for_good(tiny, endpoint):
    url = address(tiny, endpoint, filename="css/a.css")
    assert url.endswith(f"/static/css/a.css?v={hashlib.sha256(SHEET).hexdigest()[:12]}")
    answer = tiny.test_client().get(url)
    assert (answer.status_code, answer.data) == (200, SHEET)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789ab", "?w=1"])
def test_without_the_right_hash_a_file_is_served_and_asked_again_soon(tiny, query):
    answer = tiny.test_client().get("/static/css/a.css" + query)
    assert (answer.status_code, answer.data) == (200, SHEET)
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_a_changed_file_has_another_address_and_the_old_one_is_no_longer_kept(tiny, folder):
    old = address(tiny, filename="css/a.css")
    assert "immutable" in tiny.test_client().get(old).headers["Cache-Control"]
    (folder / "css" / "a.css").write_bytes(SHEET + b"b {}")
    new = address(tiny, filename="css/a.css")
    assert new != old
    answer = tiny.test_client().get(old, headers=GZIP)
    assert gzip.decompress(answer.data) == SHEET + b"b {}"
    assert "immutable" not in answer.headers["Cache-Control"]
    assert "immutable" in tiny.test_client().get(new).headers["Cache-Control"]


def test_an_address_that_says_its_own_hash_keeps_it_and_a_missing_file_has_none(tiny):
    assert address(tiny, filename="css/a.css", v="mine") == "/static/css/a.css?v=mine"
    assert address(tiny, filename="gone.css") == "/static/gone.css"


def test_a_text_is_packed_for_who_can_unpack_it(tiny):
    plain, packed = (tiny.test_client().get("/static/css/a.css", headers=headers) for headers in ({}, GZIP))
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == SHEET
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 10
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != packed.headers["ETag"]


@pytest.mark.parametrize("refused", ["gzip;q=0", "identity", "br"])
def test_who_refuses_gzip_gets_it_plain(tiny, refused):
    answer = tiny.test_client().get("/static/css/a.css", headers={"Accept-Encoding": refused})
    assert answer.data == SHEET


@pytest.mark.parametrize("name", ["tiny.css", "p.png", "strange.xyz"])
def test_what_would_not_shrink_is_left_as_it_is(tiny, folder, name):
    answer = tiny.test_client().get(f"/static/{name}", headers=GZIP)
    assert answer.data == (folder / name).read_bytes()
    assert "Content-Encoding" not in answer.headers
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("headers", [{}, GZIP])
def test_who_has_the_file_already_gets_no_body(tiny, headers):
    first = tiny.test_client().get("/static/css/a.css", headers=headers)
    again = tiny.test_client().get("/static/css/a.css", headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = tiny.test_client().get("/static/css/a.css", headers={**headers, "If-None-Match": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("css/a.css", "text/css; charset=utf-8"),
        ("s.js", "text/javascript; charset=utf-8"),
        ("s.svg", "image/svg+xml; charset=utf-8"),
        ("p.png", "image/png"),
        ("strange.xyz", "application/octet-stream"),
    ],
)
def test_every_file_has_its_type_in_both_forms(tiny, name, kind):
    for headers in ({}, GZIP):
        assert tiny.test_client().get(f"/static/{name}", headers=headers).headers["Content-Type"] == kind


def test_a_part_of_a_file_is_served_plain(tiny):
    answer = tiny.test_client().get("/static/p.png", headers={"Range": "bytes=2-4"})
    assert (answer.status_code, answer.data) == (206, SHEET[2:5])


@pytest.mark.parametrize(
    "path",
    [
        "/static/gone.css",
        "/static/css",
        "/static/../secret",
        "/static/%00",
        "/static/" + "a" * 5_000,
        "/bare/a.css",
        "/static/..%2f..%2fsecret",
    ],
)
def test_what_is_no_file_is_not_found_and_not_kept(tiny, folder, path):
    (folder.parent / "secret").write_text("secret")
    answer = tiny.test_client().get(path)
    assert answer.status_code == 404
    assert "public" not in answer.headers.get("Cache-Control", "")


def test_a_file_is_not_changed_by_who_posts_to_it(tiny):
    assert tiny.test_client().post("/static/css/a.css").status_code == 405


def test_other_endpoints_are_answered_as_ever(tiny):
    tiny.add_url_rule("/page", "page", lambda: "a page")
    assert tiny.test_client().get("/page").data == b"a page"


@pytest.mark.parametrize("path", ["css/kemai.css", "appbuilder/css/ab.css"])
def test_a_file_of_the_product_asks_no_database_and_carries_nobodys_session(company, path):
    browser = company.browser("sales1")
    with counted(company.app) as count:
        answer = browser.client.get(f"/static/{path}", headers=GZIP)
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(count) == 0
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" in browser.client.get("/profile/").headers


def test_every_file_that_a_page_names_is_kept_for_good(company):
    page = company.browser("admin").get("/customer/charts/").text
    named = [
        part.partition('"')[0]
        for part in page.replace("src=", "href=").split('href="')[1:]
        if part.startswith("/static/")
    ]
    assert len(named) >= 7
    for url in named:
        assert "immutable" in company.client().get(url).headers["Cache-Control"], url


def test_a_foreign_host_gets_no_file(company):
    assert company.client().get("/static/css/kemai.css", headers={"Host": "evil.example"}).status_code == 400
