"""Answers are packed where no other site can have asked, and nowhere else."""

import gzip

import pytest
from flask import Flask, Response, send_file

from app.kernel import compression

TEXT = "<p>Customer</p>\n" * 200
OURS = {"Accept-Encoding": "gzip", "Cookie": "kemai_session=x", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def closed():
    """Told when a streamed body was closed."""
    return []


@pytest.fixture
def client(closed, tmp_path):
    """Of an app with an answer of each kind."""
    app = Flask("tiny", static_folder=None)
    compression.install(app)
    (tmp_path / "a.csv").write_text(TEXT)

    class Parts:
        """A body of unknown length, which must be closed."""

        def __init__(self):
            self.parts = iter(["é" * 1_000, b"", b"b" * 40_000])

        def __iter__(self):
            return self.parts

        def close(self):
            closed.append(True)

    answers = {
        "page": lambda: TEXT, "short": lambda: "short", "json": lambda: {"text": TEXT},
        "versioned": lambda: Response(TEXT, headers={"ETag": '"5"'}), "gone": lambda: (TEXT, 410),
        "picture": lambda: Response(TEXT, mimetype="image/png"),
        "packed": lambda: Response(gzip.compress(TEXT.encode()), headers={"Content-Encoding": "gzip"}),
        "stream": lambda: Response(Parts(), mimetype="text/csv", headers={"Content-Length": "42000"}),
        "generated": lambda: Response((part for part in ["a", "b"]), mimetype="text/csv"),
        "file": lambda: send_file(tmp_path / "a.csv", etag=False),
    }
    for name, view in answers.items():
        app.add_url_rule(f"/{name}", name, view)
    return app.test_client(use_cookies=False)


@pytest.mark.parametrize("headers", [
    OURS, {**OURS, "Sec-Fetch-Site": "none"}, {"Accept-Encoding": "gzip"},
    {"Accept-Encoding": "gzip", "Authorization": "Bearer x", "Sec-Fetch-Site": "cross-site"}])
@pytest.mark.parametrize("path", ["/page", "/json"])
def test_what_a_page_of_ours_or_a_program_asks_for_is_packed(client, headers, path):
    answer = client.get(path, headers=headers)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Customer" in gzip.decompress(answer.data).decode()
    assert int(answer.headers["Content-Length"]) == len(answer.data) < 400
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
def test_what_another_site_may_have_asked_for_leaves_plain(client, site):
    headers = {name: value for name, value in {**OURS, "Sec-Fetch-Site": site}.items() if value}
    answer = client.get("/page", headers=headers)
    assert (answer.text, answer.headers.get("Content-Encoding")) == (TEXT, None)


@pytest.mark.parametrize("path", ["/short", "/versioned", "/gone", "/picture", "/file"])
def test_what_gains_nothing_or_must_stay_the_same_bytes_is_left_alone(client, path):
    answer = client.get(path, headers=OURS)
    assert "Content-Encoding" not in answer.headers
    assert answer.data.decode() in (TEXT, "short")


def test_what_is_packed_already_is_not_packed_again(client):
    assert gzip.decompress(client.get("/packed", headers=OURS).data).decode() == TEXT


def test_who_cannot_unpack_gets_it_plain_and_caches_are_told(client):
    answer = client.get("/page")
    assert (answer.text, answer.headers["Vary"]) == (TEXT, "Accept-Encoding")


def test_a_question_for_the_headers_alone_packs_nothing(client):
    answer = client.head("/page", headers=OURS)
    assert (answer.data, answer.headers["Content-Length"]) == (b"", str(len(TEXT)))


def test_a_stream_is_packed_part_by_part_and_closed_at_its_end(client, closed):
    answer = client.get("/stream", headers=OURS)
    assert gzip.decompress(answer.data) == ("é" * 1_000).encode() + b"b" * 40_000
    assert "Content-Length" not in answer.headers
    answer.close()
    assert closed == [True]
    assert gzip.decompress(client.get("/generated", headers=OURS).data) == b"ab"


def test_a_stream_that_nobody_reads_is_closed_too(client, closed):
    client.get("/stream", headers=OURS, buffered=False).close()
    assert closed == [True]


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_pages_and_files_of_the_product_are_packed_for_its_own_pages(company):
    browser = company.browser("admin")
    ours = {name: OURS[name] for name in ("Accept-Encoding", "Sec-Fetch-Site")}
    for url in ("/customer/list/", "/customer/add", "/industry/export?format=csv"):
        packed = browser.client.get(url, headers=ours, buffered=True)
        foreign = browser.client.get(url, headers={**ours, "Sec-Fetch-Site": "cross-site"}, buffered=True)
        assert packed.headers["Content-Encoding"] == "gzip", url
        assert "Content-Encoding" not in foreign.headers, url
        assert len(gzip.decompress(packed.data)) == pytest.approx(len(foreign.data), abs=50)
