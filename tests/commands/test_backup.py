"""Backup, verify and restore on the command line: what they print and how they end."""

import json

import flask_migrate
import pytest
import sqlalchemy as sa

from app.commands import backup as commands
from app.customers.models import Customer
from app.kernel.database import session
from app.kernel.search import upkeep
from app.security.models import AuditEntry
from tests.desk.records import stored
from tests.kernel.test_gate import add_customer


@pytest.fixture
def crm(company):
    """Runs ``flask crm ...``; the schema is stamped."""
    with company.app.app_context():
        flask_migrate.stamp()

    def run(*words, status=0, machine=True):
        answer = company.app.test_cli_runner().invoke(args=["crm", *map(str, words), *(["--json"] if machine else [])])
        assert answer.exit_code == status, (answer.output, answer.exception)
        return json.loads(answer.stdout) if machine else answer.stdout

    return run


def codes(company):
    with company.acting("system"):
        return sorted(session().scalars(sa.select(Customer.code)))


def test_a_backup_says_where_it_is_and_that_the_keys_are_not_in_it(company, crm, tmp_path):
    text = crm("backup", tmp_path / "b", machine=False)
    (folder,) = (tmp_path / "b").iterdir()
    assert text.startswith(str(folder))
    assert "ENCRYPTION_KEYS" in text
    assert crm("backup", tmp_path / "b")["rows"] > 20


def test_a_whole_backup_is_verified_and_a_broken_one_ends_with_one_line_per_fault(company, crm, tmp_path):
    folder = crm("backup", tmp_path / "b")["folder"]
    assert crm("verify", tmp_path / "b") == {"folder": folder, "faults": []}
    assert "is whole" in crm("verify", folder, machine=False)
    for name in ("customer", "contact"):
        (tmp_path / "b" / folder / "tables" / f"{name}.jsonl.gz").unlink()
    assert crm("verify", folder, status=1, machine=False).splitlines() == [
        "tables/customer.jsonl.gz is missing.", "tables/contact.jsonl.gz is missing."]
    assert len(crm("verify", folder, status=1)["faults"]) == 2
    assert "no backup" in crm("verify", tmp_path / "none", status=1)["faults"][0]


def test_a_restore_replaces_only_when_told_and_keeps_what_was_there(company, crm, tmp_path):
    add_customer(company, "Blue River", code="B-1")
    folder = crm("backup", tmp_path / "b")["folder"]
    add_customer(company, "Red Hill", code="R-1")
    assert "--replace" in crm("restore", folder, status=1)["error"]
    told = crm("restore", folder, "--replace")
    assert codes(company) == ["B-1"]
    crm("restore", told["before"], "--replace", "--no-backup")
    assert codes(company) == ["B-1", "R-1"]
    with company.acting("system"):
        assert upkeep.verify() == dict.fromkeys(upkeep.verify(), 0)
        assert not upkeep.is_empty()
    assert len(list((tmp_path / "b").iterdir())) == 2
    assert "restored from" in crm("restore", tmp_path / "b", "--replace", machine=False)


def test_a_session_that_was_ended_since_the_backup_does_not_live_again(company, crm, tmp_path):
    ended, living = company.browser("sales1"), company.browser("sales2")
    copied = company.app.test_client()
    for each in ended.client._cookies.values():
        copied.set_cookie(each.key, each.value)
    folder = crm("backup", tmp_path / "b")["folder"]
    assert copied.get("/profile/").status_code == 200
    ended.post("/logout/")
    crm("restore", folder, "--replace", "--no-backup")
    assert copied.get("/profile/").status_code == 302
    assert living.get("/profile/").status_code == 302
    assert company.log_in("sales1").status_code == 200
    told = stored(company, AuditEntry, "note", where=AuditEntry.kind == "restore")
    assert len(told) == 1
    assert told[0].endswith(" rows")


def test_a_broken_backup_is_not_restored_and_none_is_made_before(company, crm, tmp_path):
    folder = crm("backup", tmp_path / "b")["folder"]
    (tmp_path / "b" / folder / "tables" / "tag.jsonl.gz").unlink()
    assert "not whole" in crm("restore", folder, "--replace", status=1)["error"]
    assert len(list((tmp_path / "b").iterdir())) == 1


def test_progress_is_shown_to_a_person_on_a_terminal_only(monkeypatch, capsys):
    commands._bar(True)("tag", 1, 2)
    monkeypatch.setattr(commands.sys.stderr, "isatty", lambda: True, raising=False)
    commands._bar(False)("tag", 1, 2)
    commands._bar(False)("team", 2, 2)
    shown = capsys.readouterr().err
    assert "1 of 2 tag" in shown
    assert shown.endswith("2 of 2 team\n")
