"""The doctor: one line for each thing that may be wrong, with what to do, and a status that a machine reads."""

import datetime as dt
import json

import flask_migrate
import pytest
import sqlalchemy as sa

from app.kernel import clock
from app.kernel.database import db, unit
from app.kernel.events import DomainEvent, EventInbox
from app.workflows.models import OutboxMessage, Schedule
from app.workflows.operations import engine, jobs, outbox


def run(company, *words):
    return company.app.test_cli_runner().invoke(args=["crm", *words])


def asked(company, *words):
    answer = run(company, *words, "--json")
    return answer.exit_code, json.loads(answer.output)


def checked(company, name):
    """What the doctor says of one thing: whether it is well, and the sentences."""
    _status, answer = asked(company, "doctor")
    found = [(check["ok"], check["say"]) for check in answer["checks"] if check["name"] == name]
    return all(fine for fine, _say in found), [say for _fine, say in found]


@pytest.fixture
def at_head(company):
    """The company in a database that says at which migration it stands."""
    with company.app.app_context():
        flask_migrate.stamp()
    return company


def test_the_doctor_names_each_part_of_the_schema_that_is_not_as_it_should_be(at_head):
    with at_head.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_task_created_by_id")
        connection.exec_driver_sql("CREATE TABLE left_over (id INTEGER)")
    fine, said = checked(at_head, "parts")
    assert not fine
    assert len(said) == 2
    assert said[0].startswith("index ix_task_created_by_id is missing: make it again: CREATE INDEX ix_task_created")
    assert said[1].startswith("table left_over is additional")


def test_of_many_differences_the_first_are_named(at_head, monkeypatch):
    monkeypatch.setattr("app.kernel.shape.found_parts", set)
    fine, said = checked(at_head, "parts")
    assert not fine
    assert (len(said), said[-1].endswith("further differences")) == (21, True)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_user_who_may_make_no_schema_is_told_that_nothing_was_compared(at_head, monkeypatch):
    monkeypatch.setattr("app.kernel.shape.ASIDE", "pg_catalog")
    assert checked(at_head, "parts") == (False, [
        "the user of the database may not make a schema, so that nothing could be compared"])


def test_the_configuration_of_the_app_is_judged(at_head, tmp_path):
    at_head.app.config |= {"CRM_ENV": "production", "BACKUP_DIR": at_head.app.static_folder,
                           "SMTP_URL": "smtp://me@mail.example.com", "SECRET_KEY": "short"}
    for name, word in (("keys", "SECRET_KEY"), ("hosts", "CRM_BASE_URL"), ("mail", "without a password"),
                       ("folders", "BACKUP_DIR")):
        fine, said = checked(at_head, name)
        assert (fine, word in said[0]) == (False, True), said


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_process_whose_clock_is_off_is_told(at_head):
    with clock.at(clock.now() - dt.timedelta(days=3)):
        fine, said = checked(at_head, "skew")
    assert not fine
    assert "s off: let both machines follow one time server" in said[0]


def test_the_doctor_says_one_line_for_each_check_and_what_to_do(company):
    with company.app.app_context():
        flask_migrate.stamp()
    answer = run(company, "doctor")
    assert answer.exit_code == 0, answer.output
    names = [line[5:].partition(":")[0] for line in answer.output.splitlines()]
    assert names == ["schema", "parts", "keys", "hosts", "mail", "folders", "database", "skew", "clock", "jobs",
                     "events", "outbox", "rollups", "disk", "backup"]


@pytest.mark.parametrize(("hours", "fine", "say"), [(None, False, "there is none"), (3, True, "3 hours old"),
                                                     (27, False, "27 hours old: run `flask crm backup")])
def test_the_doctor_looks_at_the_age_of_the_last_backup(company, tmp_path, hours, fine, say):
    company.app.config["BACKUP_DIR"] = str(tmp_path)
    if hours is not None:
        folder = tmp_path / (clock.now() - dt.timedelta(hours=hours, minutes=5)).strftime("%Y%m%dT%H%M%S%fZ")
        folder.mkdir()
        (folder / "manifest.json").write_text("{}")
    _status, answer = asked(company, "doctor")
    (found,) = [check for check in answer["checks"] if check["name"] == "backup"]
    assert found["ok"] is fine
    assert say in found["say"]


def break_everything(company):
    with company.acting("system"), unit() as current:
        long_ago = clock.now() - dt.timedelta(days=1)
        current.scalars(sa.select(Schedule).where(Schedule.active)).first().next_at = long_ago
        jobs.enqueue("upkeep").state = "dead"
        outbox.post("k", "email", subject="s", body="b", address="a@example.com")
        current.flush()
        current.scalars(sa.select(OutboxMessage)).one().state = "dead"
        event = current.scalars(sa.select(DomainEvent.id)).first()
        current.add(EventInbox(event_id=event, consumer="rules", due_at=long_ago, attempts=engine.POLICY.attempts))


def test_the_doctor_finds_what_was_given_up_and_ends_with_one(company):
    break_everything(company)
    status, answer = asked(company, "doctor")
    found = {check["name"]: (check["ok"], check["say"]) for check in answer["checks"]}
    assert status == 1
    assert {name for name, (fine, _say) in found.items() if not fine} == {
        "schema", "clock", "jobs", "events", "outbox"}
    assert "flask crm scheduler" in found["clock"][1]
    assert "SMTP_URL" in found["outbox"][1]
    assert "LOOK outbox" in run(company, "doctor").output
