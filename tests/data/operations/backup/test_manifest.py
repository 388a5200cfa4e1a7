"""What a backup says about itself: sealed, readable, and never about a place beside its folder."""

import hashlib
import json
from dataclasses import replace

import pytest

from app.data.operations.backup.manifest import NAME, Damaged, Manifest, Part, digest_of, part_of, read_manifest
from app.security.encryption.current import using_key_ring
from app.security.encryption.rings import KeyRing

DIGEST = "0" * 64
EMPTY = {"format": 1, "parts": [], "product": "", "made_at": "", "database": "", "head": ""}
TABLE, UPLOAD = Part("tables/customer.jsonl.gz", 7, DIGEST, 3), Part("uploads/ab/cd.bin", 5, DIGEST)


@pytest.fixture(autouse=True)
def ring():
    """The keys of an installation."""
    with using_key_ring(KeyRing.parse(KeyRing.fresh_text("one"))) as ring:
        yield ring


@pytest.fixture
def stated():
    return Manifest("Kemai", "2026-03-29T00:00:00Z", "sqlite", "0001", (TABLE, UPLOAD))


def written(folder, content):
    """A folder with this text as manifest."""
    (folder / NAME).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def test_a_manifest_comes_back_as_it_was_written_with_a_seal_that_fits(tmp_path, stated):
    stated.write(tmp_path)
    found = read_manifest(tmp_path)
    assert replace(found, seal="") == stated
    assert found.is_sealed()
    assert not stated.is_sealed(), "what was never sealed is not"


@pytest.mark.parametrize("change", [
    {"product": "Other"}, {"made_at": "2027-03-29T00:00:00Z"}, {"database": "postgresql"}, {"head": "0002"},
    {"parts": (TABLE,)}, {"parts": (UPLOAD, TABLE)}, {"parts": (replace(TABLE, rows=4), UPLOAD)},
    {"parts": (replace(TABLE, sha256="1" * 64), UPLOAD)}, {"parts": (TABLE, replace(UPLOAD, bytes=6))}, {"seal": "x"},
    {"seal": ""}])
def test_a_change_of_any_part_breaks_the_seal(tmp_path, stated, change):
    stated.write(tmp_path)
    assert not replace(read_manifest(tmp_path), **change).is_sealed()


def test_the_keys_of_another_installation_do_not_fit(tmp_path, stated):
    stated.write(tmp_path)
    with using_key_ring(KeyRing.parse(KeyRing.fresh_text("other"))):
        assert not read_manifest(tmp_path).is_sealed()


def test_tables_and_uploads_are_told_apart_in_their_order(stated):
    assert [(name, part.rows) for name, part in stated.tables()] == [("customer", 3)]
    assert stated.uploads() == [UPLOAD]
    assert UPLOAD.table() is None


@pytest.mark.parametrize("file", [
    "../secret", "/etc/passwd", "tables/../../x.jsonl.gz", "uploads/../../x", "uploads/..", "tables/a/b.jsonl.gz",
    "tables/a.json", "other/x", "", "uploads/", "uploads/a\\b", "uploads/a b", "tables/客.jsonl.gz", "uploads/a\n"])
def test_a_file_that_lies_elsewhere_is_no_part_of_a_backup(tmp_path, stated, file):
    stated.write(tmp_path)
    content = json.loads((tmp_path / NAME).read_text(encoding="utf-8"))
    content["manifest"]["parts"][0]["file"] = file
    with pytest.raises(Damaged) as refused:
        read_manifest(written(tmp_path, content))
    assert str(refused.value) == f"The manifest in {tmp_path} cannot be read."


@pytest.mark.parametrize("content", [
    "", "{", "[]", "null", "5", "{}", '{"manifest": {}}', '{"manifest": [], "seal": ""}', "[" * 100_000,
    '{"manifest": {"format": 1, "parts": [5]}, "seal": ""}',
    '{"manifest": {"format": 1, "parts": [], "surprise": 1}, "seal": ""}',
    json.dumps({"manifest": {**EMPTY, "format": 2}, "seal": ""}),
    json.dumps({"manifest": {**EMPTY, "product": "\ud800"}, "seal": ""})])
def test_whatever_else_stands_there_cannot_be_read_and_is_no_error(tmp_path, content):
    with pytest.raises(Damaged, match="cannot be read") as refused:
        read_manifest(written(tmp_path, content))
    assert refused.value.status == 422


def test_bytes_that_are_no_text_cannot_be_read_either(tmp_path):
    (tmp_path / NAME).write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(Damaged, match="cannot be read"):
        read_manifest(tmp_path)


def test_a_folder_without_a_manifest_is_no_backup(tmp_path):
    with pytest.raises(Damaged, match="There is no backup"):
        read_manifest(tmp_path / "nowhere")


@pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 1024 * 1024 + 1])
def test_a_file_is_known_by_its_size_and_its_digest(tmp_path, size):
    path = tmp_path / "uploads" / "ab" / "x"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"k" * size)
    assert digest_of(path) == (size, hashlib.sha256(b"k" * size).hexdigest())
    assert part_of(tmp_path, path) == Part("uploads/ab/x", *digest_of(path))
    assert part_of(tmp_path, path, 0).rows == 0
