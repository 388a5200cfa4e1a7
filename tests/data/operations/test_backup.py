"""A backup: what it holds, what is found wrong with it, and that it comes back on either database system."""

import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import tracemalloc
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.data.operations import backup
from app.data.operations.backup import folders, manifest, restoring, rows
from app.desk.operations.store import Store
from app.kernel import schema, tables
from app.kernel.database import session, unit
from app.kernel.errors import Conflict, CrmError
from app.kernel.language import say_problem
from app.security import audit
from app.security.encryption.current import using_key_ring
from app.security.encryption.rings import KeyRing
from tests.kernel.test_gate import add_customer

ROOT = Path(__file__).parents[3]


@pytest.fixture
def full(company, tmp_path):
    """The company with two customers, one of them with a phone, and an uploaded file; its schema is stamped."""
    with company.app.app_context():
        flask_migrate.stamp()
    add_customer(company, "Blue River", code="B-1", phone="+86 138 0000 0000", remark="a \"quote\"\n行 2")
    add_customer(company, "Red Hill", code="R-1")
    upload(tmp_path / "uploads", b"a contract")
    return company


def upload(folder, content):
    digest = hashlib.sha256(content).hexdigest()
    path = Store(folder).path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.fixture
def made(full, tmp_path):
    """A backup of the company."""
    with full.acting("system"):
        return backup.make_backup(tmp_path / "backups", tmp_path / "uploads", "0.1.0")


def contents(app):
    with app.app_context(), tables.snapshot() as found:
        return {name: (sorted(found.columns[name]),
                       sorted(json.dumps(dict(zip(found.columns[name], row, strict=True)), sort_keys=True)
                              for row in found.rows(name))) for name in found.names()}


def said(company, folder):
    with company.acting("system"):
        return [say_problem(fault) for fault in backup.faults_of(folder)]


def test_a_backup_comes_back_equal_on_either_system(full, made, other, tmp_path):
    before = contents(full.app)
    with other.app_context():
        count = backup.restore(made, tmp_path / "elsewhere")
        assert schema.stands_at() == schema.head()
    assert contents(other) == before
    assert count == sum(len(found) for _columns, found in before.values()) > 20
    assert [path.read_bytes() for path in (tmp_path / "elsewhere").glob("??/??/*")] == [b"a contract"]


def test_a_restored_database_goes_on_with_free_numbers_and_a_whole_audit(full, made, other, tmp_path):
    with other.app_context():
        backup.restore(made, tmp_path / "elsewhere")
    full.app = other
    add_customer(full, "Green Lake", code="G-1")
    with full.acting("system"):
        assert session().scalars(sa.select(Customer.phone).where(Customer.code == "B-1")).one() == "+86 138 0000 0000"
        assert len(set(session().scalars(sa.select(Customer.id)))) == 3
        assert audit.broken_entries() == []


def test_personal_values_stay_sealed_and_the_keys_are_not_in_it(full, made):
    texts = b"".join(gzip.decompress(path.read_bytes()) for path in made.glob("tables/*.gz"))
    assert b"Blue River" in texts
    assert b"0000 0000" not in texts
    key = full.app.config["ENCRYPTION_KEYS"]
    assert all(secret not in texts + (made / manifest.NAME).read_bytes() for secret in key.values())


def test_a_whole_backup_has_no_fault(full, made):
    assert said(full, made) == []


def test_every_damage_is_told_by_the_name_of_its_file(full, made):
    customers = made / "tables" / "customer.jsonl.gz"
    whole = customers.read_bytes()
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    customers.write_bytes(changed)
    assert said(full, made) == ["tables/customer.jsonl.gz was changed: its SHA-256 does not fit."]
    customers.write_bytes(whole[:-9])
    (only,) = said(full, made)
    assert only == f"tables/customer.jsonl.gz has {len(whole) - 9} bytes instead of {len(whole)}."
    customers.unlink()
    assert said(full, made) == ["tables/customer.jsonl.gz is missing."]
    (made / "uploads" / "more").write_text("x")
    assert said(full, made)[1:] == ["uploads/more does not belong to the backup."]


def test_a_damaged_upload_is_found(full, made):
    next(path for path in made.glob("uploads/*/*/*")).write_bytes(b"a contrast")
    (only,) = said(full, made)
    assert "SHA-256" in only


def rewritten(made, **changes):
    """The manifest with `changes`, its old seal kept."""
    path = made / manifest.NAME
    content = json.loads(path.read_text())
    content["manifest"] |= changes
    path.write_text(json.dumps(content))


def resealed(made, change):
    """The backup as a thief of the key would leave it: `change` applied to the manifest, then sealed."""
    path = made / manifest.NAME
    content = json.loads(path.read_text())
    change(content["manifest"])
    parts = tuple(manifest.Part(**part) for part in content["manifest"].pop("parts"))
    manifest.Manifest(**content["manifest"], parts=parts).write(made)


def test_a_changed_manifest_and_a_wrong_key_show(full, made):
    with full.acting("system"), using_key_ring(KeyRing.parse(KeyRing.fresh_text("other"))):
        told = [say_problem(fault) for fault in backup.faults_of(made)]
    assert "ENCRYPTION_KEYS" in told[0]
    assert "the seal of" in told[1]
    assert len(told) == 2
    rewritten(made, made_at="2020-01-01T00:00:00+00:00")
    assert said(full, made) == told[:1]


def test_a_wrong_number_of_rows_shows_under_a_good_seal(full, made):
    def change(content):
        content["parts"][0]["rows"] += 1

    with full.acting("system"):
        resealed(made, change)
    (only,) = said(full, made)
    assert "rows instead of" in only


@pytest.mark.parametrize("lines", ["nonsense\n", '["id"]\n[1, 2]\n', ""])
def test_rows_that_cannot_be_read_show_under_a_good_seal(full, made, lines):
    replaced(full, made, "audit_entry", gzip.compress(lines.encode()) if lines else b"no gzip")
    (only,) = said(full, made)
    assert "cannot be read" in only


def replaced(company, made, table, content):
    path = made / "tables" / f"{table}.jsonl.gz"
    path.write_bytes(content)
    size, digest = manifest.digest_of(path)

    def change(plain):
        for part in plain["parts"]:
            if part["file"].endswith(f"/{table}.jsonl.gz"):
                part.update(bytes=size, sha256=digest)

    with company.acting("system"):
        resealed(made, change)


def test_a_forged_audit_entry_shows_under_a_good_seal(full, made):
    path = made / "tables" / "audit_entry.jsonl.gz"
    text = gzip.decompress(path.read_bytes())
    assert b"Red Hill" in text
    replaced(full, made, "audit_entry", gzip.compress(text.replace(b"Red Hill", b"Red Hell")))
    (only,) = said(full, made)
    assert "the seal of" in only


def test_a_folder_without_a_backup_is_told(full, tmp_path):
    assert said(full, tmp_path / "nowhere") == [f"There is no backup in {tmp_path / 'nowhere'}."]


@pytest.mark.parametrize("change", [
    lambda text: text[:40], lambda text: text.replace('"format": 1', '"format": 2'),
    lambda text: text.replace("tables/customer.", "tables/../../customer."), lambda text: "[]",
    lambda text: text.replace('"head"', '"tail"')])
def test_a_manifest_that_cannot_be_read_or_leads_outside_is_refused(full, made, change):
    path = made / manifest.NAME
    path.write_text(change(path.read_text()))
    assert said(full, made) == [f"The manifest in {made} cannot be read."]


def test_a_newer_backup_is_refused_in_a_clear_sentence(full, made, tmp_path):
    with full.acting("system"):
        resealed(made, lambda content: content.update(head="9999", product="9.0"))
        with pytest.raises(backup.Damaged, match="newer version") as refused:
            backup.restore(made, tmp_path / "uploads", replace=True)
        assert "install that version first" in say_problem(refused.value.sentence)
    assert any("newer version (9.0, migration 9999)" in line for line in said(full, made))


def test_a_damaged_backup_changes_nothing(full, made, tmp_path):
    next(made.glob("tables/customer.jsonl.gz")).unlink()
    before = contents(full.app)
    with full.acting("system"), pytest.raises(backup.Damaged) as refused:
        backup.restore(made, tmp_path / "uploads", replace=True)
    assert len(refused.value.problems) == 1
    assert contents(full.app) == before


def test_a_database_that_holds_rows_is_replaced_only_when_told(full, made, tmp_path):
    before = contents(full.app)
    add_customer(full, "Too late", code="T-1")
    assert contents(full.app) != before
    with full.acting("system"), pytest.raises(Conflict, match="--replace"):
        backup.restore(made, tmp_path / "uploads")
    seen = []
    with full.acting("system"):
        backup.restore(made, tmp_path / "uploads", replace=True, progress=lambda *told: seen.append(told))
    assert contents(full.app) == before
    assert seen[-1][1] == seen[-1][2] == len(before)


def test_the_audit_is_append_only_again_after_a_restore(full, made, tmp_path):
    with full.acting("system"):
        backup.restore(made, tmp_path / "uploads", replace=True)
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), unit() as current:
            current.execute(sa.text("DELETE FROM audit_entry"))


def test_rows_that_do_not_fit_leave_everything_as_it_was(full, made, tmp_path, monkeypatch):
    before = contents(full.app)
    step = tables.Tables.step_sequences
    monkeypatch.setattr(tables.Tables, "step_sequences", lambda self: (step(self), int("x")))
    with full.acting("system"), pytest.raises(CrmError, match="do not fit"):
        backup.restore(made, tmp_path / "uploads", replace=True)
    assert contents(full.app) == before


def test_a_table_that_the_database_lacks_is_a_refusal(full, made, tmp_path):
    before = contents(full.app)
    shutil.copy(made / "tables" / "tag.jsonl.gz", made / "tables" / "strange.jsonl.gz")

    def change(plain):
        tag = next(part for part in plain["parts"] if part["file"] == "tables/tag.jsonl.gz")
        plain["parts"].append({**tag, "file": "tables/strange.jsonl.gz"})

    with full.acting("system"):
        resealed(made, change)
        with pytest.raises(CrmError, match="do not fit"):
            backup.restore(made, tmp_path / "uploads", replace=True)
    assert contents(full.app) == before


def test_another_schema_is_emptied_first_moved_filled_and_brought_to_head(full, made, tmp_path, monkeypatch):
    moves = []
    monkeypatch.setattr(restoring.schema, "stands_at", lambda: "older")
    monkeypatch.setattr(restoring.schema, "move_to",
                        lambda revision: moves.append((revision, sum(len(found) for _, found in
                                                                     contents(full.app).values()))))
    with full.acting("system"):
        count = backup.restore(made, tmp_path / "uploads", replace=True)
        head = schema.head()
    assert moves == [(head, 0), (head, count)]


def test_a_database_without_a_schema_is_not_backed_up(company, tmp_path):
    with company.acting("system"), pytest.raises(CrmError, match="no schema"):
        backup.make_backup(tmp_path / "backups", tmp_path / "uploads", "0.1.0")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_disk_that_refuses_is_told(full, tmp_path):
    (tmp_path / "file").write_text("x")
    with full.acting("system"), pytest.raises(CrmError, match="cannot be written"):
        backup.make_backup(tmp_path / "file", tmp_path / "uploads", "0.1.0")


def test_an_upload_that_is_swept_meanwhile_is_left_out(full, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "copyfile", lambda *_paths: (_ for _ in ()).throw(FileNotFoundError))
    with full.acting("system"):
        made = backup.make_backup(tmp_path / "backups", tmp_path / "uploads", "0.1.0")
        assert backup.read_manifest(made).uploads() == []


def test_only_complete_backups_count_and_the_newest_stay(tmp_path):
    assert backup.backups_in(tmp_path / "none") == []
    assert backup.latest_at(tmp_path) is None
    for number in range(1, 4):
        folder = tmp_path / f"2026010{number}T000000000000Z"
        folder.mkdir()
        (folder / manifest.NAME).write_text("{}")
    (tmp_path / "20260109T000000000000Z").mkdir()
    (tmp_path / "notes").mkdir()
    left = [tmp_path / name for name in (".unfinished-old", ".unfinished-new")]
    for path in left:
        path.mkdir()
    os.utime(left[0], (0, 0))
    assert backup.latest_at(tmp_path).day == 3
    assert backup.chosen(tmp_path).name == "20260103T000000000000Z"
    assert backup.chosen(tmp_path / "notes") == tmp_path / "notes"
    assert backup.keep_newest(tmp_path, 2) == 2
    assert [path.name[:8] for path in backup.backups_in(tmp_path)] == ["20260102", "20260103"]
    assert not left[0].exists()
    assert left[1].exists()


def test_a_failure_leaves_no_folder_behind(tmp_path):
    with pytest.raises(RuntimeError), folders.new_folder(tmp_path) as (draft, _target):
        (draft / "x").write_text("x")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_rows_survive_their_file(tmp_path):
    path = tmp_path / "x.jsonl.gz"
    given = [[1, "行\n2", None], [2, "", 1.5]]
    assert rows.write_rows(path, ["id", "text", "number"], given) == 2
    columns, found = rows.read_rows(path)
    assert (columns, list(found)) == (["id", "text", "number"], given)


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from app import create_app
    from app.data.operations import backup
    from app.kernel.actor import SYSTEM
    from app.kernel.database import acting_as

    def die(name, done, total):
        if done == total - 3:
            os.kill(os.getpid(), signal.SIGKILL)

    with create_app().app_context(), acting_as(SYSTEM):
        if sys.argv[1] == "make":
            backup.make_backup(Path(sys.argv[2]), Path(sys.argv[3]), "0", die)
        else:
            backup.restore(Path(sys.argv[2]), Path(sys.argv[3]), replace=True, progress=die)
"""


def killed(company, *words):
    environ = {**os.environ, "CRM_ENV": "test", "DATABASE_URL": company.app.config["DATABASE_URL"],
               "CRM_INSTANCE_DIR": company.app.config["CRM_INSTANCE_DIR"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(KILLED), *map(str, words)], env=environ, cwd=ROOT,
                          capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_a_killed_backup_is_never_taken_for_a_good_one(full, tmp_path):
    killed(full, "make", tmp_path / "backups", tmp_path / "uploads")
    (left,) = (tmp_path / "backups").iterdir()
    assert left.name.startswith(".unfinished-")
    assert backup.backups_in(tmp_path / "backups") == []
    assert said(full, left) == [f"There is no backup in {left}."]


def test_a_killed_restore_leaves_the_old_rows(full, made, tmp_path):
    add_customer(full, "Later", code="L-1")
    before = contents(full.app)
    killed(full, "restore", made, tmp_path / "uploads")
    assert contents(full.app) == before


@pytest.mark.soak
@pytest.mark.parametrize("databases", ["sqlite", "postgresql"], indirect=True)
def test_the_memory_of_a_backup_does_not_grow_with_its_rows(full, tmp_path):
    def peak():
        tracemalloc.start()
        with full.acting("system"):
            backup.make_backup(tmp_path / "backups", tmp_path / "uploads", "0.1.0")
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    few = peak()
    with full.app.app_context(), tables.rewriting() as all_tables:
        all_tables.fill("login_failure", list(all_tables.columns["login_failure"]), [
            [portable_of(name, number) for name in all_tables.columns["login_failure"]] for number in range(50_000)])
    assert peak() < few + 8_000_000


def portable_of(name, number):
    return f"key {number}" if name == "key" else "2026-01-01T00:00:00" if name.endswith(("at", "until")) else 1
