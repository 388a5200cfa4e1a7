"""The two databases with the same rows in them, and a request that may be in Chinese, for the filter tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, g
from flask_babel import Babel
from sqlalchemy import orm

from app.kernel.filters import install_functions
from tests.kernel.filters.schema import Base, Deal, build

CHINESE = {
    "Won": "赢单", "Open": "进行中", "Stage": "阶段", "Amount": "金额", "Name": "名称", "Tags": "标签", "is": "是",
    "is at least": "不小于", "includes": "包含", "this month": "本月", " and ": "，且", "Closes on": "预计成交日期",
    "%(field)s %(operator)s %(value)s": "%(field)s%(operator)s%(value)s", "Yes": "是",
}


def _filled(engine: sa.Engine) -> sa.Engine:
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session, session.no_autoflush:
        session.add_all(build())
        session.commit()
    return engine


@pytest.fixture(scope="session")
def sqlite_engine() -> Iterator[sa.Engine]:
    """SQLite in memory with the test rows."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    sa.event.listen(engine, "connect", lambda connection, _: install_functions(connection))
    yield _filled(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_engine(postgresql_databases: Any) -> Iterator[sa.Engine]:
    """PostgreSQL with the test rows, in a database of its own."""
    url = postgresql_databases.new()
    engine = sa.create_engine(url)
    yield _filled(engine)
    engine.dispose()
    postgresql_databases.drop(url)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> sa.Engine:
    """Each of the two databases in turn."""
    return request.getfixturevalue(f"{request.param}_engine")


def _everything(session: orm.Session) -> list[Deal]:
    loads = [orm.selectinload(getattr(Deal, name)) for name in ("shop", "parent", "owner", "tags", "like")]
    deals = session.scalars(sa.select(Deal).options(*loads).order_by(Deal.id)).all()
    for deal in deals:
        if deal.shop is not None:
            _ = deal.shop.region, deal.shop.owner
    return list(deals)


@pytest.fixture(scope="session")
def session(engine: sa.Engine) -> Iterator[orm.Session]:
    """A reading session on each database, on which no test changes anything."""
    with orm.Session(engine, autoflush=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def deals(session: orm.Session) -> list[Deal]:
    """Every deal with all that it leads to, loaded from the same database."""
    return _everything(session)


@pytest.fixture(scope="session")
def translations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiled Chinese catalogue of a few words."""
    root = tmp_path_factory.mktemp("translations")
    folder = root / "zh" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalog = Catalog(locale="zh")
    for english, chinese in CHINESE.items():
        catalog.add(english, chinese)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    return root


@pytest.fixture
def speaking(translations: Path) -> Iterator[None]:
    """A request whose language is `g.language`, English at first."""
    flask = Flask(__name__)
    Babel(flask, default_translation_directories=str(translations), locale_selector=lambda: g.get("language", "en"))
    with flask.test_request_context():
        yield
