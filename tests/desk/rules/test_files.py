"""What may be uploaded: content against name, and names as harmless labels."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.rules.files import (
    ARCHIVED,
    COMPOUND,
    ENDINGS,
    MOST_NAME,
    Accepted,
    ending_of,
    is_archive,
    judge_file,
    safe_name,
)
from app.kernel.problems import Problem
from tests.desk import uploads

NOT_WHAT_IT_SAYS = "is not what its name says"
NOT_TAKEN = "are not taken"


def judged(name, head, members=()):
    """The type of an accepted file; the sentence of a refusal."""
    found = judge_file(name, head, members)
    return found.mime if isinstance(found, Accepted) else str(found)


@pytest.mark.parametrize(("name", "head", "mime"), [
    ("a.png", uploads.PNG, "image/png"), ("a.JPG", uploads.JPEG, "image/jpeg"), ("a.jpeg", uploads.JPEG, "image/jpeg"),
    ("a.gif", uploads.GIF, "image/gif"), ("a.pdf", uploads.PDF, "application/pdf"),
    ("a.rtf", uploads.RTF, "application/rtf"), ("合同.doc", uploads.OLD_OFFICE, "application/msword"),
    ("a.xls", uploads.OLD_OFFICE, "application/vnd.ms-excel"), ("a.et", uploads.OLD_OFFICE, "application/vnd.ms-excel"),
    ("a.txt", uploads.TEXT, "text/plain"), ("a.log", b"10:00 started\r\n", "text/plain"),
    ("a.csv", "姓名,电话\n".encode("gb18030"), "text/csv"), ("a.csv", "姓名".encode("utf-16"), "text/csv"),
    ("a.txt", b"\xef\xbb\xbfhello", "text/plain"), ("models.csv", b"BMW,Audi\n1,2\n", "text/csv"),
    ("notes.txt", b"MZ is the sign of a program\n", "text/plain")])
def test_a_file_whose_content_is_what_its_name_says_is_taken(name, head, mime):
    assert judged(name, head) == mime


@pytest.mark.parametrize(("name", "members", "expected"), [
    ("a.docx", ["[Content_Types].xml", "word/document.xml"], ARCHIVED["docx"][0]),
    ("a.xlsx", ["xl/workbook.xml"], ARCHIVED["xlsx"][0]), ("a.odt", ["content.xml"], ARCHIVED["odt"][0]),
    ("发票.ofd", ["OFD.xml"], "application/ofd"), ("a.zip", ["x"], "application/zip"),
    ("a.zip", ["word/document.xml"], "application/zip")])
def test_documents_that_are_archives_are_told_by_a_member(name, members, expected):
    assert judged(name, uploads.ZIP, members) == expected


@pytest.mark.parametrize(("name", "members"), [
    ("a.docx", ["evil.exe"]), ("a.xlsx", ["word/document.xml"]), ("a.zip", []), ("a.docx", []), ("a.png", ["x"]),
    ("a.pdf", ["x"]), ("a.txt", ["x"])])
def test_an_archive_under_another_name_is_refused(name, members):
    assert NOT_WHAT_IT_SAYS in judged(name, uploads.ZIP, members)


@pytest.mark.parametrize(("name", "head"), [
    ("a.png", uploads.JPEG), ("a.jpg", uploads.PNG), ("a.png", uploads.PDF), ("a.pdf", uploads.PNG),
    ("a.png", uploads.PROGRAM), ("a.pdf", uploads.ELF), ("a.txt", uploads.PNG), ("a.csv", uploads.PROGRAM),
    ("a.txt", uploads.HTML), ("a.csv", uploads.SVG), ("a.txt", b"\xef\xbb\xbf \n <html>"),
    ("a.txt", "<svg>".encode("utf-16")), ("a.txt", b"<?xml version='1.0'?><svg/>"), ("a.png", uploads.SVG),
    ("a.jpg", uploads.HTML), ("a.doc", uploads.PDF), ("a.pdf", uploads.OLD_OFFICE), ("a.txt", uploads.OLD_OFFICE),
    ("a.png", b"\x89PNG"), ("a.txt", b"a\x00b"), ("a.txt", b"a\x7fb"), ("a.gif", b"GIF89a/*<script>*/=1;")])
def test_content_that_its_name_denies_is_refused(name, head):
    assert NOT_WHAT_IT_SAYS in judged(name, head)


@pytest.mark.parametrize(("name", "head"), [
    ("a.svg", uploads.SVG), ("a.html", uploads.HTML), ("a.htm", uploads.HTML), ("a.exe", uploads.PROGRAM),
    ("a.js", b"alert(1)"), ("a.xml", b"<a/>"), ("a.png.exe", uploads.PROGRAM), ("a.php", b"hello"),
    ("a.docm", uploads.ZIP), ("program", uploads.ELF), ("noname", uploads.SVG), ("archive", uploads.ZIP),
    ("document", uploads.OLD_OFFICE), ("a.woff2", b"wOF2\x00\x01\x00\x00")])
def test_a_kind_that_is_not_on_the_list_is_refused(name, head):
    assert NOT_TAKEN in judged(name, head, ["x"])


def test_an_empty_file_is_refused_whatever_it_is_called():
    assert judged("a.png", b"") == judged("file", b"") == "This file is empty."


@pytest.mark.parametrize(("name", "head", "expected"), [
    ("photo", uploads.JPEG, "photo.jpg"), ("contract", uploads.PDF, "contract.pdf"),
    ("README", b"read me", "README.txt")])
def test_a_name_without_ending_gets_the_one_of_its_content(name, head, expected):
    assert judge_file(name, head) == Accepted(expected, judged(expected, head))


def test_a_file_that_is_two_things_is_taken_for_what_it_begins_with():
    assert judged("a.jpg", uploads.JPEG + uploads.ZIP) == "image/jpeg"
    assert judged("a.zip", uploads.JPEG + uploads.ZIP) != "application/zip"
    assert NOT_WHAT_IT_SAYS in judged("a.html.png", uploads.HTML + uploads.PNG)


@pytest.mark.parametrize(("given_name", "expected"), [
    ("plan.pdf", "plan.pdf"), ("../../etc/passwd.txt", "passwd.txt"), ("..\\..\\boot.txt", "boot.txt"),
    ("/etc/passwd", "passwd"), ("C:\\Users\\a.txt", "a.txt"), ("a\x00.png", "a.png"), ("a.png\x00.exe", "a.png.exe"),
    ("", "file"), ("..", "file"), ("/", "file"), ("...", "file"), (".pdf", "pdf"), ("a .pdf", "a.pdf"),
    ("photo\u202egpj.exe", "photogpj.exe"), ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
    ("e\u0301.txt", "\u00e9.txt"), ("客户 资料.pdf", "客户 资料.pdf"), ("con\ud800.txt", "con.txt"),
    (" .txt", "txt"), ("x." + "e" * 50, "x." + "e" * 20)])
def test_a_name_becomes_a_label(given_name, expected):
    assert safe_name(given_name) == expected


@given(st.text(max_size=400))
def test_no_name_becomes_a_path_or_grows_beyond_measure(text):
    name = safe_name(text)
    assert 0 < len(name) <= MOST_NAME
    assert "/" not in name
    assert "\\" not in name
    assert name not in (".", "..")
    assert all(unicodedata.category(sign)[0] != "C" for sign in name)
    assert safe_name(name) == name or len(name) >= MOST_NAME - 21


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["a.html", "a.svg", "a.js", "a.xhtml", "a.htm", "a.xml"]))
def test_no_content_makes_a_page_out_of_a_name(head, name):
    assert isinstance(judge_file(name, head, ["x"]), Problem)


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["a.png", "a.txt", "a.pdf", "a", "a.docx", "a.doc"]))
def test_whatever_is_taken_is_served_as_a_type_of_the_list(head, name):
    found = judge_file(name, head, ["word/document.xml"])
    known = {*ENDINGS, *COMPOUND.values(), *(mime for mime, _ in ARCHIVED.values())}
    assert isinstance(found, Problem) or found.mime in known


def test_no_type_of_the_list_runs_in_a_browser():
    known = {*ENDINGS, *COMPOUND.values(), *(mime for mime, _ in ARCHIVED.values())}
    assert not [mime for mime in known if any(word in mime for word in ("html", "svg", "javascript", "flash"))]
    assert "text/xml" not in known
    assert "application/xml" not in known


@pytest.mark.parametrize(("name", "expected"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), ("客户.Docx", "docx")])
def test_the_ending_is_what_follows_the_last_dot(name, expected):
    assert ending_of(name) == expected


def test_only_archives_are_asked_for_their_members():
    assert is_archive(uploads.DOCX)
    assert not is_archive(uploads.PNG)


@pytest.mark.parametrize(("stem", "ending"), [
    ("a" * 10_000, "b" * 10_000), ("a" * 10_000, "b" * 200), ("a" * 60, "b" * 200), ("a", "b" * 200),
    ("a" * 10_000, "pdf"), ("客" * 10_000, "脉" * 10_000)])
def test_neither_part_of_a_name_makes_it_longer_than_it_may_be(stem, ending):
    name = safe_name(f"{stem}.{ending}")
    assert len(name) <= MOST_NAME
    assert name == f"{stem[:MOST_NAME - 1 - len(ending[:20])]}.{ending[:20]}"
    assert safe_name(name) == name


@pytest.mark.parametrize("given_name", ["../../etc/passwd", "..\\..\\boot.ini", "/", "\\", "", ".", "..", "\x00",
                                        "\u202e", "a/../b.txt", "C:\\x\\y.png", "\n\r", "....", " . . "])
def test_a_name_that_wants_to_be_a_path_is_a_label_all_the_same(given_name):
    name = safe_name(given_name)
    assert name
    assert not set(name) & set("/\\\x00\n\r\u202e")
    assert name.strip(" .") == name


@pytest.mark.parametrize("name", ["a.exe", "a.svg", "a.html", "a.pdf.exe", "a.PNG.js", ".htaccess",
                                  "a.docm", "a.lnk", "a.ps1", "a.php5"])
@pytest.mark.parametrize("head", [uploads.PNG, uploads.PDF, uploads.TEXT, uploads.ZIP])
def test_an_ending_that_a_machine_would_run_is_never_taken(name, head):
    found = judge_file(name, head, ["x"])
    assert isinstance(found, Problem)
    assert NOT_TAKEN in str(found)
