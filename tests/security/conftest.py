"""Bare engines, without an app: an empty database on each system."""

import pytest
import sqlalchemy as sa

from app.kernel.database import prepare_engine


@pytest.fixture
def bare_engine(empty_database_url):
    """An engine on an empty database, prepared as the app prepares its own."""
    engine = sa.create_engine(empty_database_url, pool_size=10)
    prepare_engine(engine)
    yield engine
    engine.dispose()
