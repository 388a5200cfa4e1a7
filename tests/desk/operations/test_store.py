"""Files on the disk: complete or not there, named by content alone, swept up when nobody names them."""

import datetime as dt
import hashlib
import io
import os
import stat

import pytest

from app.desk.operations.store import INCOMING, Store
from app.desk.rules.files import HEAD
from app.kernel import clock
from app.kernel.errors import Missing, RuleError, Unavailable
from tests.desk import uploads

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
MOST = 1024 * 1024


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "uploads")


def put(store, content, at=NOON):
    """Keep `content`; its digest."""
    with clock.at(at), store.received(io.BytesIO(content), MOST) as draft:
        store.keep(draft)
    return draft.digest


def files_below(store):
    return sorted(str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file())


def test_a_file_lies_under_its_digest_in_folders_two_deep(store):
    digest = put(store, b"hello")
    assert digest == hashlib.sha256(b"hello").hexdigest()
    assert files_below(store) == [f"{digest[:2]}/{digest[2:4]}/{digest}"]
    assert store.path(digest).read_bytes() == b"hello"


def test_nobody_else_on_the_machine_reads_the_files(store):
    path = store.path(put(store, b"hello"))
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    assert all(stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0 for folder in (store.folder, path.parent))


def test_the_same_content_is_kept_once(store):
    assert put(store, b"hello") == put(store, b"hello")
    assert len(files_below(store)) == 1


def test_a_draft_that_is_not_kept_leaves_nothing(store):
    with store.received(io.BytesIO(b"hello"), MOST) as draft:
        assert draft.path.read_bytes() == b"hello"
        assert files_below(store) == [f"{INCOMING}/{draft.path.name}"]
    assert files_below(store) == []


def test_an_upload_that_breaks_off_leaves_nothing(store):
    class Broken(io.BytesIO):
        def read(self, *_size):
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError), store.received(Broken(), MOST):
        raise AssertionError("nothing was received")
    assert files_below(store) == []


def test_a_draft_tells_size_and_beginning(store):
    content = bytes(range(256)) * 1024
    with store.received(io.BytesIO(content), MOST) as draft:
        assert (draft.size, draft.head) == (len(content), content[:HEAD])


def test_the_beginning_is_complete_however_the_stream_drips(store):
    class Dripping(io.BytesIO):
        def read(self, *_size):
            return super().read(3)

    with store.received(Dripping(b"abcdefgh"), MOST) as draft:
        assert (draft.head, draft.size) == (b"abcdefgh", 8)


@pytest.mark.parametrize(("size", "passes"), [(MOST, True), (MOST + 1, False), (3 * MOST, False)])
def test_more_than_the_limit_is_refused_and_leaves_nothing(store, size, passes):
    if passes:
        assert put(store, b"x" * size)
        return
    with pytest.raises(RuleError) as refused:
        put(store, b"x" * size)
    assert str(refused.value.problems["file"]) == "A file has at most 1 MB."
    assert files_below(store) == []


def test_an_empty_stream_is_an_empty_draft(store):
    with store.received(io.BytesIO(b""), MOST) as draft:
        assert (draft.size, draft.head) == (0, b"")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 65, "g" * 64, "aa/" + "a" * 61,
                                  "a" * 64 + "\n", None])
def test_nothing_but_a_digest_becomes_a_path(store, name):
    with pytest.raises(Missing):
        store.path(name)


def test_the_members_of_an_archive_are_read_without_unpacking(store):
    for content, expected in ((uploads.DOCX, ["[Content_Types].xml", "_rels/.rels", "word/document.xml"]),
                              (uploads.JPEG + uploads.ZIP, ["log/today.txt"]), (uploads.PNG, []),
                              (uploads.ZIP[:30], []), (b"", [])):
        with store.received(io.BytesIO(content), MOST) as draft:
            assert draft.members() == expected


def test_an_archive_of_an_unknown_version_has_no_members_for_us(store):
    # Byte 6 of an entry in the directory is the version that is needed to unpack it.
    place = uploads.ZIP.index(b"PK\x01\x02") + 6
    strange = uploads.ZIP[:place] + b"\xff" + uploads.ZIP[place + 1:]
    with store.received(io.BytesIO(strange), MOST) as draft:
        assert draft.members() == []


def test_old_files_are_told_from_new_ones_by_the_clock(store):
    old, new = put(store, b"old"), put(store, b"new", NOON + dt.timedelta(days=2))
    found = [digest for shelf in store.shelves() for digest in store.old_files(shelf, NOON + dt.timedelta(days=1))]
    assert found == [old]
    assert new not in found


def test_what_is_put_there_again_counts_as_new(store):
    digest = put(store, b"again")
    put(store, b"again", NOON + dt.timedelta(days=2))
    assert store.old_files(digest[:2], NOON + dt.timedelta(days=1)) == []


def test_removing_is_harmless_when_the_file_is_gone(store):
    digest = put(store, b"hello")
    store.remove(digest)
    store.remove(digest)
    assert files_below(store) == []


def test_a_store_that_was_never_used_is_empty(store):
    assert store.shelves() == []
    assert store.remove_drafts(NOON) == 0


def test_drafts_of_killed_uploads_are_removed_when_they_are_old(store):
    put(store, b"kept")
    for name, at in (("dead", NOON), ("alive", NOON + dt.timedelta(days=2))):
        (store.folder / INCOMING / name).write_bytes(b"half")
        os.utime(store.folder / INCOMING / name, (at.timestamp(), at.timestamp()))
    assert store.remove_drafts(NOON + dt.timedelta(days=1)) == 1
    assert [path for path in files_below(store) if path.startswith(INCOMING)] == [f"{INCOMING}/alive"]


def test_a_draft_that_the_sweeper_took_meanwhile_asks_the_sender_to_try_again(store):
    with store.received(io.BytesIO(b"text"), 100) as draft:
        assert store.remove_drafts(clock.now() + dt.timedelta(days=1)) == 1
        with pytest.raises(Unavailable):
            store.keep(draft)
    assert store.shelves() == [] or store.old_files(draft.digest[:2], clock.now() + dt.timedelta(days=1)) == []


def test_a_file_that_vanishes_while_it_is_looked_at_is_no_old_file(store, monkeypatch):
    digest = put(store, b"hello")
    path = store.path(digest)
    monkeypatch.setattr("pathlib.Path.glob", lambda self, pattern: [path])
    path.unlink()
    assert store.old_files(digest[:2], NOON + dt.timedelta(days=1)) == []


def test_the_content_is_durable_before_it_has_its_name(store, monkeypatch):
    done = []
    real = os.fsync
    monkeypatch.setattr("os.fsync", lambda number: done.append(files_below(store)) or real(number))
    digest = put(store, b"hello")
    file_synced, folder_synced = done
    assert all(path.startswith(INCOMING) for path in file_synced)
    assert f"{digest[:2]}/{digest[2:4]}/{digest}" in folder_synced
