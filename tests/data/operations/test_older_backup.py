"""A backup of an installation at migration 0003 comes back under the code of today, with its rows intact."""

import contextlib
import json
import shutil

import flask_migrate
import pytest
import sqlalchemy as sa

from app.customers.models import Customer
from app.desk.models import SavedView, Task
from app.kernel import schema, shape
from app.kernel.actor import SYSTEM
from app.kernel.bulk import add_rows
from app.kernel.database import acting_as, db, session, unit
from app.kernel.search import upkeep
from app.security.audit import broken_entries
from app.security.models import AuditEntry
from tests import world
from tests.conftest import _create_app, _release, _settings

OLD = "0003"
PHONE = "13800138000"


@pytest.fixture(scope="module")
def old_databases():
    """Backend name -> the old installation of that system, which every test copies."""
    return {}


@pytest.fixture
def old(databases, old_databases, tmp_path):
    """An installation at migration 0003 with people, customers, a task and a saved filter that stands in plain."""
    system = sa.make_url(databases.url).get_backend_name()
    if system not in old_databases:
        old_databases[system] = databases.new()
        with app_on(old_databases[system], tmp_path) as app:
            _make_old(app)
    url = databases.new(old_databases[system])
    with app_on(url, tmp_path) as app:
        yield app
    databases.drop(url)


def _make_old(app):
    with app.app_context():
        flask_migrate.upgrade()
        world.build()
        with acting_as(SYSTEM), unit():
            add_rows(Customer, [{"name": "Blue River", "code": "B-1", "phone": f"+86 {PHONE}"},
                                {"name": "Red Hill", "code": "R-1", "remark": "行 2"}]).insist()
            add_rows(Task, [{"subject": "Call", "about": "customer:1"}]).insist()
            add_rows(SavedView, [{"name": "Him", "entity": "customer", "query": f"phone={PHONE}"}]).insist()
        db.session.remove()
        flask_migrate.downgrade(revision=OLD)
        assert schema.stands_at() == OLD
        assert not sa.inspect(db.engine).has_table("search_entry")
        assert plain_filters() == 1


@contextlib.contextmanager
def app_on(url, folder):
    """An app on the database at `url`."""
    app = _create_app(_settings(url, folder))
    yield app
    _release(app)


def plain_filters():
    """In how many saved views a filter can be read without a key."""
    with db.engine.connect() as connection:
        return connection.exec_driver_sql(
            f"SELECT count(*) FROM saved_view WHERE query LIKE '%%{PHONE}%%'").scalar_one()


def crm(app, *words):
    answer = app.test_cli_runner().invoke(args=["crm", *map(str, words), "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout.splitlines()[-1])


def expect_whole(app):
    """Everything of the old installation is there, in the shape of today."""
    with app.app_context(), acting_as(SYSTEM):
        assert schema.stands_at() == schema.head()
        assert [str(each) for each in shape.differences(shape.found_parts(), shape.described_parts())] == []
        found = session().execute(sa.select(Customer.name, Customer.code, Customer.phone, Customer.remark)
                                  .order_by(Customer.id)).all()
        assert [tuple(row) for row in found] == [("Blue River", "B-1", f"+86 {PHONE}", None),
                                                 ("Red Hill", "R-1", None, "行 2")]
        assert session().scalars(sa.select(Task.about)).all() == ["customer:1"]
        assert session().scalars(sa.select(SavedView.query)).all() == [f"phone={PHONE}"]
        assert plain_filters() == 0
        assert broken_entries() == []
        assert session().scalars(sa.select(AuditEntry.kind).where(AuditEntry.kind == "restore")).all() == ["restore"]
        assert sum(upkeep.verify().values()) == 0
        with unit():
            assert add_rows(Customer, [{"name": "New", "code": "N-1"}]).insist() is not None


def test_an_older_backup_comes_into_an_empty_database_of_either_system(old, other, tmp_path):
    made = crm(old, "backup", tmp_path / "backups")
    assert made["head"] == OLD
    assert crm(other, "verify", made["folder"])["faults"] == []
    assert crm(other, "restore", made["folder"])["rows"] == made["rows"]
    expect_whole(other)
    crm(other, "init")
    assert world.World(other).log_in("sales1").status_code == 200


def test_an_older_backup_takes_the_place_of_the_rows_of_today(old, other, tmp_path):
    with other.app_context():
        flask_migrate.upgrade()
        world.build()
        with acting_as(SYSTEM), unit():
            add_rows(Customer, [{"name": f"Later {number}"} for number in range(3)]).insist()
        db.session.remove()
    made = crm(old, "backup", tmp_path / "backups")
    crm(other, "restore", made["folder"], "--replace", "--no-backup")
    expect_whole(other)


def test_a_backup_that_was_made_before_an_upgrade_takes_it_back_and_forth(old, tmp_path):
    made = crm(old, "backup", tmp_path / "backups")
    crm(old, "init")
    with old.app_context(), acting_as(SYSTEM), unit():
        add_rows(Customer, [{"name": "After the upgrade"}]).insist()
    crm(old, "restore", made["folder"], "--replace")
    expect_whole(old)
    shutil.rmtree(tmp_path / "backups")
