"""What every test may ask for: an app and a fresh database, once on SQLite and once on PostgreSQL.

The product is imported by the fixtures that need it, so that tests of pure rules start at once.
"""

import gc
import importlib
import sys
from pathlib import Path

import hypothesis
import pytest

import config as configuration
from tests import run_folder, world
from tests.databases import PostgresDatabases, SqliteDatabases

SYSTEMS = ["sqlite", "postgresql"]
# A busy machine is no fault of the product: neither a slow example nor the slow drawing of one fails a test.
hypothesis.settings.register_profile("unhurried", deadline=None,
                                     suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("unhurried")
_run = pytest.StashKey()


def pytest_configure(config):
    """The process that was called owns the folder of the run."""
    if not hasattr(config, "workerinput"):
        config.stash[_run] = run_folder.make()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Tell a worker of xdist which folder that is."""
    node.workerinput["run_folder"] = str(node.config.stash[_run])


def pytest_unconfigure(config):
    """The workers have ended: the database server goes, and the folder with it."""
    if _run in config.stash:
        run_folder.remove(config.stash[_run])


def pytest_collection_finish():
    """Where a test has imported entities, all of them are known before the first one is mapped, in whatever order."""
    if "app.kernel.entity" in sys.modules:
        importlib.import_module("app.models")
    # Tests and models stay until the end: the collector need not walk through them again and again.
    gc.freeze()
    # What a test makes goes with its references; the collector looks for circles a tenth as often.
    gc.set_threshold(7_000, 20, 20)


@pytest.fixture(scope="session")
def shared_folder(request):
    """The folder of the run, which all workers share."""
    worker_input = getattr(request.config, "workerinput", None)
    return Path(worker_input["run_folder"]) if worker_input else request.config.stash[_run]


@pytest.fixture(scope="session")
def sqlite_databases(shared_folder, worker_id):
    """The SQLite databases of this worker."""
    return SqliteDatabases(shared_folder, worker_id)


@pytest.fixture(scope="session")
def postgresql_databases(shared_folder, worker_id):
    """The PostgreSQL databases of this worker, on a server that is started for the run."""
    databases = PostgresDatabases(shared_folder, worker_id)
    yield databases
    databases.close()


@pytest.fixture(params=SYSTEMS)
def databases(request):
    """The databases of this worker, on each system in turn.

    A test for one system only says ``@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)``.
    """
    return request.getfixturevalue(f"{request.param}_databases")


@pytest.fixture
def empty_database_url(databases):
    """The address of a database without any table."""
    url = databases.new()
    yield url
    databases.drop(url)


@pytest.fixture
def database_url(request, databases, shared_folder):
    """The address of a database with the schema of today and nothing else, the same for all tests of this worker."""
    databases.build(lambda url: _build(_settings(url, shared_folder)))
    # What `furnish` is about to bring back need not be emptied first.
    return databases.url if databases.kept and "furnish" in request.fixturenames else databases.renew()


@pytest.fixture
def settings(database_url, tmp_path):
    """The configuration of an app on that database; a test may add to it before it makes an app of its own."""
    return _settings(database_url, tmp_path)


@pytest.fixture
def new_app(settings):
    """Makes an app of the test's own, with ``app.config`` entries as keywords, for what must not leak elsewhere."""
    made = []

    def make(**entries):
        made.append(_create_app({**settings, **entries}))
        return made[-1]

    yield make
    for app in made:
        _release(app)


@pytest.fixture
def empty_app(empty_database_url, tmp_path):
    """An app of the test's own on a database without any table."""
    app = _create_app(_settings(empty_database_url, tmp_path))
    yield app
    _release(app)


@pytest.fixture(scope="session")
def _apps():
    return {}


@pytest.fixture
def app(settings, _apps):
    """The app on a fresh database. It is made once per worker: routes and hooks must not be added to it."""
    system = settings["DATABASE_URL"].partition("+")[0].partition(":")[0]
    if system not in _apps:
        _apps[system] = _create_app(settings)
    app = _apps[system]
    before = dict(app.config)
    app.config.update(settings)
    yield app
    app.config.clear()
    app.config.update(before)
    _release(app, keep=system == "postgresql")


def build_schema(app):
    """Give the app's empty database the schema of today."""
    from app.kernel.database import db

    with app.app_context():
        db.create_all()
        world.build()


@pytest.fixture
def company(app):
    """The small company of `tests.world` in the app."""
    return world.World(app)


@pytest.fixture
def furnish(app, databases):
    """`furnish(name, make)` fills the fresh database by `make()`, or as it was filled for the test before.

    The answer is what `make` returned the first time: the same object for all tests of this worker. It must be the
    first thing that a test does with its database; a second one adds to what the first one brought.
    """
    brought = []

    def furnished(name, make):
        _release(app, keep=databases.url.startswith("postgresql"))
        if name in databases.kept:
            databases.renew(name)
        else:
            if not brought:
                databases.renew()
            value = make()
            _release(app)
            databases.keep(name, value)
        brought.append(name)
        return databases.kept[name]

    return furnished


def _build(settings):
    app = _create_app(settings)
    build_schema(app)
    _release(app)


def _settings(url, folder):
    # Port 9 is refused at once: mails are promised, and leave only where a test starts a server of its own.
    # English, so that a sentence that a test asks for does not depend on the catalogue.
    return configuration.load({"CRM_ENV": "test", "DATABASE_URL": url, "SMTP_URL": "smtp://127.0.0.1:9",
                               "CRM_LOCALE": "en", "CRM_INSTANCE_DIR": str(folder / "instance")})


def _create_app(settings):
    from app import create_app

    return create_app(settings)


def _release(app, keep=False):
    """Give back every connection of `app`; its pool may `keep` them for the next test, unless one was forgotten."""
    from app.kernel.database import db

    with app.app_context():
        db.session.remove()
        if not keep or db.engine.pool.checkedout():
            db.engine.dispose()
