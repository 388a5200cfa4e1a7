"""Uploads: judged by content and rights, whole or not at all, and what a crash leaves is swept up."""

import datetime as dt
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.customers.models import Customer
from app.desk.models import Attachment
from app.desk.operations import files as file_operations
from app.desk.operations import remove_orphans, upload
from app.kernel import clock
from app.kernel.errors import NotAllowed, RuleError, Unavailable
from tests.desk import uploads
from tests.desk.records import add, delete, of, stored

DAY = dt.timedelta(days=1)


@pytest.fixture
def customer(company):
    """A customer of sales1, as uploads name it."""
    return f"customer:{add(company, Customer, name='Acme', owner=company.ids['sales1'])}"


@pytest.fixture
def folder(app):
    return Path(app.config["UPLOAD_DIR"])


def send(company, who, subject, *files, key=""):
    """Upload (name, content) pairs as the named person; the ids."""
    with company.acting(who):
        return upload([(name, io.BytesIO(content)) for name, content in files], subject, key)


def files_below(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_becomes_a_row_and_a_content(company, customer, folder):
    (attachment,) = send(company, "sales1", customer, ("照片.png", uploads.PNG))
    assert of(company, Attachment, attachment, "name", "mime", "size", "about", "owner_id") == (
        "照片.png", "image/png", len(uploads.PNG), customer, company.ids["sales1"])
    (path,) = files_below(folder)
    assert path.read_bytes() == uploads.PNG
    assert path.name == of(company, Attachment, attachment, "digest")


def test_several_files_are_kept_together(company, customer):
    ids = send(company, "sales1", customer, ("a.png", uploads.PNG), ("b.pdf", uploads.PDF), ("c.docx", uploads.DOCX))
    assert [of(company, Attachment, each, "name") for each in ids] == ["a.png", "b.pdf", "c.docx"]


def test_if_one_file_is_refused_none_has_a_row(company, customer):
    with pytest.raises(RuleError):
        send(company, "sales1", customer, ("a.png", uploads.PNG), ("b.html", uploads.HTML))
    assert stored(company, Attachment, "id") == []


@pytest.mark.parametrize(("name", "content"), [
    ("a.html", uploads.HTML), ("a.svg", uploads.SVG), ("photo.png", uploads.ZIP), ("report.docx", uploads.ZIP),
    ("report.pdf", uploads.PROGRAM), ("empty.txt", b""), ("a.png", uploads.HTML), ("x.exe", uploads.PROGRAM)])
def test_a_hostile_file_is_refused_beside_the_file_and_leaves_nothing(company, customer, folder, name, content):
    with pytest.raises(RuleError) as refused:
        send(company, "sales1", customer, (name, content))
    assert list(refused.value.problems) == ["file"]
    assert stored(company, Attachment, "id") == []
    assert files_below(folder) == []


@pytest.mark.parametrize("name", ["../../../etc/cron.d/evil.txt", "..\\..\\evil.txt", "/evil.txt", "evil\x00.txt"])
def test_a_hostile_name_is_only_a_label(company, customer, folder, name):
    (attachment,) = send(company, "sales1", customer, (name, uploads.TEXT))
    assert of(company, Attachment, attachment, "name") == "evil.txt"
    assert [path.name for path in files_below(folder)] == [of(company, Attachment, attachment, "digest")]
    assert not list(folder.parent.rglob("evil*"))


def test_a_file_beyond_the_limit_is_refused(company, customer, app):
    app.config["UPLOAD_LIMIT"] = 1
    with pytest.raises(RuleError) as refused:
        send(company, "sales1", customer, ("a.txt", b"x" * (1024 * 1024 + 1)))
    assert str(refused.value.problems["file"]) == "A file has at most 1 MB."
    assert send(company, "sales1", customer, ("a.txt", b"x" * 1024 * 1024))


def test_without_a_file_nothing_is_kept(company, customer):
    with pytest.raises(RuleError) as refused:
        send(company, "sales1", customer)
    assert str(refused.value.problems["file"]) == "Choose a file."


@pytest.mark.parametrize("subject", ["", None, "customer:999999", "unicorn:1", "customer", 5, {"entity": "customer"}])
def test_a_file_belongs_to_a_record_that_is_there(company, folder, subject):
    with pytest.raises(RuleError) as refused:
        send(company, "sales1", subject, ("a.png", uploads.PNG))
    assert list(refused.value.problems) == ["about"]
    assert not folder.exists()


def test_the_record_may_be_named_by_entity_and_id(company, customer):
    named = {"entity": "customer", "id": int(customer.partition(":")[2])}
    assert send(company, "sales1", named, ("a.png", uploads.PNG))


def test_nobody_attaches_to_a_record_that_he_may_not_read(company, customer, folder):
    with pytest.raises(RuleError) as refused:
        send(company, "sales2", customer, ("a.png", uploads.PNG))
    assert list(refused.value.problems) == ["about"]
    assert not folder.exists()


def test_a_reader_without_the_right_to_attach_leaves_no_row(company, customer):
    with pytest.raises(NotAllowed):
        send(company, "viewer", customer, ("a.png", uploads.PNG))
    assert stored(company, Attachment, "id") == []


def test_the_same_key_keeps_a_file_once(company, customer):
    first = send(company, "sales1", customer, ("a.png", uploads.PNG), key="once")
    assert send(company, "sales1", customer, ("a.png", uploads.PNG), key="once") == first
    assert len(stored(company, Attachment, "id")) == 1


def test_equal_files_of_two_records_share_their_content_and_live_apart(company, customer, folder):
    other = f"customer:{add(company, Customer, name='Other', owner=company.ids['sales2'])}"
    (first,) = send(company, "sales1", customer, ("a.png", uploads.PNG))
    send(company, "sales2", other, ("b.png", uploads.PNG))
    assert len(files_below(folder)) == 1
    delete(company, Attachment, first, "sales1")
    assert sweep(company, 40) == 0
    assert len(files_below(folder)) == 1


def sweep(company, days):
    """Remove orphans so many days from now; how many."""
    with company.acting("system"), clock.at(clock.now() + days * DAY):
        return remove_orphans()


def test_a_crash_between_file_and_row_leaves_a_file_that_is_swept_up(company, customer, folder, monkeypatch):
    monkeypatch.setattr(file_operations, "_add", lambda kept, text: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send(company, "sales1", customer, ("a.png", uploads.PNG))
    assert len(files_below(folder)) == 1
    assert stored(company, Attachment, "id") == []
    assert sweep(company, 0) == 0
    assert sweep(company, 2) == 1
    assert files_below(folder) == []


def test_drafts_of_killed_uploads_are_swept_up_too(company, customer, folder):
    send(company, "sales1", customer, ("a.png", uploads.PNG))
    (folder / "incoming" / "dead").write_bytes(b"half")
    assert sweep(company, 2) == 1
    assert len(files_below(folder)) == 1


def test_a_deleted_attachment_keeps_its_file(company, customer, folder):
    (attachment,) = send(company, "sales1", customer, ("a.png", uploads.PNG))
    delete(company, Attachment, attachment, "sales1")
    assert sweep(company, 400) == 0
    assert len(files_below(folder)) == 1


def test_a_file_that_was_swept_up_while_its_row_was_made_is_asked_for_again(company, customer, folder, monkeypatch):
    real = file_operations.in_unit

    def swept_meanwhile(*args):
        for path in files_below(folder):
            path.unlink()
        return real(*args)

    monkeypatch.setattr(file_operations, "in_unit", swept_meanwhile)
    with pytest.raises(Unavailable):
        send(company, "sales1", customer, ("a.png", uploads.PNG))
    assert stored(company, Attachment, "id") == []


def test_uploads_and_the_sweeper_never_leave_a_row_without_its_file(company, customer, folder):
    start = threading.Barrier(5, timeout=60)

    def work(number):
        start.wait()
        if number == 0:
            return [sweep(company, 2) for _ in range(5)]
        try:
            return [send(company, "sales1", customer, ("a.txt", f"file {number} {each}".encode())) for each in range(4)]
        except Unavailable:
            return []

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))
    kept = {path.name for path in files_below(folder)}
    assert set(stored(company, Attachment, "digest")) <= kept
