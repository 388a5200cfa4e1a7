"""The nightly backup: off without a folder, the newest kept."""

import flask_migrate
import pytest
import sqlalchemy as sa

from app.data.operations import backup
from app.kernel.database import session
from app.workflows.models import Schedule
from app.workflows.operations.backups import back_up


@pytest.fixture
def stamped(company):
    with company.app.app_context():
        flask_migrate.stamp()
    return company


def test_without_a_folder_none_is_made(stamped):
    with stamped.app.app_context():
        assert back_up({}) == 0


def test_it_is_made_where_the_setting_says_and_the_oldest_go(stamped, tmp_path, monkeypatch):
    stamped.app.config["BACKUP_DIR"] = str(tmp_path / "nightly")
    monkeypatch.setattr("app.workflows.operations.backups.read_setting", {"backup.keep": 2}.__getitem__)
    with stamped.app.app_context():
        assert [back_up({}) for _night in range(3)] == [1, 1, 1]
    found = backup.backups_in(tmp_path / "nightly")
    assert len(found) == 2
    with stamped.acting("system"):
        assert backup.faults_of(found[-1]) == []


def test_it_has_a_schedule_for_every_night(stamped):
    with stamped.acting("system"):
        (row,) = session().scalars(sa.select(Schedule).where(Schedule.job == "backup"))
        assert (row.kind, row.active) == ("daily", True)
