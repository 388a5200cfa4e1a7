"""A second installation beside the one of the test."""

import pytest

from tests.conftest import _create_app, _release, _settings


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request, tmp_path):
    """An app on a database without any table, of the same and of the other system."""
    databases = request.getfixturevalue(f"{request.param}_databases")
    url = databases.new()
    app = _create_app(_settings(url, tmp_path / "other"))
    yield app
    _release(app)
    databases.drop(url)
